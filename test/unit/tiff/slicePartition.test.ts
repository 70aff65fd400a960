import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partition, type Lattice } from '@shared/tiff/slicePartition';
import type { PixelWindow } from '@shared/tiff/types';

/** Bytes of a window when each cell weighs what `weigh` says. */
function bytesOf(lattice: Lattice, weigh: (column: number, row: number) => number) {
  return ({ x, y, width, height }: PixelWindow): number => {
    let sum = 0;
    for (let row = y / lattice.cellHeight; row * lattice.cellHeight < y + height; row++) {
      for (let column = x / lattice.cellWidth; column * lattice.cellWidth < x + width; column++) {
        sum += weigh(column, row);
      }
    }
    return sum;
  };
}

const latticeArbitrary = fc.record({
  width: fc.integer({ min: 1, max: 900 }),
  height: fc.integer({ min: 1, max: 900 }),
  cellWidth: fc.integer({ min: 16, max: 200 }),
  cellHeight: fc.integer({ min: 16, max: 200 }),
});

test('windows cover the raster once, lie on the lattice and keep the limits', () => {
  fc.assert(
    fc.property(
      latticeArbitrary,
      fc.array(fc.nat(2000), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 40_000 }),
      fc.integer({ min: 20, max: 1000 }),
      (lattice, weights, targetBytes, maxSide) => {
        const bytes = bytesOf(lattice, (column, row) => weights[(column * 7 + row * 13) % weights.length]!);
        const windows = partition(lattice, { targetBytes, maxSide }, bytes);
        const columns = Math.ceil(lattice.width / lattice.cellWidth);
        const covered = new Uint8Array(columns * Math.ceil(lattice.height / lattice.cellHeight));
        const faults: unknown[] = [];
        for (const window of windows) {
          const { x, y, width, height } = window;
          const isOnLattice =
            x % lattice.cellWidth === 0 &&
            y % lattice.cellHeight === 0 &&
            (x + width === lattice.width || (x + width) % lattice.cellWidth === 0) &&
            (y + height === lattice.height || (y + height) % lattice.cellHeight === 0);
          const isCell = width <= lattice.cellWidth && height <= lattice.cellHeight;
          const keepsWidth = width <= maxSide || width <= lattice.cellWidth;
          const keepsHeight = height <= maxSide || height <= lattice.cellHeight;
          if (!isOnLattice || !keepsWidth || !keepsHeight) faults.push(window);
          if (!isCell && bytes(window) > targetBytes) faults.push(window);
          for (let row = y / lattice.cellHeight; row * lattice.cellHeight < y + height; row++) {
            for (let column = x / lattice.cellWidth; column * lattice.cellWidth < x + width; column++) {
              covered[row * columns + column]!++;
            }
          }
        }
        expect(faults).toEqual([]);
        expect(covered.every((times) => times === 1)).toBe(true);
      },
    ),
    { numRuns: 200 },
  );
});

test('windows of an even raster are nearly square and nearly as large as they may be', () => {
  const lattice = { width: 40_960, height: 30_720, cellWidth: 512, cellHeight: 512 };
  const windows = partition(
    lattice,
    { targetBytes: 400_000, maxSide: 30_000 },
    ({ width, height }) => Math.ceil(width / 512) * Math.ceil(height / 512) * 1000,
  );
  for (const { width, height } of windows)
    expect(Math.max(width / height, height / width)).toBeLessThan(2.01);
  expect(windows.length).toBeLessThanOrEqual(18); // 12 would be full to the last byte
});

test('a raster that is too wide, but light, is cut into as few pieces as its sides need', () => {
  const lattice = { width: 120_000, height: 100_000, cellWidth: 512, cellHeight: 512 };
  const windows = partition(lattice, { targetBytes: 1e9, maxSide: 30_000 }, () => 1000);
  expect(windows.length).toBeLessThanOrEqual(5 * 4);
});

test('where all weight lies in one corner, windows stay in shape', () => {
  const lattice = { width: 51_200, height: 51_200, cellWidth: 512, cellHeight: 512 };
  const weigh = bytesOf(lattice, (column, row) => (column < 10 && row < 10 ? 100_000 : 0));
  const windows = partition(lattice, { targetBytes: 1_000_000, maxSide: 100_000 }, weigh);
  for (const { width, height } of windows) expect(Math.max(width / height, height / width)).toBeLessThan(3.5);
});

test('windows come row by row from the top', () => {
  const lattice = { width: 4096, height: 4096, cellWidth: 256, cellHeight: 256 };
  const windows = partition(
    lattice,
    { targetBytes: 30, maxSide: 9999 },
    ({ width, height }) => (width * height) / 65536,
  );
  const order = windows.map(({ x, y }) => y * 4096 + x);
  expect(order).toEqual([...order].sort((a, b) => a - b));
});
