import { expect, test } from 'vitest';
import { allowance } from '../../../main/uploads/allowance';

const MB = 1024 * 1024;

/** Sends a chunk piece by piece; what was asked for, and when each piece may leave. */
async function sent(
  size: number,
  options: { readonly msAPiece: number; readonly portion?: number },
): Promise<{ readonly asked: (readonly [number, string | null])[]; readonly left: number }> {
  const asked: (readonly [number, string | null])[] = [];
  let clock = 0;
  const pass = allowance(
    (bytes, sha1) => {
      asked.push([bytes, sha1]);
      return Promise.resolve(Math.min(bytes, options.portion ?? Infinity));
    },
    size,
    () => clock,
  );
  let left = 0;
  for (let at = 0; at < size; at += MB) {
    const piece = Math.min(MB, size - at);
    let sha1 = at + piece >= size ? 'hash' : null;
    for (let gone = 0; gone < piece;) {
      const allowed = await pass(piece - gone, sha1);
      expect(allowed).toBeGreaterThan(0);
      sha1 = null;
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

test('the hash is told once, with the last piece, even where nothing more has to be asked for', async () => {
  for (const size of [1, MB, 3 * MB, 64 * MB]) {
    const { asked } = await sent(size, { msAPiece: 1 });
    expect(asked.filter(([, sha1]) => sha1 !== null)).toHaveLength(1);
    expect(asked[asked.length - 1]![1]).toBe('hash');
  }
});

test('portions of a limit are waited for one by one', async () => {
  const { asked, left } = await sent(2 * MB, { msAPiece: 1, portion: 32 * 1024 });
  expect(left).toBe(2 * MB);
  expect(asked).toHaveLength(64);
});
