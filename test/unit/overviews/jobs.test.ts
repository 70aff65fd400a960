import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import type { OverviewJob } from '@shared/ipc/types';
import { silentLog } from '@shared/log';
import type { GrowingLevels } from '@shared/tiff/overviews';
import { serveRpc, type RpcPort } from '@shared/rpc';
import {
  OverviewJobs,
  overviewMethods,
  SidecarCache,
  type OverviewMethods,
  type OverviewProcess,
} from '../../../main/overviews';
import { openFile, RasterService, createNodeCodecs } from '../../../main/rasters';
import { readRanges } from '../../../main/rasters/blockReads';
import { dying, overviewsHere } from '../../support/overviewThreads';
import { temporaryFolder } from '../../support/gdal';
import { writeStrips } from '../../support/stripTiff';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Two ports that are each other's other end. */
function portPair(): [RpcPort, RpcPort] {
  const listeners: ((message: unknown) => void)[][] = [[], []];
  const port = (own: number): RpcPort => ({
    postMessage: (message) => queueMicrotask(() => listeners[1 - own]!.forEach((listen) => listen(message))),
    onMessage: (listener) => void listeners[own]!.push(listener),
  });
  return [port(0), port(1)];
}

/** @param units after which the builders fall silent */
function spawnHere(units = Infinity): OverviewProcess {
  const [outside, inside] = portPair();
  const threads = overviewsHere();
  closers.push(() => threads.close());
  const startThread = dying(threads, units);
  serveRpc<OverviewMethods>(inside, overviewMethods({ open: openFile, startThread, threads: 1 }));
  return { port: outside, onExit: () => undefined, kill: () => undefined };
}

function desk(maxBytes = 1e9) {
  const folder = temporaryFolder();
  closers.push(() => folder.remove());
  const path = folder.path('image.tif');
  writeStrips(path, { width: 4608, height: 4608, rowsPerStrip: 64, compression: 'deflate' });
  const service = new RasterService(createNodeCodecs());
  closers.push(() => service.closeAll());
  const cache = new SidecarCache(folder.path('cache'), maxBytes);
  const seen: OverviewJob[] = [];
  let built: (levels: number) => void = () => undefined;
  const grown: GrowingLevels[] = [];
  const start = (units = Infinity, patienceMs = 0): OverviewJobs => {
    const jobs = new OverviewJobs({
      cache,
      spawn: () => spawnHere(units),
      patienceMs,
      onGrown: (_, levels) => grown.push(levels),
      attach: (id, overviews) => service.attach({ id, overviews }),
      onBuilt: (_id, _path, { levels }) => built(levels.length),
      log: silentLog,
    });
    jobs.onChange((job) => seen.push(job));
    closers.push(() => jobs.close());
    return jobs;
  };
  const open = async (jobs: OverviewJobs, id: string) => {
    const { description, identity } = await service.open({ id, path });
    return jobs.opened({ id, name: 'image.tif', source: { path, ...identity }, description });
  };
  return {
    folder,
    cache,
    seen,
    grown,
    start,
    open,
    untilBuilt: () => new Promise<number>((done) => (built = done)),
  };
}

/** Resolves when a job gets into a state. */
const reaches = (jobs: OverviewJobs, state: OverviewJob['state']): Promise<void> =>
  new Promise((done) => jobs.onChange((job) => job.state === state && done()));

test('a raster that needs overviews gets them, and has them at once the next time', async () => {
  const { seen, start, open, untilBuilt } = desk();
  const jobs = start();
  const ready = untilBuilt();
  const over = reaches(jobs, 'done');
  expect((await open(jobs, 'a')).levels).toHaveLength(1);
  expect(await ready).toBe(6);
  await over;
  expect(seen[0]).toMatchObject({ rasterId: 'a', state: 'waiting' });
  expect(seen.at(-1)).toMatchObject({ state: 'done', progress: 1 });
  expect(seen.some(({ state, progress }) => state === 'building' && progress > 0 && progress < 1)).toBe(true);
  const again = start();
  expect((await open(again, 'b')).levels).toHaveLength(6);
  expect(again.list()).toEqual([]);
});

test('a job that waits can be paused, and goes on when it is resumed', async () => {
  const { start, open, untilBuilt } = desk();
  const jobs = start();
  const ready = untilBuilt();
  let held = false;
  jobs.onChange(({ rasterId, state }) => {
    if (state !== 'waiting' || held) return;
    held = true;
    jobs.pause(rasterId);
  });
  await open(jobs, 'a');
  expect(jobs.list()[0]!.state).toBe('paused');
  jobs.resume('a');
  expect(await ready).toBe(6);
});

const count = (bits: Uint8Array): number =>
  bits.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);

test('tiles are told while they are built, and can be read before the file is whole', async () => {
  const { grown, start, open, untilBuilt } = desk();
  const jobs = start();
  const ready = untilBuilt();
  await open(jobs, 'a');
  expect(jobs.growing('a')!.made.map(count)).toEqual([0, 0, 0, 0, 0]);
  expect(() => jobs.growingRanges('a', 'image', 0, [0])).toThrow('overviews.not_made');
  await ready;
  expect(grown.length).toBeGreaterThan(0);
  const sizes = grown.map(({ made }) => made.map(count).reduce((sum, one) => sum + one, 0));
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
  expect(grown[0]).toMatchObject({
    base: 0,
    images: [{ width: 2304, blockWidth: 512 }, {}, {}, {}, {}],
    masks: [],
  });
});

test('what a build left is there at once the next time, before it goes on', async () => {
  const { start, open } = desk();
  const jobs = start(1);
  const failed = reaches(jobs, 'failed');
  await open(jobs, 'a');
  await failed;
  const kept = jobs.growing('a')!.made.map(count);
  expect(kept.slice(0, 3)).toEqual([16, 4, 1]);
  const again = start(Infinity, 1e6);
  await open(again, 'b');
  expect(again.list()).toMatchObject([{ rasterId: 'b', state: 'waiting', progress: 16 / 25 }]);
  expect(again.growing('b')!.made.map(count)).toEqual(kept);
  const { path, ranges } = again.growingRanges('b', 'image', 0, [0, 1]);
  const [first, second] = await readRanges(path, ranges);
  // Two zlib streams.
  expect([first![0], second![0]]).toEqual([0x78, 0x78]);
  again.cancel('b');
  expect(again.growing('b')!.made.map(count)).toEqual([0, 0, 0, 0, 0]);
});

test('cancelling forgets what was begun', async () => {
  const { cache, folder, start, open } = desk();
  const jobs = start();
  const building = reaches(jobs, 'building');
  await open(jobs, 'a');
  await building;
  jobs.cancel('a');
  expect(jobs.list()[0]!.state).toBe('cancelled');
  await jobs.idle();
  const { identity } = await openFile(folder.path('image.tif')).then(async (file) => {
    await file.close();
    return file;
  });
  const target = cache.pathOf({ path: folder.path('image.tif'), ...identity });
  expect([target, `${target}.part`, `${target}.journal`].filter((path) => existsSync(path))).toEqual([]);
});

test('the cache drops what was not looked at for longest, and spares what is in use', async () => {
  const folder = temporaryFolder();
  closers.push(() => folder.remove());
  mkdirSync(folder.path('cache'));
  const file = (name: string, age: number): string => {
    const path = folder.path(`cache/${name}.ovr`);
    writeFileSync(path, new Uint8Array(1000));
    utimesSync(path, 1_700_000_000 - age, 1_700_000_000 - age);
    return path;
  };
  const [oldest, older, old, fresh] = [file('a', 40), file('b', 30), file('c', 20), file('d', 10)];
  await new SidecarCache(folder.path('cache'), 2000).trim(new Set([oldest]));
  expect([oldest, older, old, fresh].map((path) => existsSync(path))).toEqual([true, false, false, true]);
});
