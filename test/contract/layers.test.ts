import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import MVT from 'ol/format/MVT.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { boundsOf, isTerminal, type Geometry, type Processing, type TileLayer } from '@shared/api';
import { decodeImage } from '../../main/engine/nodeParts';
import { toUnit } from '../../main/engine/tiles/mercator';
import { generateScene } from '../../build/sample/generate';
import { fileOf, startTestEngine, textOf, token, until, type TestEngine } from './support';

let it: TestEngine;
let folder: string;
let wdId: string;
let projectId: string;
let mosaicId: string;
let footprint: Geometry;
let scenePath: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'layers-'));
  scenePath = join(folder, 'scene.tif');
  await generateScene({ path: scenePath, width: 300, height: 240, gsd: 0.5, seed: 11, tileSize: 128 });
  it = await startTestEngine();
  wdId = (await it.client.user.status()).models.find(({ name }) => name.includes('Forest'))?.id ?? '';
  projectId = (await it.client.projects.default()).id;
  mosaicId = (await it.client.mosaics.create({ name: 'Scene' })).id;
  await it.client.images.upload(mosaicId, await fileOf(scenePath));
  footprint = (await it.client.images.list(mosaicId))[0]!.footprint!;
  await until(
    () => it.client.mosaics.status(mosaicId),
    ({ readyImages }) => readyImages === 1,
  );
});
afterAll(async () => {
  await it.stop();
  await rm(folder, { recursive: true, force: true });
});

const get = (url: string): Promise<Response> => fetch(url, { headers: { authorization: `Bearer ${token}` } });

/** The tile of the middle of the scene, and its picture's address. */
function middle(
  layer: TileLayer,
  z: number,
): { readonly x: number; readonly y: number; readonly url: string } {
  const { west, south, east, north } = boundsOf(footprint)!;
  const [unitX, unitY] = toUnit((west + east) / 2, (south + north) / 2);
  const [x, y] = [Math.floor(unitX * 2 ** z), Math.floor(unitY * 2 ** z)];
  const url = (layer.tileUrl ?? '')
    .replace('{z}', String(z))
    .replace('{x}', String(x))
    .replace('{y}', String(y));
  return { x, y, url };
}

async function run(
  sourceParams: Parameters<TestEngine['client']['processings']['create']>[0]['params']['sourceParams'],
): Promise<Processing> {
  const created = await it.client.processings.create({
    name: 'Trees',
    projectId,
    wdId,
    geometry: footprint,
    params: { sourceParams },
  });
  return until(
    () => it.client.processings.get(created.id),
    ({ status }) => isTerminal(status),
  );
}

async function areaOf(id: string): Promise<number> {
  const { features } = JSON.parse(await textOf((await it.client.processings.result(id)).body)) as {
    features: { properties: { area: number } }[];
  };
  return features.reduce((sum, { properties }) => sum + properties.area, 0);
}

test('a mosaic is served as pictures for a web map, near and far', async () => {
  const layer = (await it.client.mosaics.get(mosaicId)).rasterLayer!;
  const json = (await (await get(layer.tileJsonUrl!)).json()) as { tiles: string[]; bounds: number[] };
  expect(json.tiles).toEqual([layer.tileUrl]);
  expect(json.bounds[0]).toBeCloseTo(boundsOf(footprint)!.west, 9);
  for (const z of [19, 14]) {
    const response = await get(middle(layer, z).url);
    expect(response.headers.get('content-type')).toBe('image/png');
    const picture = await decodeImage(new Uint8Array(await response.arrayBuffer()));
    expect([picture.width, picture.height]).toEqual([256, 256]);
    const opaque = picture.rgba.filter((value, i) => i % 4 === 3 && value === 255).length;
    if (z === 19) expect(opaque).toBe(256 * 256);
    else expect(opaque).toBeGreaterThan(50);
    expect(opaque).toBeLessThanOrEqual(256 * 256);
  }
  const { x, y } = middle(layer, 19);
  const { layers } = it.client;
  expect(await layers.tileJson(layer.tileJsonUrl!)).toMatchObject({ tiles: json.tiles, scheme: 'xyz' });
  expect((await layers.tile(layer.tileUrl!, { z: 19, x, y }))?.contentType).toBe('image/png');
  // The same tile by a template that counts rows from the south.
  const fromSouth = (layer.tileUrl ?? '').replace('{y}', '{-y}');
  await expect(layers.tile(fromSouth, { z: 19, x, y }, { scheme: 'tms' })).resolves.toEqual(
    await layers.tile(layer.tileUrl!, { z: 19, x, y }),
  );
  expect(await layers.tile(fromSouth, { z: 19, x, y })).toBeNull();
  expect((await get(middle(layer, 19).url.replace(/\d+\.png/, '0.png'))).status).toBe(204);
  expect((await get(middle(layer, 19).url.replace(/\d+\.png/, 'x.png'))).status).toBe(404);
  expect((await fetch(middle(layer, 19).url)).status).toBe(401);
});

test('a result is served as vector tiles whose outlines are those of the result', async () => {
  const processing = await run({ myImagery: { mosaicId } });
  expect(processing.status).toBe('OK');
  const layer = processing.vectorLayer!;
  const json = (await (await get(layer.tileJsonUrl!)).json()) as {
    vector_layers: { id: string }[];
    bounds: number[];
  };
  expect(json.vector_layers[0]?.id).toBe('vector_layer');
  const box = boundsOf(footprint)!;
  expect(json.bounds[0]).toBeGreaterThan(box.west - 1e-5);
  expect(json.bounds[2]).toBeLessThan(box.east + 1e-5);
  const { url, x, y } = middle(layer, 17);
  expect((await it.client.layers.tileJson(layer.tileJsonUrl!)).vectorLayers).toEqual(['vector_layer']);
  expect((await it.client.layers.tile(layer.tileUrl!, { z: 17, x, y }))?.contentType).toBe(
    'application/vnd.mapbox-vector-tile',
  );
  const response = await get(url);
  expect(response.headers.get('content-type')).toBe('application/vnd.mapbox-vector-tile');
  const features = new MVT({ layers: ['vector_layer'] }).readFeatures(await response.arrayBuffer());
  expect(features.length).toBeGreaterThan(3);
  expect(features.every((feature) => feature.get('object_type') === 'forest')).toBe(true);
  expect((await get(middle(layer, 3).url)).status).toBe(204);
  await it.client.processings.delete(processing.id);
  expect((await get(url)).status).toBe(404);
});

test('a file on this computer is imagery too', async () => {
  const whole = await run({ myImagery: { mosaicId } });
  const local = await run({ userDefined: { sourceType: 'LOCAL', url: scenePath } });
  expect(local).toMatchObject({ status: 'OK', source: { kind: 'userDefined', sourceType: 'LOCAL' } });
  expect(await areaOf(local.id)).toBe(await areaOf(whole.id));
});

test('imagery of a tile service is fetched with its login and processed; the map is that of the same pixels', async () => {
  const whole = await run({ myImagery: { mosaicId } });
  const url = (await it.client.mosaics.get(mosaicId)).rasterLayer!.tileUrl!;
  const login = { zoom: 18, crs: 'EPSG:3857', rasterLogin: 'me', rasterPassword: token };
  const xyz = await run({ userDefined: { sourceType: 'XYZ', url, ...login } });
  expect(xyz).toMatchObject({
    status: 'OK',
    source: { kind: 'userDefined', rasterLogin: 'me', hasPassword: false },
  });
  expect(await areaOf(xyz.id)).toBeGreaterThan((await areaOf(whole.id)) * 0.7);
  expect(await areaOf(xyz.id)).toBeLessThan((await areaOf(whole.id)) * 1.3);
});

test('a service that asks for another login fails with the tile and the status', async () => {
  const url = (await it.client.mosaics.get(mosaicId)).rasterLayer!.tileUrl!;
  const failed = await run({
    userDefined: { sourceType: 'XYZ', url, zoom: 19, rasterLogin: 'me', rasterPassword: 'wrong' },
  });
  expect(failed).toMatchObject({ status: 'FAILED', messages: [{ code: 'dataloader.TileNotLoaded' }] });
  expect(failed.messages[0]?.parameters).toMatchObject({ status: '401' });
});

interface TileServer {
  readonly base: string;
  readonly asked: string[];
}
const servers: Server[] = [];
afterAll(() => servers.forEach((server) => server.close()));

/** A service that is out of order now and then, and knows quadkeys and WMS. */
async function tileServer(): Promise<TileServer> {
  const asked: string[] = [];
  const layer = (await it.client.mosaics.get(mosaicId)).rasterLayer!.tileUrl!;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    asked.push(url.pathname + url.search);
    if (asked.length === 2) {
      response.writeHead(503).end();
      return;
    }
    const { z, x, y } = addressIn(url);
    const target = layer.replace('{z}', String(z)).replace('{x}', String(x)).replace('{y}', String(y));
    void get(target).then(async (answer) => {
      response.writeHead(answer.status === 204 ? 404 : answer.status);
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { base: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, asked };
}

function addressIn(url: URL): { z: number; x: number; y: number } {
  if (url.pathname.startsWith('/q/')) return fromQuadkey(url.pathname.slice(3));
  const [, z = '', x = '', y = ''] = /^\/tms\/(\d+)\/(\d+)\/(\d+)$/.exec(url.pathname) ?? [];
  return z === '' ? fromBox(url) : { z: Number(z), x: Number(x), y: 2 ** Number(z) - 1 - Number(y) };
}

function fromQuadkey(key: string): { z: number; x: number; y: number } {
  let [x, y] = [0, 0];
  for (const digit of key) {
    x = x * 2 + (Number(digit) & 1);
    y = y * 2 + (Number(digit) >> 1);
  }
  return { z: key.length, x, y };
}

function fromBox(url: URL): { z: number; x: number; y: number } {
  const [west = 0, , east = 0, north = 0] = (url.searchParams.get('bbox') ?? '').split(',').map(Number);
  const world = 2 * Math.PI * 6378137;
  const z = Math.round(Math.log2(world / (east - west)));
  const size = world / 2 ** z;
  return { z, x: Math.round((west + world / 2) / size), y: Math.round((world / 2 - north) / size) };
}

test('rows counted from the south, quadkeys and WMS are spoken; a service that is out of order for a moment is asked again', async () => {
  const quad = await tileServer();
  const one = await run({ userDefined: { sourceType: 'QUADKEY', url: `${quad.base}/q/{q}`, zoom: 18 } });
  expect(one).toMatchObject({ status: 'OK' });
  expect(new Set(quad.asked).size).toBe(quad.asked.length - 1);
  const wms = await tileServer();
  const two = await run({
    userDefined: { sourceType: 'WMS', url: `${wms.base}/wms?LAYERS=photo&CRS=EPSG:4326`, zoom: 18 },
  });
  expect(two).toMatchObject({ status: 'OK' });
  expect(wms.asked[0]).toMatch(/LAYERS=photo.*request=GetMap.*srs=EPSG%3A3857/);
  expect(wms.asked[0]).not.toMatch(/4326/);
  expect(await areaOf(two.id)).toBe(await areaOf(one.id));
  const south = await tileServer();
  const tms = await run({
    userDefined: { sourceType: 'TMS', url: `${south.base}/tms/{z}/{x}/{y}`, zoom: 18 },
  });
  const flipped = await run({
    userDefined: { sourceType: 'XYZ', url: `${south.base}/tms/{z}/{x}/{-y}`, zoom: 18 },
  });
  expect([await areaOf(tms.id), await areaOf(flipped.id)]).toEqual([
    await areaOf(one.id),
    await areaOf(one.id),
  ]);
});

test.each<[string, Record<string, unknown>, string]>([
  ['no placeholders', { url: 'https://t.example/tile.png' }, 'api.source_validator_xyz_link_format_error'],
  [
    'a TMS without them',
    { sourceType: 'TMS', url: 'https://t.example/{z}' },
    'api.source_validator_tms_link_format_error',
  ],
  [
    'a quadkey without them',
    { sourceType: 'QUADKEY', url: 'https://t.example/' },
    'api.source_validator_quadkey_link_format_error',
  ],
  ['no link', { url: 'nonsense' }, 'api.source_validator_url_format_invalid'],
  ['another protocol', { url: 'ftp://t.example/{z}/{x}/{y}' }, 'api.source_validator_url_must_be_link'],
  [
    'a drawn map',
    { url: 'https://tile.openstreetmap.org/{z}/{x}/{y}.png' },
    'api.source_validator_url_blacklisted',
  ],
  ['a zoom that is too low', { zoom: 14 }, 'api.source_validator_too_low_zoom'],
  ['another coordinate system', { crs: 'EPSG:4326' }, 'api.dataloader_crs_is_not_supported'],
  [
    'Sentinel-2',
    { sourceType: 'SENTINEL_L2A', url: 's2://x' },
    'api.source_validator_source_type_is_not_allowed',
  ],
])('a source with %s is refused at once', async (_name, change, kind) => {
  const source = { sourceType: 'XYZ', url: 'https://t.example/{z}/{x}/{y}.png', zoom: 18, ...change };
  await expect(run({ userDefined: source })).rejects.toMatchObject({ kind });
});

test('an area of far too many tiles is refused', async () => {
  const { west, south } = boundsOf(footprint)!;
  const ring = [
    [west, south],
    [west + 0.9, south],
    [west + 0.9, south + 0.9],
    [west, south + 0.9],
    [west, south],
  ];
  await expect(
    it.client.processings.create({
      name: 'n',
      projectId,
      wdId,
      geometry: { type: 'Polygon', coordinates: [ring] },
      params: {
        sourceParams: {
          userDefined: { sourceType: 'XYZ', url: 'https://t.example/{z}/{x}/{y}.png', zoom: 18 },
        },
      },
    }),
  ).rejects.toMatchObject({ kind: 'api.dataloader_memory_limit_exceeded' });
});
