import {
  geodesicArea,
  geodesicDistance,
  geodesicLength,
  geodesicPerimeter,
  ringArea,
} from '@shared/geo/geodesic';
import { expect, test } from 'vitest';

const square = (west: number, south: number, side: number): [number, number][] => [
  [west, south],
  [west + side, south],
  [west + side, south + side],
  [west, south + side],
  [west, south],
];

test('a degree of the equator and of a meridian are as long as the ellipsoid has them', () => {
  // Equator: 2π·6378137/360. Meridian from 0° to 1°: Rapp, Geometric Geodesy.
  expect(geodesicDistance([0, 0], [1, 0])).toBeCloseTo(111_319.4908, 3);
  expect(geodesicDistance([0, 0], [0, 1])).toBeCloseTo(110_574.3886, 3);
  expect(
    geodesicLength([
      [0, 0],
      [1, 0],
      [2, 0],
    ]),
  ).toBeCloseTo(2 * 111_319.4908, 3);
});

test('the area of an octant is an eighth of the ellipsoid', () => {
  // 510 065 621.724 km² in all (WGS 84).
  const octant: [number, number][] = [
    [0, 0],
    [90, 0],
    [90, 90],
    [0, 90],
  ];
  expect(ringArea(octant) / (510_065_621.724e6 / 8)).toBeCloseTo(1, 9);
});

test('holes are taken off, whatever the direction of the rings', () => {
  const outer = square(10, 50, 0.01);
  const hole = square(10.002, 50.002, 0.002);
  const area = geodesicArea({ type: 'Polygon', coordinates: [outer, hole] });
  expect(area).toBeCloseTo(ringArea(outer) - ringArea(hole), 6);
  expect(
    geodesicArea({ type: 'Polygon', coordinates: [[...outer].reverse(), [...hole].reverse()] }),
  ).toBeCloseTo(area, 6);
  expect(
    geodesicArea({ type: 'MultiPolygon', coordinates: [[outer, hole], [square(20, 50, 0.01)]] }),
  ).toBeCloseTo(area + ringArea(outer), 3);
});

test('a ring is as long closed as open', () => {
  const closed = square(10, 50, 0.01);
  expect(geodesicPerimeter(closed)).toBeCloseTo(geodesicPerimeter(closed.slice(0, -1)), 9);
  expect(geodesicPerimeter(closed)).toBeCloseTo(geodesicLength(closed), 9);
});

test('nothing has no area and no length', () => {
  expect(geodesicArea({ type: 'Polygon', coordinates: [] })).toBe(0);
  expect(geodesicLength([[1, 2]])).toBe(0);
  expect(geodesicPerimeter([[1, 2]])).toBe(0);
});
