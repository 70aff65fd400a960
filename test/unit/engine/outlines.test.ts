import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { profileOf } from '../../../main/engine/imagery/profile';
import { nodeRasters, openDatabase, threadTools } from '../../../main/engine/nodeParts';
import { startEngine, type Engine } from '../../../main/engine/server';
import { inProcessRunner } from '../../../main/engine/tasks/inProcess';
import { decodePng } from '../../../main/engine/tiles/decodePng';
import { toUnit } from '../../../main/engine/tiles/mercator';
import { tinyTiff } from '../../contract/geotiff';

const token = 'a-token-of-the-test';
let folder: string;
let engine: Engine;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outlines-'));
  const dataDir = join(folder, 'data');
  const runner = inProcessRunner(threadTools());
  engine = await startEngine({ dataDir, token, openDatabase, rasters: nodeRasters(false), runner });
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${String(engine.port)}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });

/** Grey roofs with shadows, some hard to tell. */
const image = (): Buffer =>
  tinyTiff({
    width: 400,
    height: 350,
    pixel: 0.3,
    sample: (x, y, band) => {
      const [u, v] = [(x % 80) - 40, (y % 70) - 35];
      const noise = ((Math.imul(x * 7919 + y * 104_729 + 13, 2_654_435_761) >>> 24) - 128) / 22;
      const roof = v < 0 ? [178, 92, 70] : [140, 70, 55];
      const inside = Math.abs(u) < 18 && Math.abs(v) < 13;
      const shadow = u > -14 && u < 24 && v > -9 && v < 19;
      return (inside ? roof : shadow ? [40, 45, 42] : [105, 118, 84])[band]! + noise;
    },
  });

/** The id of a processing of the image, when it has ended well. */
async function processed(model: string): Promise<string> {
  const path = join(folder, 'village.tif');
  await writeFile(path, image());
  const [project] = (await (await ask('/rest/projects')).json()) as { id: string }[];
  const raster = await nodeRasters(false).open(path);
  await raster.close();
  const { footprint } = profileOf(raster.description, path, { maxPixelCount: Infinity });
  const made = await ask('/rest/processings/v2', {
    method: 'POST',
    body: JSON.stringify({
      name: 'village',
      projectId: project?.id,
      wdName: model,
      geometry: footprint,
      params: { sourceParams: { userDefined: { sourceType: 'LOCAL', url: path } } },
    }),
  });
  expect(made.status, await made.clone().text()).toBe(200);
  const { id } = (await made.json()) as { id: string };
  const status = async (): Promise<string> =>
    ((await (await ask(`/rest/processings/${id}/v2`)).json()) as { status: string }).status;
  await expect.poll(status, { interval: 20, timeout: 30_000 }).toBe('OK');
  return id;
}

interface Collection {
  readonly features: readonly { readonly properties: { readonly area: number } }[];
}
const areaOf = ({ features }: Collection): number =>
  features.reduce((sum, { properties }) => sum + properties.area, 0);

test('outlines at other thresholds come from the probabilities that were kept; the result stays', async () => {
  const id = await processed('Buildings');
  const at = async (threshold?: number): Promise<Collection> => {
    const query = threshold === undefined ? '' : `?threshold=${String(threshold)}`;
    const answer = await ask(`/engine/processings/${id}/outlines${query}`);
    expect(answer.status, await answer.clone().text()).toBe(200);
    return (await answer.json()) as Collection;
  };
  const result = (await (await ask(`/rest/processings/${id}/result`)).json()) as Collection;
  expect(result.features.length).toBeGreaterThan(5);
  expect(await at()).toEqual(result);
  const [low, high] = await Promise.all([at(0.25), at(0.8)]);
  expect(areaOf(low)).toBeGreaterThan(areaOf(result));
  expect(areaOf(high)).toBeLessThan(areaOf(result));
  expect(await at(0.26)).toEqual(low);
  expect(await (await ask(`/rest/processings/${id}/result`)).json()).toEqual(result);
}, 60_000);

test('what cannot be answered is refused: no such processing, no token, a threshold out of range', async () => {
  const id = await processed('Buildings');
  expect((await ask('/engine/processings/nobody/outlines')).status).toBe(404);
  expect(
    (await fetch(`http://127.0.0.1:${String(engine.port)}/engine/processings/${id}/outlines`)).status,
  ).toBe(401);
  for (const wrong of ['0', '1', '-1', 'much'])
    expect((await ask(`/engine/processings/${id}/outlines?threshold=${wrong}`)).status).toBe(400);
}, 60_000);

interface Layer {
  readonly bounds: [number, number, number, number];
  readonly threshold: number;
  readonly levels: number;
  readonly tiles: readonly string[];
}

test('the probabilities are a layer of tiles whose likely parts are those that become objects', async () => {
  const id = await processed('Buildings');
  const layer = (await (await ask(`/engine/processings/${id}/probabilities.json`)).json()) as Layer;
  expect(layer).toMatchObject({ tilejson: '3.0.0', levels: 16 });
  expect(layer.threshold).toBeGreaterThan(0);
  const [west, south, east, north] = layer.bounds;
  const tileAt = async (lon: number, lat: number, z: number): Promise<Response> => {
    const [u, v] = toUnit(lon, lat);
    return ask(
      `/engine/processings/${id}/probabilities/${z}/${Math.floor(u * 2 ** z)}/${Math.floor(v * 2 ** z)}.png`,
    );
  };
  const likely = async (z: number): Promise<number> => {
    const answer = await tileAt((west + east) / 2, (south + north) / 2, z);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png']);
    const { rgba } = decodePng(new Uint8Array(await answer.arrayBuffer()));
    return rgba.filter((value, at) => at % 4 === 3 && value === 255).length;
  };
  expect(await likely(19)).toBeGreaterThan(500);
  // From afar the same place is there still, and smaller.
  const far = await likely(15);
  expect(far).toBeGreaterThan(0);
  expect(far).toBeLessThan(await likely(17));
  expect((await tileAt(west - 1, south - 1, 19)).status).toBe(204);
  expect((await ask(`/engine/processings/${id}/probabilities/3/99/0.png`)).status).toBe(404);
}, 60_000);

test('outlines of a part come at once, and are those of the whole where nothing is cut', async () => {
  const id = await processed('Buildings');
  const layer = (await (await ask(`/engine/processings/${id}/probabilities.json`)).json()) as Layer;
  const [west, south, east, north] = layer.bounds;
  const part = async (box: readonly number[], threshold: number): Promise<Collection> => {
    const answer = await ask(
      `/engine/processings/${id}/outlines?threshold=${threshold}&bbox=${box.join(',')}`,
    );
    expect(answer.status, await answer.clone().text()).toBe(200);
    expect(Number(answer.headers.get('x-metres-per-pixel'))).toBeGreaterThan(0);
    return (await answer.json()) as Collection;
  };
  const whole = (await (await ask(`/engine/processings/${id}/outlines?threshold=0.75`)).json()) as Collection;
  const all = await part(layer.bounds, 0.75);
  expect(all.features.length).toBe(whole.features.length);
  expect(areaOf(all)).toBeCloseTo(areaOf(whole), 0);
  const half = await part([west, south, (west + east) / 2, north], 0.75);
  expect(half.features.length).toBeGreaterThan(0);
  expect(half.features.length).toBeLessThan(all.features.length);
  for (const wrong of ['1,2,3', `${east},${south},${west},${north}`, '0,0,400,1', 'a,b,c,d']) {
    expect((await ask(`/engine/processings/${id}/outlines?bbox=${wrong}`)).status).toBe(400);
  }
}, 60_000);

test('a summary counts what the outlines hold, and falls with the threshold', async () => {
  const id = await processed('Buildings');
  const summary = async (threshold: number): Promise<{ features: number; area: number }> =>
    (await (await ask(`/engine/processings/${id}/outlines/summary?threshold=${threshold}`)).json()) as never;
  const whole = (await (await ask(`/engine/processings/${id}/outlines?threshold=0.5`)).json()) as Collection;
  const half = await summary(0.5);
  expect(half.features).toBe(whole.features.length);
  expect(half.area).toBeCloseTo(areaOf(whole), 1);
  const areas = [];
  for (const threshold of [0.0625, 0.25, 0.5, 0.75, 0.9375]) areas.push((await summary(threshold)).area);
  expect(areas).toEqual([...areas].sort((a, b) => b - a));
  expect(areas[0]).toBeGreaterThan(areas[4]!);
}, 60_000);

test.each(['Buildings', 'Buildings (Aerial)', 'Roads', 'Construction'])(
  '%s refuses imagery that is too coarse for what it learned',
  async (model) => {
    const path = join(folder, 'coarse.tif');
    await writeFile(path, tinyTiff({ width: 64, height: 64, pixel: 4 }));
    const [project] = (await (await ask('/rest/projects')).json()) as { id: string }[];
    const raster = await nodeRasters(false).open(path);
    await raster.close();
    const { footprint } = profileOf(raster.description, path, { maxPixelCount: Infinity });
    const made = await ask('/rest/processings/v2', {
      method: 'POST',
      body: JSON.stringify({
        name: 'coarse',
        projectId: project?.id,
        wdName: model,
        geometry: footprint,
        params: { sourceParams: { userDefined: { sourceType: 'LOCAL', url: path } } },
      }),
    });
    expect(made.status).toBe(400);
    expect(await made.text()).toContain('PixelSizeTooHigh');
  },
);
