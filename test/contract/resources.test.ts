import { createHash } from 'node:crypto';
import { readdir, rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { boundsOf } from '@shared/api';
import { tinyTiff, writeTinyTiff } from './geotiff';
import { fileFrom, startTestEngine, until, type TestEngine } from './support';

let it: TestEngine;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resources-'));
  it = await startTestEngine();
});
afterAll(async () => {
  await it.stop();
  await rm(folder, { recursive: true, force: true });
});

const storedImages = async (): Promise<number> => (await readdir(join(it.folder, 'images'))).length;

test('user: models, credits and limits', async () => {
  const status = await it.client.user.status();
  expect(status).toMatchObject({
    billingType: 'CREDITS',
    remainingCredits: 1_000_000,
    maxAoisPerProcessing: 100,
  });
  expect(status.models.map(({ name }) => name)).toEqual([
    '🏠 Buildings',
    '🏠 Buildings (Aerial)',
    '🌲 Forest',
    '🚗 Roads',
    '🏗️ Construction',
  ]);
  expect(status.models.map(({ available }) => available)).toEqual([true, true, true, true, true]);
  expect(status.searchDataProviders.map(({ name }) => name)).toContain('my_imagery_mosaics');
});

test('the version that plugins ask for is told', async () => {
  expect(await it.client.user.version()).toMatch(/^\d+\.\d+\.\d+$/);
});

test('projects: create, get, list, page, rename, delete; the default one stays', async () => {
  const { projects } = it.client;
  const fallback = await projects.default();
  expect(fallback).toMatchObject({ isDefault: true });
  const created = await projects.create({ name: 'Urban Analysis 2026', description: 'Footprints' });
  expect(await projects.get(created.id)).toMatchObject({
    name: 'Urban Analysis 2026',
    description: 'Footprints',
  });
  expect(await projects.update(created.id, { name: 'Urban 2' })).toMatchObject({
    name: 'Urban 2',
    description: 'Footprints',
  });
  expect((await projects.list()).map(({ id }) => id)).toEqual([fallback.id, created.id]);
  await projects.create({ name: '100% a_b' });
  expect(await projects.page({ filter: '% a_' })).toMatchObject({
    total: 1,
    results: [{ name: '100% a_b' }],
  });
  const byName = await projects.page({ limit: 1, offset: 1, sortBy: 'NAME', sortOrder: 'ASC' });
  expect(byName).toMatchObject({ total: 3, results: [{ isDefault: true }] });
  await projects.delete(created.id);
  await expect(projects.get(created.id)).rejects.toMatchObject({ kind: 'api.not_found', status: 404 });
  await expect(projects.delete(fallback.id)).rejects.toMatchObject({
    kind: 'api.engine_default_project_is_fixed',
  });
  await expect(projects.update('nobody', { name: 'x' })).rejects.toMatchObject({ status: 404 });
});

test('mosaics: create, list by tags, change, status, delete with all their bytes', async () => {
  const { mosaics, images, storage } = it.client;
  const before = await storage.usage();
  const mosaic = await mosaics.create({ name: 'Aerial Survey', tags: ['agriculture', 'spring'] });
  expect(mosaic).toMatchObject({ name: 'Aerial Survey', tags: ['agriculture', 'spring'], imageCount: 0 });
  await mosaics.create({ name: 'Other', tags: ['spring'] });
  expect((await mosaics.list({ tags: ['spring', 'agriculture'] })).map(({ id }) => id)).toEqual([mosaic.id]);
  await mosaics.update(mosaic.id, { tags: ['summer'] });
  expect(await mosaics.get(mosaic.id)).toMatchObject({ name: 'Aerial Survey', tags: ['summer'] });

  const bytes = tinyTiff();
  await images.upload(mosaic.id, fileFrom(bytes, 'a.tif'));
  await images.upload(mosaic.id, fileFrom(tinyTiff({ origin: [456_032, 5_428_000] }), 'b.tif'));
  const status = await until(
    () => mosaics.status(mosaic.id),
    ({ readyImages }) => readyImages === 2,
  );
  expect(status).toMatchObject({ totalImages: 2, pendingImages: 0, failedImages: 0 });
  expect(await mosaics.get(mosaic.id)).toMatchObject({ imageCount: 2, sizeInBytes: 2 * bytes.length });
  expect((await storage.usage()).usedBytes).toBe(before.usedBytes + 2 * bytes.length);
  await mosaics.delete(mosaic.id);
  await expect(mosaics.get(mosaic.id)).rejects.toMatchObject({ kind: 'api.item_not_found' });
  expect((await storage.usage()).usedBytes).toBe(before.usedBytes);
  expect(await storedImages()).toBe(0);
});

test('images: what was uploaded comes back described, named, previewed, and goes', async () => {
  const { mosaics, images } = it.client;
  const bytes = tinyTiff();
  const receipt = await images.createMosaicAndUpload(
    { name: 'Quick', tags: ['test', 'two words'] },
    fileFrom(bytes, '../../etc/ortho "x".tif'),
  );
  const mosaicId = receipt.mosaicId ?? '';
  expect(await mosaics.get(mosaicId)).toMatchObject({
    name: 'Quick',
    tags: ['test', 'two words'],
    imageCount: 1,
  });
  const [image] = await images.list(mosaicId);
  const id = image?.id ?? '';
  expect(image).toMatchObject({
    id: receipt.imageId,
    mosaicId,
    filename: 'ortho %22x%22.tif',
    fileSize: bytes.length,
    checksum: createHash('sha1').update(bytes).digest('hex'),
    metadata: { crs: 'EPSG:32633', bands: 3, width: 64, height: 48, pixelSize: [0.5, 0.5], nodata: null },
  });
  expect(await images.get(id)).toEqual(image);
  const bounds = boundsOf(image!.footprint!)!;
  expect(bounds.west).toBeCloseTo(14.3985, 3);
  expect(bounds.north).toBeCloseTo(49.0035, 3);
  await until(
    () => images.status(id),
    ({ preprocessingStatus }) => preprocessingStatus === 'COMPLETED',
  );
  expect(await images.status(id)).toMatchObject({
    dataAvailable: true,
    tilesReady: true,
    preprocessingError: null,
  });
  for (const size of ['s', 'l'] as const) {
    expect([...(await images.preview(id, size)).subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
  }
  await images.rename(id, 'Städtisch');
  expect((await images.get(id)).filename).toBe('Städtisch');
  await images.delete(id);
  await expect(images.get(id)).rejects.toMatchObject({
    kind: 'api.item_not_found',
    params: { instance_type: 'image' },
  });
  await expect(images.preview(id, 's')).rejects.toMatchObject({ status: 404 });
  expect(await images.list(mosaicId)).toEqual([]);
  expect(await storedImages()).toBe(0);
});

test('a linked image stays where it is', async () => {
  const { mosaics, images, storage } = it.client;
  const path = await writeTinyTiff(join(folder, 'linked ü.tif'));
  const { usedBytes } = await storage.usage();
  const mosaic = await mosaics.create({ name: 'Linked' });
  for (const url of [path, pathToFileURL(path).href]) {
    const { imageId } = await images.link(mosaic.id, url);
    expect(await images.get(imageId ?? '')).toMatchObject({ filename: 'linked ü.tif' });
  }
  expect((await storage.usage()).usedBytes).toBe(usedBytes);
  for (const url of [
    's3://bucket/path/image.tif',
    '/no/such/file.tif',
    'file://elsewhere/x',
    folder,
    'relative.tif',
  ]) {
    await expect(images.link(mosaic.id, url)).rejects.toMatchObject({ kind: 'api.engine_link_not_allowed' });
  }
  await mosaics.delete(mosaic.id);
  expect(await readdir(folder)).toContain('linked ü.tif');
});
