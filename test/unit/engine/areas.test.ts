import { expect, test } from 'vitest';
import fc from 'fast-check';
import type { Geometry } from '@shared/api';
import { AreaMask } from '../../../main/engine/imagery/areaMask';
import { areaOf } from '../../../main/engine/imagery/ground';
import { checkArea, coveredShare, overlapsAny } from '../../../main/engine/processing/area';
import { costOf } from '../../../main/engine/processing/cost';
import { findModel } from '../../../main/engine/models/index';
import { coverageOf, tileAt } from '../../../main/engine/remote/coverage';
import { fromUnit, parseTile, quadkey, tileBounds, toUnit } from '../../../main/engine/tiles/mercator';
import { crsFromEpsg } from '@shared/geo/crs';

const square = (x: number, y: number, side: number): number[][] => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
  [x, y],
];
const polygon = (...rings: number[][][]): Geometry => ({ type: 'Polygon', coordinates: rings });

test('an area’s mask agrees with asking every pixel’s centre', () => {
  /** Where an edge crosses the height y, given that it does. */
  const crossing = ([xi, yi]: [number, number], [xj, yj]: [number, number], y: number): number =>
    ((xj - xi) * (y - yi)) / (yj - yi) + xi;
  // A centre on an edge itself is inside or outside by the last bit of the arithmetic: either is right.
  const onEdge = (rings: [number, number][][], x: number, y: number): boolean =>
    rings.some((ring) =>
      ring.some((a, i) => {
        const b = ring[(i + 1) % ring.length]!;
        return a[1] > y !== b[1] > y && Math.abs(crossing(a, b, y) - x) < 1e-9;
      }),
    );
  const inside = (rings: [number, number][][], x: number, y: number): boolean => {
    let odd = false;
    for (const ring of rings) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [a, b] = [ring[i]!, ring[j]!];
        if (a[1] > y !== b[1] > y && x < crossing(a, b, y)) odd = !odd;
      }
    }
    return odd;
  };
  const coordinate = fc.double({ min: -5, max: 25, noNaN: true });
  const ring = fc.array(fc.tuple(coordinate, coordinate), { minLength: 3, maxLength: 8 });
  fc.assert(
    fc.property(fc.array(ring, { minLength: 1, maxLength: 3 }), (rings) => {
      const window = { x: 2, y: 1, width: 17, height: 15 };
      const values = new Uint8Array(17 * 15).fill(1);
      fc.pre(!values.some((_, at) => onEdge(rings, (at % 17) + 2.5, Math.floor(at / 17) + 1.5)));
      const mask = new AreaMask(rings);
      mask.clip(values, window);
      for (let y = 0; y < 15; y++) {
        for (let x = 0; x < 17; x++) {
          const expected = inside(rings, x + 2.5, y + 1.5);
          expect(values[y * 17 + x]).toBe(expected ? 1 : 0);
        }
      }
      expect(mask.touches(window)).toBe(values.includes(1));
    }),
  );
});

test('areas are those of the ellipsoid', () => {
  // A square degree at the equator, by Karney's method.
  expect(areaOf(polygon(square(0, 0, 1))) / 1e6).toBeCloseTo(12308.778, 2);
  const holed = areaOf(polygon(square(10, 50, 0.1), square(10.02, 50.02, 0.05)));
  expect(holed).toBeCloseTo(
    areaOf(polygon(square(10, 50, 0.1))) - areaOf(polygon(square(10.02, 50.02, 0.05))),
    3,
  );
});

test.each<[string, Geometry]>([
  ['no ring', { type: 'Polygon', coordinates: [] }],
  ['no polygon', { type: 'MultiPolygon', coordinates: [] }],
  [
    'three positions',
    polygon([
      [0, 0],
      [1, 1],
      [0, 0],
    ]),
  ],
  ['an open ring', polygon(square(0, 0, 1).slice(0, 4))],
  [
    'a bow tie',
    polygon([
      [0, 0],
      [1, 1],
      [1, 0],
      [0, 1],
      [0, 0],
    ]),
  ],
  ['a hole that crosses the border', polygon(square(0, 0, 1), square(0.5, 0.5, 1))],
  ['a position outside the world', polygon(square(179.5, 0, 1))],
  [
    'a line',
    polygon([
      [0, 0],
      [1, 0],
      [2, 0],
      [0, 0],
    ]),
  ],
])('%s is no area', (_name, geometry) => {
  expect(() => checkArea(geometry)).toThrowError(
    expect.objectContaining({ code: 'geometry.Invalid' }) as Error,
  );
});

test('the parts of an area are told apart', () => {
  const parts = checkArea({ type: 'MultiPolygon', coordinates: [[square(0, 0, 0.1)], [square(1, 1, 0.2)]] });
  expect(parts).toHaveLength(2);
  expect(parts[1]!.area / parts[0]!.area).toBeCloseTo(4, 2);
  expect(checkArea(polygon(square(0, 0, 1), square(0.2, 0.2, 0.2)))).toHaveLength(1);
});

test('overlaps and shares', () => {
  const area = polygon(square(0, 0, 1));
  expect(overlapsAny(area, [polygon(square(2, 2, 1))])).toBe(false);
  expect(overlapsAny(area, [polygon(square(2, 2, 1)), polygon(square(0.5, 0.5, 1))])).toBe(true);
  expect(coveredShare(area, [polygon(square(0, 0, 0.5)), polygon(square(0, 0, 0.5))])).toBeCloseTo(0.25, 3);
});

test('a price is rounded up, but not by a rounding error', () => {
  const forest = findModel('forest');
  expect(costOf(forest, [], 1_000_000)).toBe(8);
  expect(costOf(forest, [], 2_000_000.0000001)).toBe(16);
  expect(costOf(forest, [], 2_010_000)).toBe(17);
  expect(costOf(forest, [{ name: 'Heights', displayName: '', enabled: true }], 3_000_000)).toBe(54);
});

test('tiles: addresses, quadkeys, degrees there and back', () => {
  expect(quadkey({ z: 3, x: 3, y: 5 })).toBe('213');
  expect(tileBounds({ z: 0, x: 0, y: 0 })[0]).toBe(-180);
  expect(tileBounds({ z: 1, x: 1, y: 0 })[1]).toBeCloseTo(0, 9);
  fc.assert(
    fc.property(
      fc.double({ min: -180, max: 180, noNaN: true }),
      fc.double({ min: -85, max: 85, noNaN: true }),
      (x, y) => {
        const [longitude, latitude] = fromUnit(...toUnit(x, y));
        expect(longitude).toBeCloseTo(x, 9);
        expect(latitude).toBeCloseTo(y, 9);
      },
    ),
  );
  expect(parseTile('3', '7', '7')).toEqual({ z: 3, x: 7, y: 7 });
  for (const bad of [
    ['3', '8', '0'],
    ['26', '0', '0'],
    ['-1', '0', '0'],
    ['1', '1.5', '0'],
    ['x', '0', '0'],
  ]) {
    expect(parseTile(bad[0]!, bad[1]!, bad[2]!)).toBeNull();
  }
});

test('every tile that an area touches is fetched, and no other', async () => {
  const zoom = 17;
  const crs = await crsFromEpsg(3857);
  const area = polygon([
    [14.4, 49],
    [14.42, 49.005],
    [14.41, 49.02],
    [14.4, 49],
  ]);
  const coverage = coverageOf([area], { zoom }, crs);
  const wanted = new Set(
    coverage.wanted.map((index) => tileAt(coverage, zoom, index)).map(({ x, y }) => `${x}/${y}`),
  );
  const missed: string[] = [];
  let extra = 0;
  for (let index = 0; index < coverage.columns * coverage.rows; index++) {
    const tile = tileAt(coverage, zoom, index);
    const [west, south, east, north] = tileBounds(tile);
    const box = polygon([
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ]);
    const share = coveredShare(box, [area]);
    const has = wanted.has(`${tile.x}/${tile.y}`);
    if (share > 0.05 && !has) missed.push(`${tile.x}/${tile.y}`);
    if (share === 0 && has) extra++;
  }
  expect(missed).toEqual([]);
  expect(extra).toBe(0);
  expect(coverage.geotransform[1]).toBeCloseTo(1.194, 3);
});
