import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isTerminal } from '@shared/api';
import { createMapflowClient, type MapflowClient } from '../../main/mapflow';
import { openPassage } from './exchanges/passage';
import { tinyTiff } from './geotiff';
import { fileFrom, startTestEngine, textOf, token, until } from './support';

/** The engine as it ships: a process of its own, with its pixel threads. */
const program = fileURLToPath(new URL('../../dist/engine/standalone.cjs', import.meta.url));
const children: ChildProcess[] = [];
let folder: string;

beforeAll(async () => {
  const bundles = fileURLToPath(new URL('../../build/bootstrap/bundles.mjs', import.meta.url));
  const { ensureBundles } = (await import(bundles)) as { ensureBundles(names: string[]): Promise<void> };
  await ensureBundles(['standalone']);
  folder = await mkdtemp(join(tmpdir(), 'durable-'));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

interface Running {
  readonly client: MapflowClient;
  /** As a power cut does: no chance to tidy up. */
  kill(): Promise<void>;
}

async function start(): Promise<Running> {
  const child = spawn(process.execPath, [program, '--port', '0', '--data', folder], {
    env: { ...process.env, ORTHODESK_ENGINE_TOKEN: token },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const baseUrl = /http:\/\/127\.0\.0\.1:\d+\/rest/.exec(line)?.[0];
    if (!baseUrl) continue;
    const passage = await openPassage(baseUrl);
    const client = createMapflowClient({ baseUrl: passage.baseUrl, token: () => token, retries: 0 });
    return {
      client,
      kill: () =>
        new Promise((resolve) => {
          child.once('exit', () => {
            passage.close();
            resolve();
          });
          child.kill('SIGKILL');
          client.close();
        }),
    };
  }
  throw new Error('the engine ended before it listened');
}

/** Speckled crowns on soil, some of which lie on the borders of partitions. */
const trees = (): Buffer =>
  tinyTiff({
    width: 2000,
    height: 6000,
    pixel: 0.3,
    sample: (x, y, band) => {
      const crown = (x % 60) ** 2 + (y % 60) ** 2 < 1600;
      const speck = ((x * 7919 + y * 104729) % 61) - 30;
      return (crown ? [50, 110, 40] : [150, 130, 110])[band]! + speck;
    },
  });

test('an engine that is killed in the middle of a processing goes on where it stopped', async () => {
  let running = await start();
  const { imageId } = await running.client.images.createMosaicAndUpload({ name: 'trees' }, fileFrom(trees()));
  const geometry = (await running.client.images.get(imageId ?? '')).footprint!;
  const created = await running.client.processings.create({
    name: 'survives',
    projectId: (await running.client.projects.default()).id,
    wdId: '24c5bb87-6b61-410d-a972-63f3f431a611',
    geometry,
    params: { sourceParams: { myImagery: { imageIds: [imageId ?? ''] } } },
  });
  const parts = async (): Promise<string[]> =>
    (await readdir(join(folder, 'results', created.id)).catch(() => [])).filter((name) =>
      name.endsWith('.mask'),
    );
  for (let kills = 0; kills < 2; kills++) {
    const before = (await parts()).length;
    await until(parts, (names) => names.length > before);
    await running.kill();
    running = await start();
    const { status } = await running.client.processings.get(created.id);
    expect(['UNPROCESSED', 'IN_PROGRESS']).toContain(status);
  }
  const percents: number[] = [];
  const done = await until(
    async () => {
      const processing = await running.client.processings.get(created.id);
      percents.push(processing.percentCompleted);
      return processing;
    },
    ({ status }) => isTerminal(status),
    60_000,
  );
  expect(done).toMatchObject({ status: 'OK', percentCompleted: 100 });
  expect(percents[0]).toBeGreaterThan(10);
  expect([...percents].sort((a, b) => a - b)).toEqual(percents);

  const { body } = await running.client.processings.result(created.id);
  const { features } = JSON.parse(await textOf(body)) as {
    features: { geometry: unknown; properties: { id: number } }[];
  };
  // One crown for each quarter circle around a grid point: nothing lost or doubled where parts meet.
  expect(features.length).toBeGreaterThan(3200);
  expect(new Set(features.map(({ geometry: shape }) => JSON.stringify(shape))).size).toBe(features.length);
  expect(features.map(({ properties }) => properties.id)).toEqual(features.map((_, i) => i + 1));
  expect(await running.client.processings.list()).toHaveLength(1);
  await running.kill();
}, 180_000);

/** Roofs of two slopes with shadows, some of which lie on the borders of parts. */
const houses = (): Buffer =>
  tinyTiff({
    width: 1000,
    height: 4600,
    pixel: 0.3,
    sample: (x, y, band) => {
      const [u, v] = [(x % 80) - 40, (y % 70) - 35];
      const speck = ((x * 7919 + y * 104729) % 13) - 6;
      const roof = v < 0 ? [178, 92, 70] : [140, 70, 55];
      const inside = Math.abs(u) < 18 && Math.abs(v) < 13;
      const shadow = u > -14 && u < 24 && v > -9 && v < 19;
      return (inside ? roof : shadow ? [40, 45, 42] : [105, 118, 84])[band]! + speck;
    },
  });

test('an engine that is killed while a network works gives the result of one that was left alone', async () => {
  let running = await start();
  const { imageId } = await running.client.images.createMosaicAndUpload({ name: 'town' }, fileFrom(houses()));
  const geometry = (await running.client.images.get(imageId ?? '')).footprint!;
  const create = async (name: string): Promise<string> =>
    (
      await running.client.processings.create({
        name,
        projectId: (await running.client.projects.default()).id,
        wdId: '8cb13006-a299-4df6-b47d-91bd63de947f',
        geometry,
        params: { sourceParams: { myImagery: { imageIds: [imageId ?? ''] } } },
      })
    ).id;
  const resultOf = async (id: string): Promise<string> => {
    const ended = await until(
      () => running.client.processings.get(id),
      ({ status }) => isTerminal(status),
      90_000,
    );
    expect(ended).toMatchObject({ status: 'OK', percentCompleted: 100 });
    return await textOf((await running.client.processings.result(id)).body);
  };
  const killed = await create('killed');
  await until(
    () => readdir(join(folder, 'results', killed)).catch(() => []),
    (names) => names.some((name) => name.endsWith('.mask')),
    90_000,
  );
  await running.kill();
  running = await start();
  const left = await create('left alone');
  const [one, other] = [await resultOf(killed), await resultOf(left)];
  expect((JSON.parse(one) as { features: unknown[] }).features.length).toBeGreaterThan(100);
  expect(one).toBe(other);
  await running.kill();
}, 240_000);

test('two engines cannot share a folder', async () => {
  const first = await start();
  await expect(startTestEngine({ dataDir: folder })).rejects.toMatchObject({ kind: 'engine.data_in_use' });
  await first.kill();
});

test('an upload that the engine did not survive leaves nothing behind', async () => {
  const first = await start();
  const mosaic = await first.client.mosaics.create({ name: 'half' });
  const { usedBytes } = await first.client.storage.usage();
  let sent = 0;
  const bytes = trees();
  const upload = first.client.images.upload(mosaic.id, {
    filename: 'half.tif',
    size: bytes.length,
    body: (async function* () {
      for (let at = 0; at < bytes.length; at += 1 << 20) {
        sent += 1 << 20;
        yield bytes.subarray(at, at + (1 << 20));
        if (sent > bytes.length / 2) await first.kill();
      }
    })(),
  });
  await expect(upload).rejects.toMatchObject({ kind: 'api.connection_lost', ambiguous: false });
  const second = await start();
  expect(await second.client.images.list(mosaic.id)).toEqual([]);
  expect((await second.client.storage.usage()).usedBytes).toBe(usedBytes);
  expect(await readdir(join(folder, 'incoming'))).toEqual([]);
  await second.kill();
});

test('a thousand reads at once and eight uploads at once, none of which fails', async () => {
  const { client, kill } = await start();
  const mosaic = await client.mosaics.create({ name: 'busy' });
  const reads = Array.from({ length: 1000 }, (_, i) =>
    i % 3 === 0
      ? client.user.status()
      : i % 3 === 1
        ? client.mosaics.get(mosaic.id)
        : client.processings.list(),
  );
  const uploads = Array.from({ length: 8 }, (_, i) =>
    client.images.upload(
      mosaic.id,
      fileFrom(
        tinyTiff({ width: 1200, height: 800, origin: [456_000 + i * 600, 5_428_000] }),
        `chunk-${String(i)}.tif`,
      ),
    ),
  );
  const answers = await Promise.allSettled([...reads, ...uploads]);
  expect(answers.filter(({ status }) => status === 'rejected')).toEqual([]);
  const images = await client.images.list(mosaic.id);
  expect(images.map(({ filename }) => filename).sort()).toEqual(
    Array.from({ length: 8 }, (_, i) => `chunk-${String(i)}.tif`),
  );
  await until(
    () => client.mosaics.status(mosaic.id),
    ({ readyImages }) => readyImages === 8,
  );
  await kill();
});

test('a processing that is deleted while a network works is gone at once, and the next one runs', async () => {
  const { client, kill } = await start();
  const { imageId } = await client.images.createMosaicAndUpload({ name: 'town' }, fileFrom(houses()));
  const imageIds = [imageId ?? ''];
  const geometry = (await client.images.get(imageIds[0]!)).footprint!;
  const create = async (): Promise<string> =>
    (
      await client.processings.create({
        name: 'houses',
        projectId: (await client.projects.default()).id,
        wdName: 'Buildings',
        geometry,
        params: { sourceParams: { myImagery: { imageIds } } },
      })
    ).id;
  const [first, second] = [await create(), await create()];
  await until(
    () => client.processings.get(first),
    ({ percentCompleted }) => percentCompleted > 0,
    90_000,
  );
  await client.processings.delete(first);
  expect(await readdir(join(folder, 'results')).catch(() => [])).not.toContain(first);
  await expect(client.processings.get(first)).rejects.toMatchObject({ status: 404 });
  const done = await until(
    () => client.processings.get(second),
    ({ status }) => isTerminal(status),
    90_000,
  );
  expect(done).toMatchObject({ status: 'OK', percentCompleted: 100 });
  await kill();
}, 240_000);
