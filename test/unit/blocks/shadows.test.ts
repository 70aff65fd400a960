import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crsFromEpsg, projectionFor } from '@shared/geo/crs';
import { generateScene } from '../../../build/sample/generate';
import { shadowHeights } from '../../../main/engine/blocks/shadows';
import { planGrid, type WorkingGrid } from '../../../main/engine/imagery/grid';
import { MosaicSource } from '../../../main/engine/imagery/mosaicSource';
import { profileOf } from '../../../main/engine/imagery/profile';
import type { Sun } from '../../../main/engine/imagery/sun';
import { nodeRasters } from '../../../main/engine/nodeParts';
import type { ImageProfile } from '../../../main/engine/store';
import { paint, randomFrom, sourceOf, type Colour } from '../models/scenes';

const system = await crsFromEpsg(32633);
const projection = projectionFor(system)!;
const gsd = 0.2;
const side = 400;
const corner = [456_000, 5_428_000] as const;

type Rectangle = readonly [x: number, y: number, width: number, depth: number];
interface House {
  readonly at: Rectangle;
  readonly height: number;
}
interface Drawn {
  readonly houses: readonly House[];
  readonly sun: Sun;
  /** 0–1, of the sunlight that shade is left with */
  readonly shade?: number;
  readonly ground?: (x: number, y: number) => Colour;
}

const isIn = (x: number, y: number, [left, top, width, depth]: Rectangle): boolean =>
  x >= left && x <= left + width && y >= top && y <= top + depth;

/** Boxes on level ground in the sun, m east and south of the corner; returns their heights by their shadows. */
async function measured({
  houses,
  sun,
  shade = 0.4,
  ground = () => [120, 125, 90],
}: Drawn): Promise<(number | null)[]> {
  const grain = randomFrom(5);
  // The grid's north is some way off true north; shadows fall along the true azimuth.
  const turn = convergence();
  const azimuth = (sun.azimuth * Math.PI) / 180 + turn;
  const cast = 1 / Math.tan((sun.elevation * Math.PI) / 180);
  const [dx, dy] = [-Math.sin(azimuth) * cast, Math.cos(azimuth) * cast];
  const shaded = (x: number, y: number): boolean =>
    houses.some(({ at, height }) => {
      for (let up = 0; up <= height; up += 0.1) if (isIn(x - dx * up, y - dy * up, at)) return true;
      return false;
    });
  const picture = paint(side, side, (column, row) => {
    const [x, y] = [(column + 0.5) * gsd, (row + 0.5) * gsd];
    const noise = 10 * (grain() - 0.5);
    if (houses.some(({ at }) => isIn(x, y, at))) return [170 + noise, 90 + noise, 70 + noise];
    const light = shaded(x, y) ? shade : 1;
    const [red, green, blue] = ground(x, y);
    return [red * light + noise, green * light + noise, blue * light + noise];
  });
  const profile = {
    system,
    geotransform: [corner[0], gsd, 0, corner[1], 0, -gsd],
    width: side,
    height: side,
    sun,
  } as unknown as ImageProfile;
  const images = [{ path: 'a.tif', profile }];
  const grid: WorkingGrid = planGrid([profile], () => gsd);
  const model = shadowHeights({ grid: { ...grid, gsd }, images, source: sourceOf(picture, gsd) });
  const rings = houses.map(({ at }) => [footprint(at)]);
  return Promise.all(
    rings.map((own, i) =>
      model.heightOf(
        own,
        rings.filter((_, j) => j !== i),
      ),
    ),
  );
}

/** Radians from the grid's north to true north, clockwise, at the corner. */
function convergence(): number {
  const [longitude, latitude] = projection.toLonLat([corner[0], corner[1]]);
  const [x0, y0] = projection.fromLonLat([longitude, latitude]);
  const [x1, y1] = projection.fromLonLat([longitude, latitude + 1e-4]);
  return Math.atan2(x1 - x0, y1 - y0);
}

function footprint([x, y, width, depth]: Rectangle): [number, number][] {
  return [
    [x, y],
    [x, y + depth],
    [x + width, y + depth],
    [x + width, y],
    [x, y],
  ].map(([east = 0, south = 0]) => projection.toLonLat([corner[0] + east, corner[1] - south]));
}

test('a house is as high as its shadow says, wherever the sun stands', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 3, max: 14 }),
      fc.integer({ min: 0, max: 359 }),
      fc.integer({ min: 25, max: 60 }),
      async (height, azimuth, elevation) => {
        const houses = [{ at: [34, 34, 12, 9] as const, height }];
        const [found] = await measured({ houses, sun: { azimuth, elevation } });
        // A pixel of shadow is so much of height.
        const pixel = gsd * Math.tan((elevation * Math.PI) / 180);
        expect(Math.abs((found ?? NaN) - height)).toBeLessThan(1.5 * pixel + 0.15);
      },
    ),
    { numRuns: 12 },
  );
}, 60_000);

const south: Sun = { azimuth: 180, elevation: 45 };

test('a house whose shadow ends on a neighbour is left out, its neighbour is not', async () => {
  const houses = [
    { at: [30, 40, 14, 10] as const, height: 8 },
    { at: [30, 32, 14, 5] as const, height: 5 },
  ];
  const [behind, before] = await measured({ houses, sun: south });
  expect(behind).toBeNull();
  expect(before).toBeCloseTo(5, 0);
});

test('patches of dark and light ground do not change what most lines agree on', async () => {
  const ground = (x: number, y: number): Colour =>
    Math.floor(x / 5) % 3 === 0 && Math.floor(y / 3) % 2 === 0 ? [80, 85, 70] : [125, 130, 95];
  const houses = [{ at: [30, 40, 20, 10] as const, height: 6 }];
  const [found] = await measured({ houses, sun: south, ground });
  expect(Math.abs((found ?? NaN) - 6)).toBeLessThan(0.5);
});

test.each<[string, Drawn]>([
  ['a sky without a sun', { houses: [{ at: [30, 40, 14, 10], height: 8 }], sun: south, shade: 0.95 }],
  [
    'a sun on the horizon',
    { houses: [{ at: [30, 40, 14, 10], height: 8 }], sun: { azimuth: 180, elevation: 6 } },
  ],
  ['a sun overhead', { houses: [{ at: [30, 40, 14, 10], height: 8 }], sun: { azimuth: 180, elevation: 82 } }],
  ['something flat', { houses: [{ at: [30, 40, 14, 10], height: 0 }], sun: south }],
  ['a shadow that leaves the picture', { houses: [{ at: [30, 3, 14, 10], height: 8 }], sun: south }],
])('nothing is said of %s', async (_what, drawn) => {
  expect(await measured(drawn)).toEqual([null]);
});

test('on a scene of the generator half of the houses get a height, and nine of ten of these within half a metre', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shadows-'));
  const [path, truthPath] = [join(folder, 'scene.tif'), join(folder, 'truth.json')];
  const rasters = nodeRasters(false);
  try {
    await generateScene({ path, truthPath, width: 1400, height: 1200, gsd: 0.25, seed: 17 });
    const raster = await rasters.open(path);
    await raster.close();
    const { profile } = profileOf(raster.description, path, { maxPixelCount: Infinity });
    expect(profile.sun).toEqual({ azimuth: 155, elevation: 47 });
    const { features } = JSON.parse(await readFile(truthPath, 'utf8')) as {
      features: { properties: Record<string, unknown>; geometry: { coordinates: [number, number][][] } }[];
    };
    const houses = features.filter(
      ({ properties }) => properties['class'] === 'building' && !properties['cut'],
    );
    const grid = planGrid([profile], (metres) => metres);
    const images = [{ path, profile }];
    const source = new MosaicSource(grid, images, null, 'rgb', rasters);
    const model = shadowHeights({ grid, images, source });
    const errors: number[] = [];
    for (const house of houses) {
      const rest = houses.filter((other) => other !== house).map(({ geometry }) => geometry.coordinates);
      const found = await model.heightOf(house.geometry.coordinates, rest);
      if (found !== null) errors.push(found - Number(house.properties['height_m']));
    }
    source.close();
    const absolute = errors.map(Math.abs).sort((a, b) => a - b);
    expect(houses.length).toBeGreaterThan(20);
    expect(errors.length).toBeGreaterThan(houses.length / 2);
    expect(absolute[Math.floor(absolute.length * 0.9)]).toBeLessThan(0.5);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);
