import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeLzw } from '@shared/tiff/codecs/lzw';
import { lzwStream } from '@shared/tiff/codecs/lzwStream';
import { decodePackBits } from '@shared/tiff/codecs/packbits';
import { packBitsStream, type StreamDecoder } from '@shared/tiff/codecs/packbitsStream';
import { rowJob } from '../../support/rasterCase';

/** Decodes bytes that come in pieces of the given lengths. */
function inPieces(decode: StreamDecoder, bytes: Uint8Array, lengths: readonly number[]): Uint8Array {
  const out: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const end = Math.min(bytes.length, at + (lengths[i % lengths.length] ?? 1));
    expect(decode(bytes.subarray(at, end), (piece) => out.push(piece.slice()))).toBe(true);
    at = end;
  }
  return Buffer.concat(out);
}

/** LZW as TIFF writes it, with codes of growing width and a full table cleared. */
function encodeLzw(samples: Uint8Array): Uint8Array {
  const out: number[] = [];
  let held = 0;
  let count = 0;
  let width = 9;
  let table = new Map<string, number>();
  let next = 258;
  const put = (code: number): void => {
    held = (held << width) | code;
    count += width;
    for (; count >= 8; count -= 8) out.push((held >>> (count - 8)) & 255);
    held &= (1 << count) - 1;
  };
  const codeOf = (text: string): number => (text.length === 1 ? text.charCodeAt(0) : table.get(text)!);
  put(256);
  let text = '';
  for (const sample of samples) {
    const longer = text + String.fromCharCode(sample);
    if (longer.length === 1 || table.has(longer)) {
      text = longer;
      continue;
    }
    put(codeOf(text));
    table.set(longer, next++);
    if (next === 4094) {
      put(256);
      table = new Map();
      next = 258;
      width = 9;
    } else if (next === 512 || next === 1024 || next === 2048) width++;
    text = String.fromCharCode(sample);
  }
  if (text) put(codeOf(text));
  put(257);
  if (count > 0) out.push((held << (8 - count)) & 255);
  return Uint8Array.from(out);
}

const samples = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 400 })), { maxLength: 300 })
  .map((runs) =>
    Uint8Array.from(
      runs.flatMap(([value, count]) => Array.from({ length: count }, (_, i) => value ^ (i % 7))),
    ),
  );
const lengths = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 5 });

test('LZW in pieces gives what it gives at once', async () => {
  await fc.assert(
    fc.asyncProperty(samples, lengths, async (plain, sizes) => {
      const bytes = encodeLzw(plain);
      const whole = await decodeLzw(bytes, rowJob(plain.length));
      expect(Buffer.compare(Buffer.from(whole as Uint8Array), Buffer.from(plain))).toBe(0);
      expect(Buffer.compare(inPieces(lzwStream(), bytes, sizes), Buffer.from(plain))).toBe(0);
    }),
    { numRuns: 40 },
  );
});

test('PackBits in pieces gives what it gives at once', async () => {
  const packed = fc
    .array(
      fc.oneof(
        fc
          .tuple(fc.integer({ min: 129, max: 255 }), fc.integer({ min: 0, max: 255 }))
          .map(([n, value]) => [n, value]),
        fc
          .array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 128 })
          .map((all) => [all.length - 1, ...all]),
      ),
    )
    .map((parts) => Uint8Array.from(parts.flat()));
  await fc.assert(
    fc.asyncProperty(packed, lengths, async (bytes, sizes) => {
      const found = inPieces(packBitsStream(), bytes, sizes);
      const whole = await decodePackBits(bytes, rowJob(found.length));
      expect(Buffer.compare(found, Buffer.from(whole as Uint8Array))).toBe(0);
    }),
    { numRuns: 60 },
  );
});

test('a code that cannot be is told', () => {
  const broken = Uint8Array.of(0x80, 0x7f, 0xff, 0xff);
  expect(lzwStream()(broken, () => undefined)).toBe(false);
});
