import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { vectorize, type ResultFeature } from '../../../main/engine/vectorize/index';
import { MaskTracer } from '../../../main/engine/vectorize/trace';
import { withoutGdal } from '../../support/data';
import { inspect } from '../../support/ogr';
import { bandsOf, blobs, burn, jobFor, masks, randomFrom, shoelace, type Mask } from './masks';

const folder = mkdtempSync(join(tmpdir(), 'vectorize-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function featuresOf(
  mask: Mask,
  rules: Parameters<typeof jobFor>[1] = {},
  heights?: readonly number[],
): Promise<ResultFeature[]> {
  const features: ResultFeature[] = [];
  for await (const feature of vectorize(bandsOf(mask, heights), jobFor(mask, rules))) features.push(feature);
  return features;
}

const valueOf = (feature: ResultFeature): number => Number(feature.properties.class_id);

test('polygons burn back to the mask they came from, without overlaps', async () => {
  await fc.assert(
    fc.asyncProperty(masks, async (mask) => {
      const features = await featuresOf(mask);
      for (const value of [1, 2, 3]) {
        const own = features.filter((feature) => valueOf(feature) === value);
        const hits = burn(
          mask,
          own.map((feature) => feature.geometry.coordinates),
        );
        expect([...hits]).toEqual([...mask.values].map((found) => (found === value ? 1 : 0)));
      }
    }),
    { numRuns: 150 },
  );
});

test('the number and height of the bands change nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      masks,
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
      async (mask, heights) => {
        expect(await featuresOf(mask, { tolerance: 0.5 }, heights)).toEqual(
          await featuresOf(mask, { tolerance: 0.5 }),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test('exterior rings run counter-clockwise, holes clockwise, areas are net of holes', async () => {
  const { width, height } = { width: 9, height: 7 };
  const values = new Uint8Array(width * height).fill(1);
  values.fill(0, 2 * width + 2, 2 * width + 5);
  values[4 * width + 6] = 2;
  const features = await featuresOf({ width, height, values });
  expect(features).toHaveLength(2);
  const [island, ground] = features;
  expect(island!.properties).toEqual({ id: 1, object_type: 'type-2', class_id: '2', area: 1 });
  expect(ground!.properties).toEqual({ id: 2, object_type: 'type-1', class_id: '1', area: 63 - 3 - 1 });
  const [exterior, ...holes] = ground!.geometry.coordinates;
  expect(shoelace(exterior!)).toBeGreaterThan(0);
  expect(holes.map((hole) => shoelace(hole) < 0)).toEqual([true, true]);
  expect(exterior![0]).toEqual(exterior!.at(-1));
});

test('pixels that meet at a corner are two polygons, a bay closed at a corner is a hole', async () => {
  const diagonal = await featuresOf({ width: 2, height: 2, values: Uint8Array.of(1, 0, 0, 1) });
  expect(diagonal.map((feature) => feature.properties.area)).toEqual([1, 1]);
  const bay = Uint8Array.of(1, 1, 1, 1, 0, 1, 1, 1, 0);
  const [polygon, ...others] = await featuresOf({ width: 3, height: 3, values: bay });
  expect(others).toHaveLength(0);
  expect(polygon!.geometry.coordinates).toHaveLength(2);
  expect(polygon!.properties.area).toBe(7);
});

test('small polygons are left out, small holes filled, and what lay in them is gone', async () => {
  const { width, height } = { width: 20, height: 20 };
  const values = new Uint8Array(width * height).fill(1);
  for (let y = 5; y < 8; y++) values.fill(0, y * width + 5, y * width + 8);
  values[6 * width + 6] = 1;
  for (let y = 11; y < 17; y++) values.fill(0, y * width + 11, y * width + 17);
  const [polygon, ...others] = await featuresOf({ width, height, values }, { minArea: 12, minHole: 12 });
  expect(others).toHaveLength(0);
  expect(polygon!.geometry.coordinates).toHaveLength(2);
  expect(polygon!.properties.area).toBe(400 - 36);
});

test('simplified outlines have far fewer corners and almost the same area', async () => {
  for (const seed of [1, 2, 3]) {
    const mask = blobs(200, 160, seed);
    const exact = await featuresOf(mask, { minArea: 6, minHole: 6 });
    const simple = await featuresOf(mask, { minArea: 6, minHole: 6, tolerance: 0.5 });
    expect(simple).toHaveLength(exact.length);
    const corners = (features: ResultFeature[]): number =>
      features.flatMap((feature) => feature.geometry.coordinates).reduce((sum, ring) => sum + ring.length, 0);
    expect(corners(simple)).toBeLessThan(0.65 * corners(exact));
    const area = (features: ResultFeature[]): number =>
      features.reduce((sum, feature) => sum + feature.properties.area, 0);
    expect(Math.abs(area(simple) / area(exact) - 1)).toBeLessThan(0.02);
  }
});

test('an outline a thousand rows long leaves nothing behind when it ends', () => {
  const width = 64;
  const tracer = new MaskTracer(width, { minPixels: 0, minHolePixels: 0 });
  const random = randomFrom(4);
  let polygons = 0;
  for (let y = 0; y < 1000; y++) {
    const classes = Uint8Array.from({ length: width }, () => (random() < 0.35 ? 1 : 0));
    polygons += tracer.push({ height: 1, classes }).length;
    expect(tracer.openCorners).toBeLessThan(64 * width);
  }
  polygons += tracer.finish().length;
  expect(polygons).toBeGreaterThan(5000);
  expect(tracer.openCorners).toBe(0);
});

test('a square keeps its corners, a slope becomes a line', async () => {
  const square = { width: 12, height: 12, values: new Uint8Array(144) };
  for (let y = 2; y < 9; y++) square.values.fill(1, y * 12 + 3, y * 12 + 10);
  const [kept] = await featuresOf(square, { tolerance: 0.5 });
  expect(kept!.geometry.coordinates[0]).toHaveLength(5);
  const slope = { width: 60, height: 30, values: new Uint8Array(1800) };
  for (let y = 0; y < 30; y++) slope.values.fill(1, y * 60, y * 60 + 2 * y + 1);
  const [line] = await featuresOf(slope, { tolerance: 0.5 });
  expect(line!.geometry.coordinates[0]!.length).toBeLessThan(9);
});

test.skipIf(withoutGdal('polygons against GEOS'))('GEOS calls every polygon valid', async () => {
  const random: Mask[] = [];
  fc.assert(
    fc.property(masks, (mask) => {
      random.push(mask);
    }),
    { numRuns: 300, seed: 7 },
  );
  const shapes = [11, 12, 13, 14].map((seed) => blobs(150, 150, seed));
  const files = [
    ['random', random, 0],
    ['random-simplified', random, 0.5],
    ['blobs-simplified', shapes, 0.5],
  ] as const;
  for (const [name, all, tolerance] of files) {
    const path = join(folder, `${name}.geojson`);
    const features = (await Promise.all(all.map((mask) => featuresOf(mask, { tolerance })))).flat();
    writeFileSync(path, JSON.stringify({ type: 'FeatureCollection', features }));
    expect(inspect(path)).toEqual({ features: features.length, invalid: 0 });
  }
});
