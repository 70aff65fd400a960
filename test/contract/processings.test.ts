import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FeatureCollection, Polygon } from 'geojson';
import { boundsOf, isTerminal, type Geometry, type Processing } from '@shared/api';
import { openFile } from '../../main/rasters';
import { planSlices } from '@shared/tiff/slicePlan';
import { sliceLayout } from '@shared/tiff/slice';
import { streamLayout } from '@shared/tiff/writeStream';
import { generateScene } from '../../build/sample/generate';
import { tinyTiff } from './geotiff';
import { fileFrom, fileOf, startTestEngine, textOf, until, type TestEngine } from './support';

let it: TestEngine;
let folder: string;
let scene: string;
let wdId: string;
let projectId: string;
let mosaicId: string;
let footprint: Geometry;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scene-'));
  scene = join(folder, 'scene.tif');
  await generateScene({ path: scene, width: 700, height: 600, gsd: 0.3, seed: 11, tileSize: 128 });
  it = await startTestEngine({ limits: { credits: 200 } });
  wdId = (await it.client.user.status()).models.find(({ name }) => name.includes('Forest'))?.id ?? '';
  projectId = (await it.client.projects.default()).id;
  mosaicId = (await it.client.mosaics.create({ name: 'whole' })).id;
  await it.client.images.upload(mosaicId, await fileOf(scene));
  footprint = (await it.client.images.list(mosaicId))[0]!.footprint!;
});
afterAll(async () => {
  await it.stop();
  await rm(folder, { recursive: true, force: true });
});

type Change = Partial<Parameters<TestEngine['client']['processings']['create']>[0]>;

const create = (change: Change = {}): Promise<Processing> =>
  it.client.processings.create({
    name: 'Trees',
    projectId,
    wdId,
    geometry: footprint,
    params: { sourceParams: { myImagery: { mosaicId } } },
    ...change,
  });

const finished = (id: string): Promise<Processing> =>
  until(
    () => it.client.processings.get(id),
    ({ status }) => isTerminal(status),
  );

async function resultOf(id: string, aoiId?: string): Promise<FeatureCollection<Polygon>> {
  const { body } = await it.client.processings.result(id, aoiId === undefined ? {} : { aoiId });
  return JSON.parse(await textOf(body)) as FeatureCollection<Polygon>;
}

/** The left and the right part of the footprint, with a gap between them. */
function halves(): Geometry {
  const { west, south, east, north } = boundsOf(footprint)!;
  const part = (from: number, to: number): number[][][] => [
    [
      [from, south],
      [to, south],
      [to, north],
      [from, north],
      [from, south],
    ],
  ];
  const width = east - west;
  return {
    type: 'MultiPolygon',
    coordinates: [part(west, west + width * 0.4), part(west + width * 0.6, east)],
  };
}

test('an orthophoto gives the same map whole and in chunks', async () => {
  const whole = await create();
  const chunked = await it.client.mosaics.create({ name: 'chunks' });
  const { raster, close } = await openFile(scene);
  const { chunks } = await planSlices(raster, { targetBytes: 60_000, maxSide: 256 });
  expect(chunks.length).toBeGreaterThan(5);
  for (const chunk of chunks) {
    const layout = await sliceLayout(raster, chunk.window);
    await it.client.images.upload(chunked.id, {
      filename: chunk.name,
      size: layout.size,
      body: streamLayout(layout, raster.files),
    });
  }
  await close();
  const parts = await create({ params: { sourceParams: { myImagery: { mosaicId: chunked.id } } } });
  expect((await finished(whole.id)).status).toBe('OK');
  expect((await finished(parts.id)).status).toBe('OK');
  const [one, many] = [await resultOf(whole.id), await resultOf(parts.id)];
  expect(one.features.length).toBeGreaterThan(10);
  expect(many).toEqual(one);
  await it.client.processings.delete(parts.id);
});

test('areas are processed and told apart; ids count up over all of them', async () => {
  const created = await create({ geometry: halves(), name: 'halves' });
  expect(created).toMatchObject({ aoiCount: 2 });
  expect(await finished(created.id)).toMatchObject({ status: 'OK' });
  const aois = await it.client.processings.aois(created.id);
  expect(aois.map(({ status, percentCompleted }) => [status, percentCompleted])).toEqual([
    ['OK', 100],
    ['OK', 100],
  ]);
  const all = await resultOf(created.id);
  const [left, right] = [await resultOf(created.id, aois[0]?.id), await resultOf(created.id, aois[1]?.id)];
  expect(left.features.length).toBeGreaterThan(0);
  expect(right.features.length).toBeGreaterThan(0);
  expect(all.features.map(({ properties }) => properties?.id as number)).toEqual(
    all.features.map((_, i) => i + 1),
  );
  expect([...left.features, ...right.features].map(({ geometry }) => geometry)).toEqual(
    all.features.map(({ geometry }) => geometry),
  );
  const longitudes = left.features.flatMap(({ geometry }) => geometry.coordinates[0]!.map(([x = 0]) => x));
  const { west, east } = boundsOf(footprint)!;
  expect(Math.max(...longitudes)).toBeLessThan(west + (east - west) * 0.41);
  await expect(it.client.processings.result(created.id, { aoiId: 'nobody' })).rejects.toMatchObject({
    status: 404,
  });
});

test('an option that cannot run here is listed as such', async () => {
  const { models } = await it.client.user.status();
  const blocks = models.flatMap((model) => model.blocks.filter(({ optional }) => optional));
  expect(blocks.length).toBeGreaterThan(0);
  for (const { name, available } of blocks)
    expect({ name, available }).toEqual({ name, available: expect.any(Boolean) });
  expect(blocks.find(({ name }) => name === 'OSM')).toMatchObject({ available: false });
});

test('prices: an area below a square kilometre costs one, more is rounded up', async () => {
  const { processings } = it.client;
  const cost: typeof processings.cost = (request) => processings.cost(request);
  expect(await cost({ wdId, areaSqKm: 0.01 })).toBe(8);
  expect(await cost({ wdId, areaSqKm: 1.5 })).toBe(12);
  expect(await cost({ wdId, areaSqKm: 1.51 })).toBe(13);
  expect(await cost({ wdId, geometry: footprint })).toBe(8);
  expect(await cost({ wdName: 'forest', areaSqKm: 2, blocks: [{ name: 'Heights', enabled: true }] })).toBe(
    36,
  );
  await expect(cost({ wdId: 'nobody', areaSqKm: 1 })).rejects.toMatchObject({ status: 404 });
});

test('credits are spent, and are an end', async () => {
  const { remainingCredits } = await it.client.user.status();
  const created = await create();
  expect((await it.client.user.status()).remainingCredits).toBe((remainingCredits ?? 0) - 8);
  await it.client.processings.delete(created.id);
  const { west, south } = boundsOf(footprint)!;
  const large = [
    [west, south],
    [west + 0.1, south],
    [west + 0.1, south + 0.1],
    [west, south + 0.1],
    [west, south],
  ];
  await expect(create({ geometry: { type: 'Polygon', coordinates: [large] } })).rejects.toMatchObject({
    kind: 'api.engine_not_enough_credits',
  });
});

const faraway: Geometry = {
  type: 'Polygon',
  coordinates: [
    [
      [0, 0],
      [0.001, 0],
      [0.001, 0.001],
      [0, 0.001],
      [0, 0],
    ],
  ],
};
const bowTie: Geometry = {
  type: 'Polygon',
  coordinates: [
    [
      [14.4, 49],
      [14.41, 49.01],
      [14.41, 49],
      [14.4, 49.01],
      [14.4, 49],
    ],
  ],
};
const open: Geometry = {
  type: 'Polygon',
  coordinates: [
    [
      [14.4, 49],
      [14.41, 49],
      [14.41, 49.01],
      [14.4, 49.01],
    ],
  ],
};

test.each<[string, () => Change, string]>([
  ['an area beside the imagery', () => ({ geometry: faraway }), 'api.source_validator_no_data_in_aoi'],
  ['an area that crosses itself', () => ({ geometry: bowTie }), 'api.geometry_invalid'],
  ['an area that is not closed', () => ({ geometry: open }), 'api.geometry_invalid'],
  [
    'an option that cannot run here',
    () => ({ blocks: [{ name: 'Heights', enabled: true }] }),
    'api.engine_block_not_available',
  ],
  ['an unknown model', () => ({ wdId: 'nobody' }), 'api.not_found'],
  ['an unknown project', () => ({ projectId: 'nobody' }), 'api.not_found'],
  [
    'an unknown image',
    () => ({ params: { sourceParams: { myImagery: { imageIds: ['nobody'] } } } }),
    'api.item_not_found',
  ],
  [
    'an unknown mosaic',
    () => ({ params: { sourceParams: { myImagery: { mosaicId: 'nobody' } } } }),
    'api.item_not_found',
  ],
  [
    'a provider of the cloud',
    () => ({ params: { sourceParams: { dataProvider: { providerName: 'Mapbox', zoom: 18 } } } }),
    'api.engine_provider_not_available',
  ],
])('%s is refused at once', async (_name, change, kind) => {
  await expect(create(change())).rejects.toMatchObject({ kind });
});

test('an empty mosaic has no data', async () => {
  const empty = await it.client.mosaics.create({ name: 'empty' });
  await expect(
    create({ params: { sourceParams: { myImagery: { mosaicId: empty.id } } } }),
  ).rejects.toMatchObject({ kind: 'api.source_validator_no_data_in_aoi' });
});

test('imagery that is too coarse for the model is refused with its resolution', async () => {
  const { imageId } = await it.client.images.createMosaicAndUpload(
    { name: 'coarse' },
    fileFrom(tinyTiff({ pixel: 5 })),
  );
  const coarse = (await it.client.images.get(imageId ?? '')).footprint!;
  const failure = await create({
    geometry: coarse,
    params: { sourceParams: { myImagery: { imageIds: [imageId ?? ''] } } },
  }).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    kind: 'api.source_validator_pixel_size_too_high',
    params: { actual_res: '5 m', max_res: '1.5 m' },
  });
});

test('grey imagery fails in the processing, with a message; it cannot be helped by a restart', async () => {
  const { imageId } = await it.client.images.createMosaicAndUpload(
    { name: 'grey' },
    fileFrom(tinyTiff({ bands: 1, width: 200, height: 200 })),
  );
  const grey = (await it.client.images.get(imageId ?? '')).footprint!;
  const created = await create({
    geometry: grey,
    params: { sourceParams: { myImagery: { imageIds: [imageId ?? ''] } } },
  });
  const failed = await finished(created.id);
  expect(failed).toMatchObject({
    status: 'FAILED',
    messages: [{ code: 'source-validator.NChannelsNotAllowed', parameters: { required_nchannels: '3' } }],
  });
  await expect(it.client.processings.result(created.id)).rejects.toMatchObject({ status: 409 });
  await it.client.processings.restart(created.id);
  expect((await finished(created.id)).status).toBe('FAILED');
  await it.clientWith({ dialect: 'live' }).processings.restart(created.id);
  expect((await finished(created.id)).status).toBe('FAILED');
});

test('processings are listed, paged, sorted, renamed, moved, rated, judged and deleted', async () => {
  const { processings, projects } = it.client;
  const project = await projects.create({ name: 'Second' });
  const names = ['b trees', 'a trees', 'c other'];
  const ids: string[] = [];
  for (const name of names) ids.push((await create({ name, projectId: project.id })).id);
  for (const id of ids) await finished(id);
  expect((await processings.list()).slice(0, 3).map(({ name }) => name)).toEqual([...names].reverse());
  expect((await processings.listByProject(project.id)).map(({ id }) => id)).toEqual([...ids].reverse());
  expect(
    await processings.page(project.id, {
      terms: 'TREES',
      sortBy: 'NAME',
      sortOrder: 'ASC',
      limit: 1,
      offset: 1,
    }),
  ).toMatchObject({ total: 2, results: [{ name: 'b trees' }] });
  expect(await it.clientWith({ dialect: 'live' }).processings.listByProject(project.id)).toHaveLength(3);

  const [first = ''] = ids;
  await processings.update(first, { name: 'renamed' });
  await it.clientWith({ dialect: 'live' }).processings.update(first, { description: 'why', projectId });
  expect(await processings.get(first)).toMatchObject({ name: 'renamed', description: 'why', projectId });
  await processings.rate(first, { rating: 4, feedback: 'good' });
  await processings.reject(first, { comment: 'a tree is missing' });
  expect(await processings.get(first)).toMatchObject({
    rating: { rating: 4, feedback: 'good' },
    review: { status: 'NOT_ACCEPTED', feedback: 'a tree is missing' },
  });
  await processings.accept(first);
  expect((await processings.getV1(first)).review?.status).toBe('ACCEPTED');
  expect((await projects.get(project.id)).processingCounts).toEqual({ succeeded: 2, failed: 0 });

  await processings.delete(first);
  await expect(processings.get(first)).rejects.toMatchObject({ status: 404 });
  expect(await readdir(join(it.folder, 'results'))).not.toContain(first);
});

test('the old flat form is created and read', async () => {
  const created = await it.client.processings.createV1({
    name: 'flat',
    wdName: '🌲 Forest',
    geometry: footprint,
    params: { mosaic_id: mosaicId, source_type: 'local' },
    meta: { survey: '2026' },
  });
  expect(created.meta).toEqual({ survey: '2026' });
  expect(created.source).toMatchObject({ kind: 'myImagery', mosaicId });
  expect((await it.client.processings.listV1())[0]).toMatchObject({ id: created.id, source: { mosaicId } });
  expect(await finished(created.id)).toMatchObject({ status: 'OK', name: 'flat' });
});

test('what only the model understands is kept and given back', async () => {
  const inferenceParams = { threshold: 0.4, classes: ['tree'] };
  const created = await create({ params: { sourceParams: { myImagery: { mosaicId } }, inferenceParams } });
  expect(await it.client.processings.get(created.id)).toMatchObject({ inferenceParams });
  await it.client.processings.delete(created.id);
});

test('history: sorted, filtered, by pages, as JSON and CSV', async () => {
  const { processings } = it.client;
  await processings.update((await processings.list())[0]!.id, { name: '=1+1, "quoted"' });
  const all = await processings.stats({ perPage: 1000 });
  expect(all.total).toBe(all.results.length);
  expect(all.totalCost).toBe(all.results.reduce((sum, { cost }) => sum + (cost ?? 0), 0));
  const failed = await processings.stats({ filter: 'status=FAILED', sort: 'created:asc' });
  expect(failed.total).toBeGreaterThan(0);
  expect(failed.results.every(({ status }) => status === 'FAILED')).toBe(true);
  const byName = await processings.stats({ sort: 'name:desc', perPage: 2, page: 2 });
  const names = all.results
    .map(({ name }) => name)
    .sort()
    .reverse();
  expect(byName.results.map(({ name }) => name)).toEqual(names.slice(2, 4));
  const csv = await processings.statsCsv({ sort: 'created,desc', perPage: 1 });
  expect(csv.split('\r\n')).toHaveLength(3);
  expect(csv).toContain(`"'=1+1, ""quoted"""`);
  await expect(processings.stats({ filter: 'nonsense' })).rejects.toMatchObject({ kind: 'api.bad_request' });
  await expect(processings.stats({ sort: 'shoesize:asc' })).rejects.toMatchObject({
    kind: 'api.bad_request',
  });
});

test('the catalogue offers uploads, filtered and sorted', async () => {
  const { catalog } = it.client;
  const mine = await catalog.search({ aoi: footprint });
  expect(mine.images.some(({ id, product }) => id === mosaicId && product === 'mosaic')).toBe(true);
  const scenes = await catalog.search({
    aoi: footprint,
    productTypes: ['SCENE'],
    maxResolution: 0.4,
    minResolution: 0.2,
  });
  expect(scenes.images.length).toBeGreaterThan(0);
  expect(
    scenes.images.every(
      ({ product, providerName }) => product === 'scene' && providerName === 'my_imagery_images',
    ),
  ).toBe(true);
  expect((await catalog.search({ aoi: footprint, maxResolution: 0.1 })).total).toBe(0);
  expect((await catalog.search({ aoi: faraway })).total).toBe(0);
  expect((await catalog.search({ aoi: footprint, acquisitionDateTo: '2020-01-01T00:00:00Z' })).total).toBe(0);
  expect(
    (
      await catalog.search({
        aoi: footprint,
        minAoiIntersectionPercent: 0.99,
        dataProviders: ['my_imagery_mosaics'],
      })
    ).images.map(({ id }) => id),
  ).toContain(mosaicId);
  const one = await catalog.search({
    aoi: footprint,
    limit: 1,
    sortBy: 'PIXEL_RESOLUTION',
    sortOrder: 'DESC',
  });
  expect(one.images).toHaveLength(1);
  const created = await create({
    params: { sourceParams: { imagerySearch: { dataProvider: 'my_imagery_mosaics', imageIds: [mosaicId] } } },
  });
  expect((await finished(created.id)).status).toBe('OK');
});

test('deleting stops what runs and frees its place', async () => {
  const created = await create();
  await it.client.processings.delete(created.id);
  await expect(it.client.processings.get(created.id)).rejects.toMatchObject({ status: 404 });
  const next = await create();
  expect((await finished(next.id)).status).toBe('OK');
  const text = await readFile(join(it.folder, 'results', next.id, 'result.geojson'), 'utf8');
  expect(JSON.parse(text)).toEqual(await resultOf(next.id));
});
