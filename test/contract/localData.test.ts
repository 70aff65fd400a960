import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { boundsOf, isTerminal, type Block, type Geometry } from '@shared/api';
import { crsFromEpsg, projectionFor } from '@shared/geo/crs';
import type { Feature, FeatureCollection, Polygon } from 'geojson';
import { generateScene } from '../../build/sample/generate';
import { isInside } from '../../main/engine/blocks/plane';
import type { LocalDataset } from '../../main/engine/localData';
import { writeTinyTiff } from './geotiff';
import { fileOf, startTestEngine, textOf, until, type TestEngine } from './support';

let it: TestEngine;
let folder: string;
let mosaicId: string;
let projectId: string;
let footprint: Geometry;
let found: readonly LocalDataset[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-data-'));
  const scene = join(folder, 'scene.tif');
  await generateScene({ path: scene, width: 600, height: 500, gsd: 0.3, seed: 7 });
  it = await startTestEngine({ onLocalData: (datasets) => (found = datasets) });
  projectId = (await it.client.projects.default()).id;
  mosaicId = (await it.client.mosaics.create({ name: 'scene' })).id;
  await it.client.images.upload(mosaicId, await fileOf(scene));
  footprint = (await it.client.images.list(mosaicId))[0]!.footprint!;
});
afterAll(async () => {
  await it.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => it.engine.setLocalData([]));

async function block(model: string, name: string): Promise<Block> {
  const { models } = await it.client.user.status();
  return models.find((one) => one.name === model)!.blocks.find((one) => one.name === name)!;
}

async function run(model: string, blocks: readonly string[]): Promise<FeatureCollection<Polygon>> {
  const { id } = await it.client.processings.create({
    name: model,
    projectId,
    wdName: model,
    geometry: footprint,
    params: { sourceParams: { myImagery: { mosaicId } } },
    blocks: blocks.map((name) => ({ name, enabled: true })),
  });
  const done = await until(
    () => it.client.processings.get(id),
    ({ status }) => isTerminal(status),
  );
  expect(done).toMatchObject({ status: 'OK', messages: [] });
  const { body } = await it.client.processings.result(id);
  return JSON.parse(await textOf(body)) as FeatureCollection<Polygon>;
}

/** A square of some ten metres, by shares of the footprint's box. */
function square(shareX: number, shareY: number): Feature<Polygon> {
  const { west, south, east, north } = boundsOf(footprint)!;
  const [x, y] = [west + shareX * (east - west), south + shareY * (north - south)];
  const [dx, dy] = [(east - west) / 15, (north - south) / 15];
  const ring = [
    [x, y],
    [x + dx, y],
    [x + dx, y + dy],
    [x, y + dy],
    [x, y],
  ];
  return { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } };
}

async function extract(features: readonly Feature[]): Promise<string> {
  const path = join(folder, 'extract.geojson');
  await writeFile(path, JSON.stringify({ type: 'FeatureCollection', features }));
  return path;
}

test('without local data the options say why they cannot run, and are refused', async () => {
  expect(await block('🏠 Buildings', 'Classification')).toMatchObject({ available: true });
  const osm = await block('🏠 Buildings', 'OSM');
  expect(osm.available).toBe(false);
  expect(osm.reason).toContain('Settings');
  await expect(run('🏠 Buildings', ['OSM'])).rejects.toMatchObject({
    kind: 'api.engine_block_not_available',
    params: { reason: osm.reason },
  });
});

test('an extract lets the merge run where it lies: mapped buildings are in the result with their tags', async () => {
  const mapped = { ...square(0.4, 0.4), properties: { '@id': 'way/77', building: 'school' } };
  const path = await extract([
    mapped,
    { ...square(0.05, 0.05), properties: { building: 'yes' } },
    square(0.9, 0.9),
  ]);
  await it.engine.setLocalData([path]);
  expect(found).toMatchObject([{ path, kind: 'osm', objects: 2 }]);
  const osm = await block('🏠 Buildings', 'OSM');
  expect(osm).toMatchObject({ available: true, bounds: [found[0]!.bounds] });
  // Its two buildings lie in a part of the area: too little to be an extract of it.
  await expect(run('🏠 Buildings', ['OSM'])).rejects.toMatchObject({
    kind: 'api.engine_block_not_available',
  });

  const corners = [square(0.01, 0.01), square(0.9, 0.9)].map((one) => ({
    ...one,
    properties: { building: 'yes' },
  }));
  await it.engine.setLocalData([]);
  await it.engine.setLocalData([await extract([mapped, ...corners])]);
  const { features } = await run('🏠 Buildings', ['OSM', 'Classification']);
  const school = features.find(({ properties }) => properties?.['osm_id'] === 'way/77');
  expect(school?.properties).toMatchObject({
    osm_building: 'school',
    class_id: '105',
    class_confidence: 1,
    object_type: 'building',
  });
  expect(features.map(({ properties }) => Number(properties?.['id']))).toEqual(features.map((_, i) => i + 1));
}, 60_000);

test('a surface model gives heights to what stands on it', async () => {
  const flat = await run('🌲 Forest', []);
  expect(flat.features.length).toBeGreaterThan(0);
  const crs = projectionFor(await crsFromEpsg(32633))!;
  const trees = flat.features.map(({ geometry }) => geometry.coordinates);
  const { west, north } = boundsOf(footprint)!;
  const [x, y] = crs.fromLonLat([west, north]);
  const origin = [Math.floor(x) - 5, Math.ceil(y) + 5] as const;
  const surface = await writeTinyTiff(join(folder, 'surface.tif'), {
    width: 195,
    height: 165,
    bands: 1,
    pixel: 1,
    origin,
    sample: (column, row) => {
      const place = crs.toLonLat([origin[0] + column + 0.5, origin[1] - row - 0.5]);
      return trees.some((rings) => isInside(place, rings)) ? 112 : 100;
    },
  });
  await it.engine.setLocalData([surface]);
  expect(found).toMatchObject([{ kind: 'surface', path: surface }]);
  expect(found[0]!.gsd).toBeCloseTo(1, 2);
  const { features } = await run('🌲 Forest', ['Heights']);
  expect(features).toHaveLength(flat.features.length);
  // A crown amid others has no ground around it; the rest have.
  const told = features.filter(({ properties }) => properties?.['max_height'] !== undefined);
  const large = features.filter(({ properties }) => Number(properties?.['area']) > 12);
  expect(large.length).toBeGreaterThan(3);
  expect(large.filter((feature) => told.includes(feature)).length).toBeGreaterThan(large.length * 0.75);
  for (const { properties } of told)
    expect(properties).toMatchObject({ max_height: 12, class_id: '10m-99m', object_type: 'forest' });
}, 60_000);

test('a file that cannot be used says so, and the option tells it', async () => {
  const path = join(folder, 'nonsense.gpkg');
  await writeFile(path, 'nothing');
  await it.engine.setLocalData([path]);
  expect(found).toMatchObject([{ path, problem: { kind: 'local_data.not_an_extract' } }]);
  expect((await block('🏠 Buildings', 'OSM')).reason).toContain('nonsense.gpkg');
});

test('where the file tells where the sun stood, shadows give buildings their heights', async () => {
  const { bounds } = await block('🏠 Buildings', 'Heights');
  const box = boundsOf(footprint)!;
  expect(bounds).toEqual([[box.west, box.south, box.east, box.north]]);
  const { features } = await run('🏠 Buildings', ['Simplification', 'Heights']);
  const told = features.filter(({ properties }) => properties?.['building_height'] !== undefined);
  // Those of which the network found the outline, and whose shadow falls on open ground.
  expect(told.length).toBeGreaterThan(10);
  for (const { properties } of told) {
    expect(properties).toMatchObject({ height_source: 'shadow' });
    // The generator's houses, garages and blocks of flats.
    expect(properties!['building_height']).toBeGreaterThanOrEqual(1);
    expect(properties!['building_height']).toBeLessThan(25);
  }
}, 60_000);

test('imagery that does not tell when it was taken gives no heights, until a person tells', async () => {
  const { imageId } = await it.client.images.createMosaicAndUpload(
    { name: 'timeless' },
    await fileOf(await writeTinyTiff(join(folder, 'timeless.tif'), { pixel: 0.3 })),
  );
  const imageIds = [imageId ?? ''];
  const geometry = (await it.client.images.get(imageIds[0]!)).footprint!;
  const create = (inferenceParams?: Record<string, unknown>): Promise<{ readonly id: string }> =>
    it.client.processings.create({
      name: 'heights',
      projectId,
      wdName: '🏠 Buildings',
      geometry,
      params: { sourceParams: { myImagery: { imageIds } }, ...(inferenceParams ? { inferenceParams } : {}) },
      blocks: [{ name: 'Heights', enabled: true }],
    });
  expect(await block('🏠 Buildings', 'Heights')).toMatchObject({ acceptsParams: ['captured_at'] });
  expect(await block('🌲 Forest', 'Heights')).not.toHaveProperty('acceptsParams');
  const refused = await create().catch((error: unknown) => error as { readonly params: { reason: string } });
  expect(refused).toMatchObject({ kind: 'api.engine_block_not_available' });
  expect((refused as { readonly params: { reason: string } }).params.reason).toContain('when it was taken');
  await expect(create({ captured_at: 'this morning' })).rejects.toMatchObject({ status: 400 });
  const { id } = await create({ captured_at: '2024-06-21T09:30:00Z' });
  const done = await until(
    () => it.client.processings.get(id),
    ({ status }) => isTerminal(status),
  );
  expect(done).toMatchObject({ status: 'OK', messages: [] });
}, 60_000);
