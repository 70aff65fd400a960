import {
  applyGeotransform,
  bboxOf,
  intersectBbox,
  invertGeotransform,
  levelGeotransform,
} from '@shared/geo/affine';
import type { Level } from '@shared/tiff/types';
import fc from 'fast-check';
import { expect, test } from 'vitest';

test('a geotransform places pixels, rotated or not', () => {
  expect(applyGeotransform([100, 0.5, 0, 200, 0, -0.5], 10, 20)).toEqual([105, 190]);
  expect(applyGeotransform([100, 1, 2, 200, 3, 4], 10, 20)).toEqual([150, 310]);
});

test('an inverse leads back to the pixel', () => {
  const number = fc.integer({ min: -5000, max: 5000 });
  fc.assert(
    fc.property(
      fc.tuple(number, number, number, number, number, number),
      number,
      number,
      (g, column, row) => {
        const inverse = invertGeotransform(g);
        fc.pre(inverse !== null);
        const [x, y] = applyGeotransform(g, column, row);
        const [backColumn, backRow] = applyGeotransform(inverse, x, y);
        // Nearly flat transforms lose digits; whole pixels stay right.
        expect(Math.abs(backColumn - column)).toBeLessThan(0.01);
        expect(Math.abs(backRow - row)).toBeLessThan(0.01);
      },
    ),
    { seed: 3 },
  );
});

test('a transform that flattens the raster has no inverse', () => {
  expect(invertGeotransform([0, 1, 2, 0, 2, 4])).toBeNull();
  expect(invertGeotransform([0, 0, 0, 0, 0, 0])).toBeNull();
});

test('an overview has larger pixels over the same ground', () => {
  const full = { width: 100, height: 51 } as Level;
  const half = { width: 50, height: 26 } as Level;
  const g = levelGeotransform([10, 1, 0, 20, 0, -1], full, half);
  expect(applyGeotransform(g, 50, 26)).toEqual(applyGeotransform([10, 1, 0, 20, 0, -1], 100, 51));
});

test('boxes intersect when they share more than an edge', () => {
  expect(intersectBbox([0, 0, 2, 2], [1, 1, 3, 3])).toEqual([1, 1, 2, 2]);
  expect(intersectBbox([0, 0, 2, 2], [2, 0, 3, 2])).toBeNull();
  expect(
    bboxOf([
      [3, 1],
      [2, 5],
    ]),
  ).toEqual([2, 1, 3, 5]);
});
