import { expect, test } from 'vitest';
import fc from 'fast-check';
import type { Geotransform } from '@shared/tiff/types';
import { crsFromEpsg } from '@shared/geo/crs';
import { areaOnGrid, gridToLonLat, planGrid, windowOf } from '../../../main/engine/imagery/grid';
import { fromLattice, latticeOf, placeOn, toLattice } from '../../../main/engine/imagery/lattice';
import type { ImageProfile } from '../../../main/engine/store';

const utm = await crsFromEpsg(32633);

function profile(geotransform: Geotransform, width: number, height: number): ImageProfile {
  return {
    crs: 'EPSG:32633',
    system: utm,
    width,
    height,
    bands: 3,
    dtypes: ['uint8', 'uint8', 'uint8'],
    nodata: null,
    geotransform,
    pixelSize: [geotransform[1], -geotransform[5]],
    gsd: 0.3,
  };
}

/** The part of an image that begins at a pixel. */
function cut(g: Geotransform, x: number, y: number): Geotransform {
  return [g[0] + x * g[1] + y * g[2], g[1], g[2], g[3] + x * g[4] + y * g[5], g[4], g[5]];
}

const whole: Geotransform = [456_000.15, 0.3, 0, 5_428_000.15, 0, -0.3];
const rotated: Geotransform = [456_000.15, 0.26, 0.15, 5_428_000.15, 0.15, -0.26];

test.each([
  ['north up', whole],
  ['rotated', rotated],
  ['half a pixel off the round', [456_000.15, 0.3, 0, 5_428_000, 0, -0.3] as Geotransform],
])('chunks of an image that is %s lie on its lattice, each at its place', (_name, g) => {
  fc.assert(
    fc.property(fc.nat(20_000), fc.nat(20_000), fc.nat(20_000), fc.nat(20_000), (x0, y0, x1, y1) => {
      const lattice = latticeOf(cut(g, x0, y0));
      const here = placeOn(lattice, { geotransform: cut(g, x0, y0), width: 512, height: 256 });
      const there = placeOn(lattice, { geotransform: cut(g, x1, y1), width: 64, height: 64 });
      expect(here).not.toBeNull();
      expect(there).toMatchObject({ column: here!.column + x1 - x0, row: here!.row + y1 - y0 });
    }),
  );
});

test('the count of pixels does not depend on the chunk it is taken from', () => {
  const from = (x: number, y: number): unknown =>
    placeOn(latticeOf(cut(whole, x, y)), { geotransform: whole, width: 10, height: 10 });
  expect(from(4096, 512)).toEqual(from(0, 0));
  expect(from(123, 77)).toEqual(from(0, 0));
});

test('an image that lies across the pixels, or has others, is not on the lattice', () => {
  const lattice = latticeOf(whole);
  const place = (geotransform: Geotransform) => placeOn(lattice, { geotransform, width: 1000, height: 1000 });
  expect(place([whole[0] + 0.1, 0.3, 0, whole[3], 0, -0.3])).toBeNull();
  expect(place([whole[0], 0.301, 0, whole[3], 0, -0.3])).toBeNull();
  expect(place(rotated)).toBeNull();
  expect(place([whole[0] + 0.001, 0.3, 0, whole[3], 0, -0.3])).not.toBeNull();
});

test('lattice coordinates go there and back', () => {
  const lattice = latticeOf(rotated);
  const [u, v] = toLattice(lattice, 456_123, 5_427_321);
  const [x, y] = fromLattice(lattice, u, v);
  expect(x).toBeCloseTo(456_123, 6);
  expect(y).toBeCloseTo(5_427_321, 6);
});

test('the working grid is the same for an image and for its chunks, in any order', () => {
  const gsd = (imageGsd: number): number => imageGsd * 3;
  const one = planGrid([profile(whole, 1000, 800)], gsd);
  const chunks = [
    [600, 400, 400, 400],
    [0, 0, 600, 400],
    [600, 0, 400, 400],
    [0, 400, 600, 400],
  ].map(([x = 0, y = 0, width = 0, height = 0]) => profile(cut(whole, x, y), width, height));
  for (const images of [chunks, [...chunks].reverse()]) {
    const many = planGrid(images, gsd);
    expect(many).toMatchObject({
      ratio: one.ratio,
      column: one.column,
      row: one.row,
      width: one.width,
      height: one.height,
    });
  }
  expect(one.ratio).toEqual([3, 3]);
  expect(one.gsd).toBeCloseTo(0.9, 3);
});

test('grid pixels and degrees go there and back; a window holds the area with its margin', () => {
  const grid = planGrid([profile(whole, 1000, 800)], (gsd) => gsd);
  const lonLat = gridToLonLat(grid);
  const ring = [
    [100, 200],
    [300, 200],
    [300, 250],
    [100, 250],
    [100, 200],
  ].map(([x = 0, y = 0]) => lonLat(x, y));
  const [onGrid] = areaOnGrid(grid, { type: 'Polygon', coordinates: [ring] });
  expect(onGrid?.[0]?.[0]).toBeCloseTo(100, 4);
  expect(onGrid?.[0]?.[1]).toBeCloseTo(200, 4);
  const window = windowOf(
    grid,
    [
      [
        [100.5, 200.5],
        [300, 210],
        [120, 250],
      ],
    ],
    20,
  );
  expect(window).toEqual({ x: 80, y: 180, width: 240, height: 90 });
  expect(
    windowOf(
      grid,
      [
        [
          [-50, -50],
          [-10, -10],
          [-50, -10],
        ],
      ],
      20,
    ),
  ).toBeNull();
});
