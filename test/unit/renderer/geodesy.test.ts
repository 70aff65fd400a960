import { expect, test } from 'vitest';
import { areaOf, boxOf, outlineOf } from '../../../renderer/map/geodesy';
import { square } from './samples';

test('areas and lengths are those of the ellipsoid', () => {
  // A degree square at the equator: 12,308.778 km² (Karney 2013, GeographicLib's Planimeter).
  const shape = { type: 'Polygon' as const, coordinates: [square(0, 0, 1)] };
  expect(areaOf(shape) / 1e6).toBeCloseTo(12_308.778, 2);
  // Twice along the meridian, once along the equator, once along the parallel of one degree, all geodesics.
  expect(outlineOf(shape) / 1000).toBeCloseTo(443.77, 2);
  const withHole = { ...shape, coordinates: [square(0, 0, 1), square(0.25, 0.25, 0.5).reverse()] };
  expect(areaOf(withHole)).toBeCloseTo(
    areaOf(shape) - areaOf({ ...shape, coordinates: [square(0.25, 0.25, 0.5)] }),
    0,
  );
  expect(boxOf(shape)).toEqual([0, 0, 1, 1]);
});
