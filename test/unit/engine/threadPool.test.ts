import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ThreadPool } from '../../../main/engine/tasks/threadPool';
import type { DetectTask, TileTask } from '../../../main/engine/tasks/types';

/** A thread that waits to be told (by a cancel) unless it is asked for a tile; it dies when told to. */
const script = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', (message) => {
  if (message.kind === 'cancel') {
    parentPort.postMessage({ kind: 'failed', id: message.id, error: { kind: 'app.unexpected', params: {} } });
  } else if (message.task.kind === 'tile') {
    parentPort.postMessage({ kind: 'done', id: message.id, result: { png: null } });
  } else if (message.task.target === 'deaf') {
    parentPort.postMessage({ kind: 'progress', id: message.id, done: 0.5 });
    for (;;);
  } else if (message.task.target === 'late') {
    parentPort.postMessage({ kind: 'progress', id: message.id, done: 0.5 });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1200);
  } else if (message.task.target === 'die') {
    process.exit(1);
  } else {
    parentPort.postMessage({ kind: 'progress', id: message.id, done: 0.5 });
  }
});`;

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pool-'));
  file = join(folder, 'thread.cjs');
  await writeFile(file, script);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const long = (target = ''): DetectTask => ({ kind: 'detect', target }) as DetectTask;
const short = { kind: 'tile' } as TileTask;

test('short tasks are done while long ones fill their places', async () => {
  const pool = new ThreadPool(file, 1);
  const controller = new AbortController();
  const progress: number[] = [];
  const first = pool.run<'detect'>(long(), {
    signal: controller.signal,
    onProgress: (done) => progress.push(done),
  });
  const second = pool.run<'detect'>(long(), { signal: controller.signal });
  expect(await Promise.all([1, 2, 3].map(() => pool.run<'tile'>(short)))).toEqual(
    [1, 2, 3].map(() => ({ png: null })),
  );
  await expect.poll(() => progress, { interval: 5 }).toEqual([0.5]);
  const ends = Promise.allSettled([first, second]);
  const reason = new Error('enough');
  controller.abort(reason);
  expect(await ends).toEqual([
    { status: 'rejected', reason },
    { status: 'rejected', reason },
  ]);
  await pool.close();
});

test('a thread that dies fails its task and is replaced', async () => {
  const pool = new ThreadPool(file, 1);
  await expect(pool.run<'detect'>(long('die'))).rejects.toMatchObject({ kind: 'engine.thread_ended' });
  expect(await pool.run<'tile'>(short)).toEqual({ png: null });
  await pool.close();
});

test('who cancels a thread too deep in its work to hear waits less than a second; others work meanwhile', async () => {
  const pool = new ThreadPool(file, 1);
  const controller = new AbortController();
  const reason = new Error('enough');
  let aborted = 0;
  const deaf = pool.run<'detect'>(long('deaf'), {
    signal: controller.signal,
    onProgress: () => {
      aborted = performance.now();
      controller.abort(reason);
    },
  });
  await expect(deaf).rejects.toBe(reason);
  expect(performance.now() - aborted).toBeLessThan(1000);
  expect(await pool.run<'tile'>(short)).toEqual({ png: null });
  await pool.close();
});

test('a thread that comes back after its task was given up goes on with the next one', async () => {
  const pool = new ThreadPool(file, 1);
  const controller = new AbortController();
  const reason = new Error('enough');
  const late = pool.run<'detect'>(long('late'), {
    signal: controller.signal,
    onProgress: () => controller.abort(reason),
  });
  await expect(late).rejects.toBe(reason);
  const progress: number[] = [];
  const next = new AbortController();
  // Had the thread been ended, or not come back, this would not be worked on.
  const second = pool.run<'detect'>(long(), {
    signal: next.signal,
    onProgress: (done) => progress.push(done),
  });
  await expect.poll(() => progress, { interval: 20, timeout: 5000 }).toEqual([0.5]);
  next.abort(reason);
  await expect(second).rejects.toBe(reason);
  await pool.close();
});

test('closing refuses what waits and what comes', async () => {
  const pool = new ThreadPool(file, 1);
  const running = pool.run<'detect'>(long());
  const waiting = pool.run<'detect'>(long());
  const ends = Promise.allSettled([running, waiting]);
  await pool.close();
  expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(pool.run<'tile'>(short)).rejects.toMatchObject({ kind: 'engine.stopping' });
});
