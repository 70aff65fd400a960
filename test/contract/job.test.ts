import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isTerminal, type Geometry, type Processing } from '@shared/api';
import type { FeatureCollection, Polygon } from 'geojson';
import { generateScene } from '../../build/sample/generate';
import { fileOf, startTestEngine, textOf, until, type TestEngine } from './support';

let it: TestEngine;
let folder: string;
let scene: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scene-'));
  scene = join(folder, 'scene.tif');
  await generateScene({ path: scene, width: 900, height: 700, gsd: 0.3, seed: 7 });
  it = await startTestEngine();
});
afterAll(async () => {
  await it.stop();
  await rm(folder, { recursive: true, force: true });
});

const forest = async (): Promise<string> => {
  const { models } = await it.client.user.status();
  const model = models.find(({ name }) => name.includes('Forest'));
  return model?.id ?? '';
};

async function finished(id: string): Promise<Processing> {
  return until(
    () => it.client.processings.get(id),
    ({ status }) => isTerminal(status),
  );
}

test('an orthophoto is uploaded, processed on its footprint, and its result is valid GeoJSON', async () => {
  const { client } = it;
  const mosaic = await client.mosaics.create({ name: 'Scene', tags: ['test'] });
  const receipt = await client.images.upload(mosaic.id, await fileOf(scene));
  expect(receipt.mosaicId).toBe(mosaic.id);
  const [image] = await client.images.list(mosaic.id);
  expect(image).toMatchObject({
    id: receipt.imageId,
    filename: 'scene.tif',
    metadata: { crs: 'EPSG:32633', bands: 3, width: 900, height: 700, dtypes: ['uint8', 'uint8', 'uint8'] },
  });
  const footprint = image?.footprint as Geometry;
  await until(
    () => client.mosaics.status(mosaic.id),
    ({ readyImages }) => readyImages === 1,
  );
  const preview = await client.images.preview(image?.id ?? '', 's');
  expect([...preview.subarray(0, 2)]).toEqual([0xff, 0xd8]);

  const project = await client.projects.default();
  const wdId = await forest();
  const params = { sourceParams: { myImagery: { mosaicId: mosaic.id } } };
  const cost = await client.processings.cost({ wdId, geometry: footprint, params });
  const created = await client.processings.create({
    name: 'Trees',
    projectId: project.id,
    wdId,
    geometry: footprint,
    params,
    meta: { 'orthodesk-id': 'x1' },
  });
  expect(created).toMatchObject({ cost, meta: { 'orthodesk-id': 'x1' } });
  const done = await finished(created.id);
  expect(done).toMatchObject({ status: 'OK', percentCompleted: 100, messages: [] });

  const download = await client.processings.result(created.id);
  const text = await textOf(download.body);
  expect(download.size).toBe(Buffer.byteLength(text));
  const result = JSON.parse(text) as FeatureCollection<Polygon>;
  expect(result.type).toBe('FeatureCollection');
  expect(result.features.length).toBeGreaterThan(5);
  expect(result.features[0]?.properties).toMatchObject({ id: 1, object_type: 'forest' });
});
