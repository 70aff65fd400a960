import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MaskBand } from '../../../main/engine/models/types';
import { openDatabase } from '../../../main/engine/nodeParts';
import { buildPyramid, levelsOf, readPyramid } from '../../../main/engine/probabilities/pyramid';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pyramid-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Packed probabilities that differ from pixel to pixel, with empty stretches as real ones have. */
function picture(width: number, height: number, seed: number): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) =>
    (i >> 9) % 3 === 0 ? 0 : (Math.imul(i + seed, 2_654_435_761) >>> 24) & 255,
  );
}

async function* inBands(values: Uint8Array, width: number, rows: number): AsyncGenerator<MaskBand> {
  const height = values.length / width;
  for (let y = 0; y < height; y += rows) {
    const taken = Math.min(rows, height - y);
    yield { y, width, height: taken, classes: values.slice(y * width, (y + taken) * width) };
  }
}

test('any window of any area is read back as it was written, whatever the bands', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        width: fc.integer({ min: 1, max: 600 }),
        height: fc.integer({ min: 1, max: 600 }),
        rows: fc.integer({ min: 1, max: 300 }),
        seed: fc.nat(),
        place: fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()),
      }),
      async ({ width, height, rows, seed, place: [u, v, s, t] }) => {
        const values = picture(width, height, seed);
        const target = join(folder, 'p.sqlite');
        const other = { width: 3, bands: () => inBands(new Uint8Array(9).fill(255), 3, 2) };
        await buildPyramid(
          openDatabase,
          [other, { width, bands: () => inBands(values, width, rows) }],
          target,
        );
        const [x, y] = [u % width, v % height];
        const window = { x, y, width: 1 + (s % (width - x)), height: 1 + (t % (height - y)) };
        const database = openDatabase(target);
        const read = readPyramid(database, 1, 0, window);
        database.close();
        const wanted = Uint8Array.from({ length: read.length }, (_, i) => {
          const row = y + Math.floor(i / window.width);
          return values[row * width + x + (i % window.width)]!;
        });
        expect(Buffer.from(read).equals(Buffer.from(wanted))).toBe(true);
      },
    ),
    { numRuns: 12 },
  );
});

test('a level holds the means of four pixels of the one before, of each probability by itself', async () => {
  const [width, height] = [517, 301];
  const values = picture(width, height, 5);
  const target = join(folder, 'means.sqlite');
  await buildPyramid(openDatabase, [{ width, bands: () => inBands(values, width, 64) }], target);
  expect(levelsOf(width)).toBe(3);
  const database = openDatabase(target);
  const half = readPyramid(database, 0, 1, { x: 0, y: 0, width: 259, height: 151 });
  database.close();
  const at = (x: number, y: number): number =>
    values[Math.min(y, height - 1) * width + Math.min(x, width - 1)]!;
  for (const [x, y] of [
    [0, 0],
    [100, 77],
    [258, 20],
    [40, 150],
    [258, 150],
  ] as const) {
    const four = [at(2 * x, 2 * y), at(2 * x + 1, 2 * y), at(2 * x, 2 * y + 1), at(2 * x + 1, 2 * y + 1)];
    const mean = (of: (value: number) => number): number =>
      (four.reduce((sum, v) => sum + of(v), 0) + 2) >> 2;
    expect(half[y * 259 + x]).toBe((mean((v) => v >> 4) << 4) | mean((v) => v & 15));
  }
});
