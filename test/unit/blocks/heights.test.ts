import { expect, test } from 'vitest';
import fc from 'fast-check';
import { crsFromEpsg, projectionFor } from '@shared/geo/crs';
import type { Geotransform, RasterDescription } from '@shared/tiff/types';
import { forestClass, openSurface, type HeightModel } from '../../../main/engine/blocks/heights';
import type { SourceImage } from '../../../main/engine/imagery/mosaicSource';
import type { RasterAccess } from '../../../main/engine/rasterAccess';
import type { Ring } from './shapes';

const system = await crsFromEpsg(32636);
const projection = projectionFor(system)!;
const gsd = 0.5;
const size = 240;
const corner = [456_000, 5_428_000] as const;

/** A surface whose height is known at every place, m east and south of its corner. */
function surface(height: (east: number, south: number) => number | null): Promise<HeightModel> {
  const geotransform: Geotransform = [corner[0], gsd, 0, corner[1], 0, -gsd];
  const rasters: RasterAccess = {
    open: () =>
      Promise.resolve({
        description: { bands: 1 } as RasterDescription,
        readWindow: (_level, { x, y, width, height: rows }) => {
          const values = new Float32Array(width * rows);
          const valid = new Uint8Array(width * rows).fill(255);
          for (let i = 0; i < values.length; i++) {
            const found = height((x + (i % width) + 0.5) * gsd, (y + Math.floor(i / width) + 0.5) * gsd);
            values[i] = found ?? -9999;
            if (found === null) valid[i] = 0;
          }
          return Promise.resolve({ width, height: rows, bands: [values], valid });
        },
        close: () => Promise.resolve(),
      }),
  };
  const profile = { system, geotransform, width: size, height: size, gsd };
  return openSurface({ path: 'surface.tif', profile } as unknown as SourceImage, rasters);
}

/** A rectangle in m east and south of the corner, in degrees. */
type Place = readonly [x: number, y: number, width: number, depth: number];

function footprint(...[x, y, width, depth]: Place): Ring {
  return [
    [x, y],
    [x, y + depth],
    [x + width, y + depth],
    [x + width, y],
    [x, y],
  ].map(([east = 0, south = 0]) => projection.toLonLat([corner[0] + east, corner[1] - south]));
}

const isIn = (x: number, y: number, [left, top, width, depth]: readonly number[]): boolean =>
  x >= left! && x <= left! + width! && y >= top! && y <= top! + depth!;

test('the height is that above the ground around, wherever the ground lies', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 60 }),
      fc.integer({ min: -200, max: 3000 }),
      fc.integer({ min: 5, max: 40 }),
      async (height, ground, side) => {
        const house = [40, 40, side, side] as const;
        const model = await surface((x, y) => ground + (isIn(x, y, house) ? height : 0));
        expect(await model.heightOf([footprint(...house)], [])).toBeCloseTo(height, 1);
      },
    ),
    { numRuns: 30 },
  );
});

test('on a slope, with a tree beside it and a chimney on it, a house is about as high as it is', async () => {
  const house = [50, 50, 12, 10] as const;
  const model = await surface((x, y) => {
    const ground = 100 + 0.05 * x;
    if (isIn(x, y, [55, 54, 0.6, 0.6])) return ground + 9;
    if (isIn(x, y, house)) return ground + 6;
    return Math.hypot(x - 66, y - 55) < 3 ? ground + 12 : ground;
  });
  const height = (await model.heightOf([footprint(...house)], []))!;
  expect(Math.abs(height - 6)).toBeLessThan(0.8);
});

test('neighbours are no ground', async () => {
  const house = [50, 50, 10, 10] as const;
  const around: readonly Place[] = [
    [38, 38, 34, 11.5],
    [38, 60.5, 34, 11.5],
    [38, 49.5, 11, 11],
  ];
  const model = await surface((x, y) =>
    isIn(x, y, house) ? 8 : around.some((other) => isIn(x, y, other)) ? 5 : 0,
  );
  const others = around.map((other) => [footprint(...other)]);
  expect(await model.heightOf([footprint(...house)], others)).toBeCloseTo(8, 1);
});

test('where the model has nothing, nothing is said; a hole in it does no harm', async () => {
  const house = [50, 50, 12, 10] as const;
  const half = await surface((x, y) => (x < 54 ? null : isIn(x, y, house) ? 5 : 0));
  expect(await half.heightOf([footprint(...house)], [])).toBeCloseTo(5, 1);
  const none = await surface((x, y) => (isIn(x, y, house) ? null : 0));
  expect(await none.heightOf([footprint(...house)], [])).toBeNull();
  const outside = await surface(() => 3);
  expect(await outside.heightOf([footprint(5000, 50, 10, 10)], [])).toBeNull();
});

test('flat ground has no height', async () => {
  const model = await surface(() => 212);
  expect(await model.heightOf([footprint(50, 50, 10, 10)], [])).toBeNull();
});

test('forests are told apart by the heights of the service', () => {
  expect([2, 3.9, 4, 9.9, 10, 40].map(forestClass)).toEqual([
    '00m-04m',
    '00m-04m',
    '04m-10m',
    '04m-10m',
    '10m-99m',
    '10m-99m',
  ]);
});

test('amid others the ground is sought farther away', async () => {
  const house = [50, 50, 10, 10] as const;
  // Wall to wall all around it, as far as 15 m.
  const row = [35, 35, 40, 40] as const;
  const model = await surface((x, y) => 100 + (isIn(x, y, row) ? 9 : 0));
  const others = [
    [35, 35, 40, 15],
    [35, 60, 40, 15],
    [35, 50, 15, 10],
    [60, 50, 15, 10],
  ].map(([x = 0, y = 0, width = 0, depth = 0]) => [footprint(x, y, width, depth)]);
  expect(await model.heightOf([footprint(...house)], others)).toBeCloseTo(9, 1);
});
