import { expect, test } from 'vitest';
import { allowance } from '../../../main/uploads/allowance';
import type { ChunkEnd } from '../../../main/uploads/ports';

const MB = 1024 * 1024;
const lastEnd: ChunkEnd = { sha1: 'hash' };

/** Sends a chunk piece by piece; what was asked for, and when each piece may leave. */
async function sent(
  size: number,
  options: { readonly msAPiece: number; readonly portion?: number },
): Promise<{ readonly asked: (readonly [number, ChunkEnd | null])[]; readonly left: number }> {
  const asked: (readonly [number, ChunkEnd | null])[] = [];
  let clock = 0;
  const pass = allowance(
    (bytes, end) => {
      asked.push([bytes, end]);
      return Promise.resolve(Math.min(bytes, options.portion ?? Infinity));
    },
    size,
    () => clock,
  );
  let left = 0;
  for (let at = 0; at < size; at += MB) {
    const piece = Math.min(MB, size - at);
    let end = at + piece >= size ? lastEnd : null;
    for (let gone = 0; gone < piece;) {
      const allowed = await pass(piece - gone, end);
      expect(allowed).toBeGreaterThan(0);
      end = null;
      gone += allowed;
      left += allowed;
    }
    clock += options.msAPiece;
  }
  return { asked, left };
}

test('where bytes leave fast, few questions are asked, for exactly the bytes of the chunk', async () => {
  const { asked, left } = await sent(64 * MB + 5, { msAPiece: 1 });
  expect(left).toBe(64 * MB + 5);
  expect(asked.reduce((sum, [bytes]) => sum + bytes, 0)).toBe(64 * MB + 5);
  expect(asked.length).toBeLessThan(12);
  expect(Math.max(...asked.map(([bytes]) => bytes))).toBe(16 * MB);
});

test('where they leave slowly, each piece is asked for', async () => {
  const { asked } = await sent(8 * MB, { msAPiece: 1000 });
  expect(asked.map(([bytes]) => bytes)).toEqual(Array.from({ length: 8 }, () => MB));
});

test('the end is told once, with the last piece, even where nothing more has to be asked for', async () => {
  for (const size of [1, MB, 3 * MB, 64 * MB]) {
    const { asked } = await sent(size, { msAPiece: 1 });
    expect(asked.filter(([, end]) => end !== null)).toHaveLength(1);
    expect(asked[asked.length - 1]![1]).toBe(lastEnd);
  }
});

test('portions of a limit are waited for one by one', async () => {
  const { asked, left } = await sent(2 * MB, { msAPiece: 1, portion: 32 * 1024 });
  expect(left).toBe(2 * MB);
  expect(asked).toHaveLength(64);
});
