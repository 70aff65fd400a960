/** The same image whole and in forty chunks, through every model; and what every model refuses. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FeatureCollection, Polygon } from 'geojson';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isTerminal, type Geometry } from '@shared/api';
import { sliceLayout } from '@shared/tiff/slice';
import { streamLayout } from '@shared/tiff/writeStream';
import { generateScene } from '../../build/sample/generate';
import { listModels } from '../../main/engine/models/index';
import { openFile } from '../../main/rasters';
import { tinyTiff } from './geotiff';
import { fileFrom, fileOf, startTestEngine, textOf, until, type TestEngine } from './support';

/** px of a tile, and of a chunk, a side */
const tile = 128;
const [columns, rows] = [8, 5];

let it: TestEngine;
let folder: string;
let projectId: string;
let footprint: Geometry;
let whole: string;
let chunked: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chunks-'));
  const path = join(folder, 'scene.tif');
  const { truth } = await generateScene({
    path,
    truthPath: join(folder, 'truth.json'),
    width: columns * tile,
    height: rows * tile,
    gsd: 0.3,
    seed: 7,
    tileSize: tile,
  });
  for (const kind of ['building', 'tree', 'road', 'construction'] as const)
    expect({ kind, there: (truth[kind] ?? 0) > 0 }).toEqual({ kind, there: true });
  it = await startTestEngine();
  projectId = (await it.client.projects.default()).id;
  whole = (await it.client.mosaics.create({ name: 'whole' })).id;
  await it.client.images.upload(whole, await fileOf(path));
  footprint = (await it.client.images.list(whole))[0]!.footprint!;
  chunked = (await it.client.mosaics.create({ name: 'chunks' })).id;
  const { raster, close } = await openFile(path);
  for (let i = 0; i < columns * rows; i++) {
    const [x, y] = [(i % columns) * tile, Math.floor(i / columns) * tile];
    const layout = await sliceLayout(raster, { x, y, width: tile, height: tile });
    const filename = `chunk-${String(i)}.tif`;
    await it.client.images.upload(chunked, {
      filename,
      size: layout.size,
      body: streamLayout(layout, raster.files),
    });
  }
  await close();
}, 120_000);
afterAll(async () => {
  await it.stop();
  await rm(folder, { recursive: true, force: true });
});

async function found(model: string, mosaicId: string): Promise<FeatureCollection<Polygon>> {
  const { id } = await it.client.processings.create({
    name: model,
    projectId,
    wdName: model,
    geometry: footprint,
    params: { sourceParams: { myImagery: { mosaicId } } },
  });
  const done = await until(
    () => it.client.processings.get(id),
    ({ status }) => isTerminal(status),
    90_000,
  );
  expect(done).toMatchObject({ status: 'OK', messages: [] });
  const { body } = await it.client.processings.result(id);
  return JSON.parse(await textOf(body)) as FeatureCollection<Polygon>;
}

const names = listModels().map(({ info }) => info.name);

test.each(names)(
  '%s: forty chunks give what the whole image gives',
  async (model) => {
    expect(await it.client.images.list(chunked)).toHaveLength(40);
    const one = await found(model, whole);
    expect(one.features.length).toBeGreaterThan(0);
    expect(await found(model, chunked)).toEqual(one);
  },
  200_000,
);

test.each(listModels().map(({ info }) => [info.name, info.gsd.max] as const))(
  '%s refuses imagery coarser than %d m with both sizes',
  async (model, most) => {
    const { imageId } = await it.client.images.createMosaicAndUpload(
      { name: 'coarse' },
      fileFrom(tinyTiff({ pixel: 1.1 * most })),
    );
    const imageIds = [imageId ?? ''];
    const geometry = (await it.client.images.get(imageIds[0]!)).footprint!;
    const refused = it.client.processings.create({
      name: model,
      projectId,
      wdName: model,
      geometry,
      params: { sourceParams: { myImagery: { imageIds } } },
    });
    await expect(refused).rejects.toMatchObject({
      kind: 'api.source_validator_pixel_size_too_high',
      params: { max_res: `${String(most)} m` },
    });
  },
);
