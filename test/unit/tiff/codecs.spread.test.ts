import { expect, test } from 'vitest';
import fc from 'fast-check';
import { spreadScratch, startSpread } from '@shared/tiff/codecs/jpeg/spread';

const memory = new WebAssembly.Memory({ initial: 4 });
const spread = await startSpread(memory);

/** The same arithmetic, a pixel at a time. */
function reference(stored: Uint8Array, width: number, height: number): number[] {
  const sample = (x: number, y: number, channel: number): number => {
    const [column, row] = [Math.min(width - 1, Math.max(0, x)), Math.min(height - 1, Math.max(0, y))];
    return stored[(row * width + column) * 4 + channel]!;
  };
  const round = 2 ** 19 + 2 ** 17;
  const scaled = (factor: number): number => Math.round((factor * 2 ** 20) / 64);
  const byte = (value: number): number => Math.min(255, Math.max(0, Math.floor(value / 2 ** 20)));
  const out: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = (channel: number): number => {
        const down = (column: number): number =>
          6 * sample(column, y, channel) + sample(column, y - 1, channel) + sample(column, y + 1, channel);
        return 6 * down(x) + down(x - 1) + down(x + 1) - 128 * 64;
      };
      const [luma, blue, red] = [sample(x, y, 0) * 2 ** 20 + round, colour(1), colour(2)];
      out.push(
        byte(luma + red * scaled(1.402)),
        byte(luma - blue * scaled(0.344136286) - red * scaled(0.714136286)),
        byte(luma + blue * scaled(1.772)),
      );
    }
  }
  return out;
}

test('colours are spread and converted as they should, whatever the size, and nothing else is touched', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 0, max: 2 ** 31 - 1 }),
      (width, height, seed) => {
        const bytes = new Uint8Array(memory.buffer).fill(0x5a);
        const [size, out] = [width * height * 4, 65_536];
        const scratch = out + width * height * 3 + 4 + ((width * height * 3) % 2);
        const stored = Uint8Array.from(
          { length: size },
          (_, i) => Math.imul(seed + i * 2_654_435, 2_246_822_519) >>> 24,
        );
        bytes.set(stored, 1024);
        spread(1024, out, width, height, scratch);
        expect([...bytes.subarray(out, out + width * height * 3)]).toEqual(reference(stored, width, height));
        expect(bytes.subarray(1024, 1024 + size)).toEqual(stored);
        expect(bytes.subarray(0, 1024).every((byte) => byte === 0x5a)).toBe(true);
        expect(bytes.subarray(scratch + spreadScratch(width)).every((byte) => byte === 0x5a)).toBe(true);
        expect(bytes.subarray(1024 + size, out).every((byte) => byte === 0x5a)).toBe(true);
      },
    ),
    { numRuns: 150 },
  );
});
