import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AppError } from '@shared/errors';
import type { BaseMap } from '@shared/ipc/desk';
import { silentLog } from '@shared/log';
import { isLocalAddress } from '../../../main/basemaps/addresses';
import { BaseMaps } from '../../../main/basemaps';
import { LatestFirst } from '../../../main/basemaps/queue';
import { temporaryFolder } from '../../support/gdal';
import { greenTile, startTileServer, type TileServer } from '../../support/tileServer';

let folder: ReturnType<typeof temporaryFolder>;
let server: TileServer;
let kept: BaseMap[];

beforeEach(async () => {
  folder = temporaryFolder();
  server = await startTileServer();
  kept = [];
});

afterEach(async () => {
  await server.stop();
  folder.remove();
});

const store = {
  list: () => kept,
  put: (map: BaseMap) => void (kept = [...kept.filter(({ id }) => id !== map.id), map]),
  remove: (id: string) => void (kept = kept.filter((map) => map.id !== id)),
};

function make(limitBytes?: number): BaseMaps {
  return new BaseMaps({
    store,
    folder: folder.path('tiles'),
    userAgent: 'Orthodesk/test',
    log: silentLog,
    ...(limitBytes === undefined ? {} : { limitBytes }),
  });
}

const described = (part: Partial<BaseMap> = {}) => ({
  id: null,
  name: 'Tiles',
  url: server.template,
  attribution: '',
  maxZoom: 19,
  allowLocal: true,
  ...part,
});

async function kindOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof AppError ? error.kind : String(error);
  }
  return 'no error';
}

test('a tile is fetched once under our name and then comes from the disk, also after a restart', async () => {
  const { id } = await make().save(described());
  expect(bytesOf(await make().tile(id, 3, 2, 1))).toEqual(bytesOf({ body: greenTile }));
  expect(server.asked).toHaveLength(1);
  expect(server.asked[0]).toMatchObject({ path: '/3/2/1.png', headers: { 'user-agent': 'Orthodesk/test' } });
  const again = make();
  expect((await again.tile(id, 3, 2, 1))?.contentType).toBe('image/png');
  expect(server.asked).toHaveLength(1);
});

test('many wishes for one tile are one request', async () => {
  const maps = make();
  const { id } = await maps.save(described());
  await Promise.all(Array.from({ length: 8 }, () => maps.tile(id, 1, 0, 0)));
  expect(server.asked).toHaveLength(1);
});

test('nothing outside the grid is asked for, nor beyond the finest level', async () => {
  const maps = make();
  const { id } = await maps.save(described({ maxZoom: 4 }));
  expect(await maps.tile(id, 2, 4, 0)).toBeNull();
  expect(await maps.tile(id, 5, 0, 0)).toBeNull();
  expect(await maps.tile('of-nobody', 1, 0, 0)).toBeNull();
  expect(server.asked).toHaveLength(0);
});

test('a server that is gone is told once, left alone, and kept tiles are still shown', async () => {
  const maps = make();
  const reach: boolean[] = [];
  maps.onReach((_, reachable) => reach.push(reachable));
  const { id } = await maps.save(described());
  await maps.tile(id, 1, 0, 0);
  await server.stop();
  expect(await kindOf(maps.tile(id, 1, 1, 0))).toBe('basemaps.unreachable');
  expect(await kindOf(maps.tile(id, 1, 1, 1))).toBe('basemaps.resting');
  expect(reach).toEqual([false]);
  expect(await maps.tile(id, 1, 0, 0)).not.toBeNull();
});

test('what is no picture is not taken, whatever it is called', async () => {
  server.answer = () => ({ status: 200, body: Buffer.from('<html>sign in</html>') });
  const maps = make();
  const { id } = await maps.save(described());
  expect(await kindOf(maps.tile(id, 0, 0, 0))).toBe('basemaps.no_picture');
});

test('a refusal is told with its number, a missing tile is nothing', async () => {
  const maps = make();
  const { id } = await maps.save(described());
  server.answer = () => ({ status: 404 });
  expect(await maps.tile(id, 0, 0, 0)).toBeNull();
  server.answer = () => ({ status: 403 });
  expect(await kindOf(maps.tile(id, 1, 0, 0))).toBe('basemaps.refused');
});

test('the local network is out of bounds unless it is allowed, also behind a redirect', async () => {
  const maps = make();
  const refused = await maps.save(described({ allowLocal: false }));
  expect(await kindOf(maps.tile(refused.id, 0, 0, 0))).toBe('basemaps.local_address');
  const named = await maps.save(
    described({ allowLocal: false, url: `http://localhost:${server.port}/{z}/{x}/{y}` }),
  );
  expect(await kindOf(maps.tile(named.id, 0, 0, 0))).toBe('basemaps.local_address');
  expect(server.asked).toHaveLength(0);
});

test('a redirect to another scheme is not followed', async () => {
  server.answer = () => ({ status: 302, headers: { location: 'file:///etc/passwd' } });
  const maps = make();
  const { id } = await maps.save(described());
  expect(await kindOf(maps.tile(id, 0, 0, 0))).toBe('basemaps.not_http');
});

test('the cache never holds more than its limit, and what was used last stays', async () => {
  const one = greenTile.length + 200;
  const maps = make(one * 4);
  const { id } = await maps.save(described());
  for (let x = 0; x < 8; x += 1) {
    await maps.tile(id, 3, x, 0);
    await maps.tile(id, 3, 0, 0);
    expect((await maps.cacheFacts()).bytes).toBeLessThanOrEqual(one * 4);
  }
  const before = server.asked.length;
  await maps.tile(id, 3, 0, 0);
  expect(server.asked).toHaveLength(before);
  await maps.tile(id, 3, 1, 0);
  expect(server.asked).toHaveLength(before + 1);
});

test('a damaged file in the cache is fetched anew, a half-written one is thrown away', async () => {
  const { id } = await make().save(described());
  await make().tile(id, 0, 0, 0);
  const [group = ''] = readdirSync(folder.path('tiles'));
  const [file = ''] = readdirSync(join(folder.path('tiles'), group));
  writeFileSync(join(folder.path('tiles'), group, file), 'x');
  writeFileSync(join(folder.path('tiles'), group, `${file}.1.new`), 'half');
  expect(await make().tile(id, 0, 0, 0)).not.toBeNull();
  expect(server.asked).toHaveLength(2);
  expect(readdirSync(join(folder.path('tiles'), group))).toEqual([file]);
});

test('a stale tile is asked about by its mark, and stays when it is unchanged', async () => {
  server.answer = (_, headers) =>
    headers['if-none-match'] === '"green"'
      ? { status: 304 }
      : { status: 200, body: greenTile, headers: { etag: '"green"', 'cache-control': 'max-age=0' } };
  const maps = make();
  const { id } = await maps.save(described());
  await maps.tile(id, 0, 0, 0);
  makeStale();
  const later = make();
  expect(bytesOf(await later.tile(id, 0, 0, 0))).toEqual(bytesOf({ body: greenTile }));
  expect(server.asked[1]?.headers['if-none-match']).toBe('"green"');
});

test('deleting a base map deletes its tiles; another address begins anew', async () => {
  const maps = make();
  const first = await maps.save(described());
  await maps.tile(first.id, 0, 0, 0);
  await maps.save(described({ id: first.id, url: `${server.template}?v=2` }));
  await maps.tile(first.id, 0, 0, 0);
  expect(server.asked.map(({ path }) => path)).toEqual(['/0/0/0.png', '/0/0/0.png?v=2']);
  await maps.remove(first.id);
  expect(await maps.cacheFacts()).toMatchObject({ bytes: 0 });
});

test('addresses of this computer and of private networks are known', () => {
  const local = [
    '127.0.0.1',
    '10.1.2.3',
    '192.168.0.9',
    '169.254.1.1',
    '[::1]',
    'fe80::1',
    '::ffff:10.0.0.1',
  ];
  expect(local.filter((address) => !isLocalAddress(address))).toEqual([]);
  expect(['8.8.8.8', '172.32.0.1', '2a00:1450:4001::1', 'tiles.example.org'].filter(isLocalAddress)).toEqual(
    [],
  );
});

test('the latest wish goes first', async () => {
  const queue = new LatestFirst(1);
  const order: string[] = [];
  let release = (): void => undefined;
  const held = queue.run(() => new Promise<void>((done) => (release = done)));
  const work = ['first', 'second', 'third'].map((name) => queue.run(async () => void order.push(name)));
  release();
  await Promise.all([held, ...work]);
  expect(order).toEqual(['third', 'second', 'first']);
});

const bytesOf = (tile: { readonly body: Uint8Array } | null): number[] => [...(tile?.body ?? [])];

/** Rewrites the kept tiles as if their time were over. */
function makeStale(): void {
  const root = folder.path('tiles');
  for (const group of readdirSync(root)) {
    for (const file of readdirSync(join(root, group))) {
      const header = Buffer.from(
        JSON.stringify({ contentType: 'image/png', freshUntil: 0, etag: '"green"' }),
      );
      const length = Buffer.alloc(4);
      length.writeUInt32LE(header.length);
      writeFileSync(join(root, group, file), Buffer.concat([length, header, greenTile]));
    }
  }
}
