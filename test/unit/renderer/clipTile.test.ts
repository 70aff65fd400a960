import { expect, test } from 'vitest';
import { clipOutlines, clipRings, insideUnitSquare } from '../../../renderer/map/clipTile';

const rings = (...list: number[][]) => {
  const coordinates = list.flat();
  let end = 0;
  return { coordinates, ends: list.map((ring) => (end += ring.length)) };
};

test('a polygon across a tile is cut exactly at its side', () => {
  const across = rings([0.5, 0.25, 1.5, 0.25, 1.5, 0.75, 0.5, 0.75, 0.5, 0.25]);
  expect(insideUnitSquare(across)).toBe(false);
  const { coordinates, ends } = clipRings(across);
  expect(ends).toEqual([coordinates.length]);
  expect(Math.max(...coordinates)).toBe(1);
  expect(new Set(pairs(coordinates))).toEqual(new Set(['0.5 0.25', '1 0.25', '1 0.75', '0.5 0.75']));
});

test('the outline of a cut polygon has no line along the tile', () => {
  const across = rings([0.5, 0.25, 1.5, 0.25, 1.5, 0.75, 0.5, 0.75, 0.5, 0.25]);
  const { coordinates, ends } = clipOutlines(across);
  const lines = ends.map((end, index) => pairs(coordinates.slice(ends[index - 1] ?? 0, end)));
  expect(lines).toEqual([
    ['0.5 0.25', '1 0.25'],
    ['1 0.75', '0.5 0.75', '0.5 0.25'],
  ]);
});

test('what lies outside the tile leaves nothing', () => {
  const outside = rings([1.2, 1.2, 1.4, 1.2, 1.4, 1.4, 1.2, 1.2]);
  expect(clipRings(outside)).toEqual({ coordinates: [], ends: [] });
  expect(clipOutlines(outside)).toEqual({ coordinates: [], ends: [] });
});

test('a polygon larger than the tile fills it and has no outline in it', () => {
  const around = rings([-1, -1, 2, -1, 2, 2, -1, 2, -1, -1]);
  expect(new Set(pairs(clipRings(around).coordinates))).toEqual(new Set(['0 0', '1 0', '1 1', '0 1']));
  expect(clipOutlines(around).ends).toEqual([]);
});

function pairs(coordinates: readonly number[]): string[] {
  return Array.from(
    { length: coordinates.length / 2 },
    (_, at) => `${coordinates[2 * at]} ${coordinates[2 * at + 1]}`,
  );
}
