import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { boundsOf, isTerminal, type CatalogImage, type CatalogRequest, type Geometry } from '@shared/api';
import { generateScene } from '../../build/sample/generate';
import { decodeImage } from '../../main/engine/nodeParts';
import { toUnit } from '../../main/engine/tiles/mercator';
import { tinyTiff, writeTinyTiff } from './geotiff';
import { startTestEngine, textOf, until, type TestEngine } from './support';

let it: TestEngine;
let root: string;
let survey: string;
let archive: string;
/** All of it. */
const aoi = square(14.39, 48.99, 14.42, 49.01);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'folders-'));
  survey = join(root, 'Town Survey');
  archive = join(root, 'archive');
  await mkdir(join(survey, 'spring'), { recursive: true });
  await mkdir(archive);
  // Two neighbours in one folder: scenes, and a mosaic of both.
  for (const [i, cloud, angle] of [
    [0, 5, 3],
    [1, 60, -20],
  ] as const) {
    const path = join(survey, 'spring', `strip-${String(i)}.tif`);
    await writeTinyTiff(path, { width: 200, height: 160, origin: [456_000 + i * 100, 5_428_000] });
    const properties = {
      datetime: `2024-0${String(i + 3)}-01T10:00:00Z`,
      'eo:cloud_cover': cloud,
      'view:off_nadir': angle,
      platform: `sat-${String(i)}`,
      instruments: ['pms'],
    };
    await writeFile(path.replace('.tif', '.json'), JSON.stringify({ type: 'Feature', properties }));
  }
  await writeFile(join(survey, 'spring', 'notes.tif'), 'no image at all');
  await writeTinyTiff(join(survey, 'no-crs.tif'), { epsg: null });
  const old = join(archive, 'coarse.tif');
  await writeTinyTiff(old, { pixel: 2, origin: [456_000, 5_428_000], bands: 1 });
  await utimes(old, new Date('2019-05-05T00:00:00Z'), new Date('2019-05-05T00:00:00Z'));
  it = await startTestEngine({ catalog: [survey, archive] });
});
afterAll(async () => {
  await it.stop();
  await rm(root, { recursive: true, force: true });
});

function square(west: number, south: number, east: number, north: number): Geometry {
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  return { type: 'Polygon', coordinates: [ring] };
}

async function search(filter: Partial<CatalogRequest> = {}): Promise<readonly CatalogImage[]> {
  return (await it.client.catalog.search({ aoi, ...filter })).images;
}

const names = (images: readonly CatalogImage[]): string[] =>
  images.map((image) => String((image as unknown as { filename: string }).filename));

test('registered folders are providers with scenes and mosaics', async () => {
  const { searchDataProviders } = await it.client.user.status();
  expect(searchDataProviders.map(({ name, displayName }) => [name, displayName])).toEqual([
    ['my_imagery_images', expect.any(String)],
    ['my_imagery_mosaics', expect.any(String)],
    ['town_survey', 'Town Survey'],
    ['archive', 'archive'],
  ]);
  const found = await search({ sortBy: 'ACQUISITION_DATE', sortOrder: 'ASC' });
  expect(
    found.map(({ product, providerName, acquisitionDate }) => [product, providerName, acquisitionDate]),
  ).toEqual([
    ['scene', 'archive', '2019-05-05T00:00:00.000Z'],
    ['scene', 'town_survey', '2024-03-01T10:00:00.000Z'],
    ['scene', 'town_survey', '2024-04-01T10:00:00.000Z'],
    ['mosaic', 'town_survey', '2024-04-01T10:00:00.000Z'],
  ]);
  expect(found[1]).toMatchObject({
    sensor: 'pms',
    satId: 'sat-0',
    cloudCover: 0.05,
    offNadirAngle: 3,
    colorBandOrder: 'RGB',
    previewType: 'jpg',
    minAreaSqKm: 0,
  });
  expect(found[1]?.pixelResolution).toBeCloseTo(0.5, 2);
  expect(found[3]).toMatchObject({ cloudCover: 0.6, offNadirAngle: -20, previewType: 'xyz', zoom: 18 });
  expect(names([found[3]!])).toEqual(['spring']);
});

test.each<[string, Partial<CatalogRequest>, string[]]>([
  ['acquisitionDateFrom', { acquisitionDateFrom: '2024-03-15T00:00:00Z' }, ['spring', 'strip-1.tif']],
  ['acquisitionDateTo', { acquisitionDateTo: '2024-03-15T00:00:00Z' }, ['coarse.tif', 'strip-0.tif']],
  ['minResolution', { minResolution: 1 }, ['coarse.tif']],
  ['maxResolution', { maxResolution: 1 }, ['spring', 'strip-0.tif', 'strip-1.tif']],
  // Nobody knows how cloudy the archive is.
  ['maxCloudCover', { maxCloudCover: 0.1 }, ['coarse.tif', 'strip-0.tif']],
  ['minOffNadirAngle', { minOffNadirAngle: 0 }, ['coarse.tif', 'strip-0.tif']],
  ['maxOffNadirAngle', { maxOffNadirAngle: 0 }, ['coarse.tif', 'spring', 'strip-1.tif']],
  ['dataProviders', { dataProviders: ['archive'] }, ['coarse.tif']],
  ['productTypes of scenes', { productTypes: ['SCENE'] }, ['coarse.tif', 'strip-0.tif', 'strip-1.tif']],
  ['productTypes of mosaics', { productTypes: ['MOSAIC'] }, ['spring']],
  ['minAoiIntersectionPercent', { minAoiIntersectionPercent: 0.5 }, []],
])('%s filters', async (_name, filter, expected) => {
  expect(names(await search(filter)).sort()).toEqual(expected);
});

test.each<[CatalogRequest['sortBy'], string[]]>([
  ['PROVIDER_NAME', ['coarse.tif', 'strip-0.tif']],
  ['SAT_ID', ['strip-0.tif', 'spring']],
  ['CLOUD_COVER', ['strip-0.tif']],
  ['OFF_NADIR_ANGLE', ['strip-1.tif']],
  ['ZOOM', ['spring']],
  ['PIXEL_RESOLUTION', []],
])('sorted by %s, what is not known comes last', async (sortBy, first) => {
  const found = await search({ sortBy, sortOrder: 'ASC' });
  if (sortBy === 'PIXEL_RESOLUTION') expect(names(found).at(-1)).toBe('coarse.tif');
  if (sortBy === 'CLOUD_COVER') expect(names(found).at(-1)).toBe('coarse.tif');
  expect(names(found).slice(0, first.length).sort()).toEqual([...first].sort());
});

test('pages, and an overlap that is enough', async () => {
  const all = names(await search({ sortBy: 'ACQUISITION_DATE', sortOrder: 'ASC' }));
  const second = await search({ sortBy: 'ACQUISITION_DATE', sortOrder: 'ASC', limit: 1, offset: 1 });
  expect(names(second)).toEqual([all[1]]);
  const { west, south, east, north } = boundsOf(
    (await search({ dataProviders: ['archive'] }))[0]!.footprint!,
  )!;
  const inside = square(
    west + (east - west) / 4,
    south + (north - south) / 4,
    east - (east - west) / 4,
    north - (north - south) / 4,
  );
  expect(names(await search({ aoi: inside, minAoiIntersectionPercent: 0.99 }))).toContain('coarse.tif');
});

test('scenes and mosaics have pictures', async () => {
  const found = await search({ dataProviders: ['town_survey'] });
  const scene = found.find(({ product }) => product === 'scene')!;
  const { bytes, contentType } = await it.client.catalog.preview(scene.previewUrl!);
  expect(contentType).toBe('image/jpeg');
  expect(await decodeImage(bytes)).toMatchObject({ width: 200, height: 160 });
  const mosaic = found.find(({ product }) => product === 'mosaic')!;
  expect(mosaic.previews).toHaveLength(2);
  const box = boundsOf(mosaic.footprint!)!;
  const [x, y] = toUnit((box.west + box.east) / 2, (box.south + box.north) / 2);
  const at = (z: number) => ({ z, x: Math.floor(x * 2 ** z), y: Math.floor(y * 2 ** z) });
  const tile = await it.client.layers.tile(mosaic.previewUrl!, at(20));
  expect(tile?.contentType).toBe('image/png');
  const picture = await decodeImage(tile!.bytes);
  expect(picture.rgba.filter((value, i) => i % 4 === 3 && value === 255).length).toBeGreaterThan(1000);
  expect(await it.client.layers.tile(mosaic.previewUrl!, { z: 3, x: 0, y: 0 })).toBeNull();
  await expect(it.client.catalog.preview(`${it.engine.url}/catalog/preview/nobody`)).rejects.toMatchObject({
    status: 404,
  });
});

test('an image found in a folder is processed, as a scene and as a mosaic', async () => {
  const trees = join(archive, 'trees.tif');
  await generateScene({ path: trees, width: 300, height: 240, gsd: 0.3, seed: 5, tileSize: 128 });
  const { client } = it;
  const { footprint } = await client.images.get(
    (await client.images.link((await client.mosaics.create({ name: 'trees' })).id, trees)).imageId ?? '',
  );
  const [scene] = await search({ aoi: footprint!, dataProviders: ['archive'] });
  expect(names([scene!])).toEqual(['trees.tif']);
  const wdId = (await client.user.status()).models.find(({ name }) => name.includes('Forest'))!.id;
  const projectId = (await client.projects.default()).id;
  const run = async (dataProvider: string, id: string, geometry: Geometry) => {
    const created = await client.processings.create({
      name: 'found',
      projectId,
      wdId,
      geometry,
      params: { sourceParams: { imagerySearch: { dataProvider, imageIds: [id] } } },
    });
    const done = await until(
      () => client.processings.get(created.id),
      ({ status }) => isTerminal(status),
    );
    expect(done, JSON.stringify(done.messages)).toMatchObject({ status: 'OK' });
    const { body } = await client.processings.result(created.id);
    return (JSON.parse(await textOf(body)) as { features: unknown[] }).features.length;
  };
  // Providers are named without regard to case, as the live service does.
  expect(await run('ARCHIVE', scene!.id, scene!.footprint!)).toBeGreaterThan(0);
  const [mosaic] = await search({ productTypes: ['MOSAIC'], dataProviders: ['town_survey'] });
  await run('town_survey', mosaic!.id, mosaic!.footprint!);
  await expect(run('town_survey', scene!.id, scene!.footprint!)).rejects.toMatchObject({
    kind: 'api.item_not_found',
  });
  await rm(trees);
});

test('what comes, changes and goes in a folder is seen; a folder that is away is said to be', async () => {
  const fresh = join(archive, 'fresh.tif');
  await writeTinyTiff(fresh, { origin: [456_000, 5_428_000] });
  expect(names(await search({ dataProviders: ['archive'] })).sort()).toEqual(['coarse.tif', 'fresh.tif']);
  await writeFile(fresh, tinyTiff({ width: 80, pixel: 1 }));
  const changed = await search({ dataProviders: ['archive'], maxResolution: 1.5 });
  expect(changed[0]?.pixelResolution).toBeCloseTo(1, 1);
  await rm(fresh);
  expect(names(await search({ dataProviders: ['archive'] }))).toEqual(['coarse.tif']);

  await rename(archive, `${archive}.away`);
  expect(names(await search({ dataProviders: ['archive'] }))).toEqual(['coarse.tif']);
  expect(await search({ dataProviders: ['archive'], hideUnavailable: true })).toEqual([]);
  const [gone] = await search({ dataProviders: ['archive'] });
  const status = await it.client.user.status();
  const refused = it.client.processings.create({
    name: 'gone',
    projectId: (await it.client.projects.default()).id,
    wdId: status.models.find(({ available }) => available)!.id,
    geometry: gone!.footprint!,
    params: { sourceParams: { imagerySearch: { dataProvider: 'archive', imageIds: [gone!.id] } } },
  });
  await expect(refused).rejects.toMatchObject({ kind: 'api.engine_image_not_ready' });
  await rename(`${archive}.away`, archive);
  expect(await search({ dataProviders: ['archive'], hideUnavailable: true })).toHaveLength(1);
});

test('folders are registered and taken away while the engine runs', async () => {
  it.engine.setCatalog([archive]);
  const providers = (await search()).map(({ providerName }) => providerName ?? '');
  expect(new Set(providers.filter((name) => !name.startsWith('my_imagery')))).toEqual(new Set(['archive']));
  it.engine.setCatalog([survey, join(root, 'nowhere'), archive]);
  expect((await it.client.user.status()).searchDataProviders.map(({ name }) => name).slice(2)).toEqual([
    'town_survey',
    'nowhere',
    'archive',
  ]);
  expect(await search({ dataProviders: ['town_survey'] })).toHaveLength(3);
});
