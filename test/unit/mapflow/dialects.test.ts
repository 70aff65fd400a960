import { afterEach, expect, test } from 'vitest';
import { createMapflowClient, type Dialect } from '../../../main/mapflow';
import { delayBefore, readRetryAfter } from '../../../main/mapflow/retry';
import { json, serve, type Seen, type Script } from './server';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function clientOf(dialect: Dialect, script: Script) {
  const server = await serve(script);
  const client = createMapflowClient({ baseUrl: server.baseUrl, token: () => 't', dialect, retries: 0 });
  closers.push(
    () => server.close(),
    () => client.close(),
  );
  return { client, seen: server.seen };
}

const line = ({ method, url }: Seen): string => `${method} ${url.replace('/rest', '')}`;
const body = (seen: Seen | undefined): unknown => JSON.parse(String(seen?.body));
const aoi = {
  type: 'Polygon' as const,
  coordinates: [
    [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 0],
    ],
  ],
};
const ok: Script = (_q, r) => json(r, 200, {});

test('the reference restarts, updates and lists at its own addresses', async () => {
  const { client, seen } = await clientOf('reference', (q, r) =>
    json(r, 200, q.url?.endsWith('/processings/v2') ? [] : {}),
  );
  await client.processings.restart('p');
  await client.processings.update('p', { name: 'n', description: 'd', projectId: 'j' });
  await client.processings.listByProject('j');
  expect(seen.map(line)).toEqual([
    'POST /processings/p/restart',
    'PUT /processings/p',
    'GET /projects/j/processings/v2',
  ]);
});

test('the live service has them under v2, moves at the old address, and lists by pages', async () => {
  const { client, seen } = await clientOf('live', (q, r, sent) => {
    if (!q.url?.endsWith('/page')) return json(r, 200, {});
    const { offset } = JSON.parse(String(sent)) as { offset: number };
    const results =
      offset === 0 ? Array.from({ length: 100 }, (_, i) => ({ id: `p${String(i)}` })) : [{ id: 'last' }];
    return json(r, 200, { results, total: 101, count: results.length });
  });
  await client.processings.restart('p');
  await client.processings.update('p', { name: 'n', description: 'd', projectId: 'j' });
  expect(await client.processings.listByProject('j')).toHaveLength(101);
  expect(seen.map(line)).toEqual([
    'POST /processings/p/restart/v2',
    'PUT /processings/p/v2',
    'PUT /processings/p',
    'POST /projects/j/processings/v2/page',
    'POST /projects/j/processings/v2/page',
  ]);
  expect(body(seen[1])).toEqual({ name: 'n', description: 'd' });
  expect(body(seen[2])).toEqual({ projectId: 'j' });
});

test('the catalogue is asked in the units of the dialect, and an empty list of providers is left out', async () => {
  const ask = { aoi, maxCloudCover: 0.2, productTypes: ['SCENE' as const], dataProviders: [] };
  const live = await clientOf('live', (_q, r) => json(r, 200, { images: [], total: 0 }));
  await live.client.catalog.search(ask);
  expect(body(live.seen[0])).toMatchObject({ maxCloudCover: 20, productTypes: ['IMAGE'], limit: 100 });
  expect(body(live.seen[0])).not.toHaveProperty('dataProviders');
  const reference = await clientOf('reference', (_q, r) => json(r, 200, []));
  await reference.client.catalog.search(ask);
  expect(body(reference.seen[0])).toMatchObject({ maxCloudCover: 0.2, productTypes: ['Scene'] });
});

test('the live service gets coordinate systems and providers in lower case', async () => {
  const request = {
    name: 'n',
    projectId: 'j',
    wdId: 'w',
    geometry: aoi,
    params: { sourceParams: { userDefined: { sourceType: 'XYZ', url: 'https://t', crs: 'EPSG:3857' } } },
  };
  const { client, seen } = await clientOf('live', (_q, r) => json(r, 200, { id: 'p', status: 'OK' }));
  await client.processings.create(request);
  expect(body(seen[0])).toMatchObject({
    params: { sourceParams: { userDefined: { crs: 'epsg:3857', sourceType: 'XYZ' } } },
  });
});

test('tags are repeated, never joined', async () => {
  const { client, seen } = await clientOf('reference', (q, r) =>
    json(r, 200, q.method === 'GET' ? [] : { id: 'i' }),
  );
  await client.mosaics.list({ tags: ['a b', 'c'] });
  await client.images.createMosaicAndUpload(
    { name: 'Quick & new', tags: ['x', 'y'] },
    { filename: 'a.tif', size: 0, body: (async function* () {})() },
  );
  expect(seen.map(line)).toEqual([
    'GET /rasters/mosaic?tags=a+b&tags=c',
    'POST /rasters/mosaic/image?name=Quick+%26+new&tags=x&tags=y',
  ]);
});

test('every other call goes where the table says', async () => {
  const { client, seen } = await clientOf('reference', ok);
  await client.processings.delete('p');
  await client.processings.rate('p', { rating: 5 });
  await client.processings.accept('p');
  await client.processings.reject('p', { comment: 'no' });
  await client.projects.delete('j');
  await client.mosaics.update('m', { name: 'n' });
  await client.mosaics.delete('m');
  await client.images.rename('i', 'new name');
  await client.images.delete('i');
  await client.processings.statsCsv({ page: 2 }).catch(() => undefined);
  expect(seen.map(line)).toEqual([
    'DELETE /processings/p',
    'PUT /processings/p/rate',
    'PUT /processings/p/acceptation',
    'PUT /processings/p/rejection',
    'DELETE /projects/j',
    'PUT /rasters/mosaic/m',
    'DELETE /rasters/mosaic/m',
    'PUT /rasters/image/i?name=new+name',
    'DELETE /rasters/image/i',
    'POST /processings/stats?type=csv',
  ]);
});

test('pauses: full jitter below a growing bound, Retry-After as a minimum, in seconds or as a date', () => {
  expect(delayBefore(0, null, () => 0.999)).toBeLessThanOrEqual(500);
  expect(delayBefore(9, null, () => 0.999)).toBeLessThanOrEqual(8000);
  expect(delayBefore(0, null, () => 0)).toBe(0);
  expect(delayBefore(3, 9000, () => 0)).toBe(9000);
  expect(readRetryAfter('2')).toBe(2000);
  expect(readRetryAfter('Thu, 01 Jan 1970 00:00:10 GMT', 4000)).toBe(6000);
  expect(readRetryAfter('soon')).toBeNull();
  expect(readRetryAfter(undefined)).toBeNull();
});
