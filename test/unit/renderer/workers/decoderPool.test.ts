import { expect, test } from 'vitest';
import type { WorkerAnswer, WorkerRequest } from '../../../../renderer/workers/decodeJobs';
import { createDecoderPool, type DecoderWorker } from '../../../../renderer/workers/decoderPool';
import { rowJob } from '../../../support/rasterCase';

/** A worker that answers when the test says so. */
class HeldWorker implements DecoderWorker {
  readonly requests: WorkerRequest[] = [];
  ended = false;
  #answer: (answer: WorkerAnswer) => void = () => undefined;
  #die: () => void = () => undefined;

  send(request: WorkerRequest): void {
    this.requests.push(request);
  }
  onAnswer(listener: (answer: WorkerAnswer) => void): void {
    this.#answer = listener;
  }
  onDeath(listener: () => void): void {
    this.#die = listener;
  }
  end(): void {
    this.ended = true;
  }

  /** Answers its oldest request. */
  finish(): void {
    const { id } = this.requests.shift() as WorkerRequest;
    this.#answer({ id, kind: 'blocks', blocks: [] });
  }
  die(): void {
    this.#die();
  }
}

function poolOf(size: number): { pool: ReturnType<typeof createDecoderPool>; workers: HeldWorker[] } {
  const workers: HeldWorker[] = [];
  const spawn = (): DecoderWorker => {
    const worker = new HeldWorker();
    workers.push(worker);
    return worker;
  };
  return { pool: createDecoderPool(spawn, size), workers };
}

const task = () => [{ bytes: new Uint8Array(4), job: rowJob(4) }];

test('starts workers as they are needed, and shares the work among them', async () => {
  const { pool, workers } = poolOf(2);
  const first = pool.decode(task());
  expect(workers).toHaveLength(1);
  workers[0]!.finish();
  await first;
  const three = [pool.decode(task()), pool.decode(task()), pool.decode(task())];
  expect(workers.map(({ requests }) => requests.length)).toEqual([2, 1]);
  workers[0]!.finish();
  workers[0]!.finish();
  workers[1]!.finish();
  expect(await Promise.all(three)).toEqual([[], [], []]);
});

test('gives a worker two requests at once and keeps the others until one is done', async () => {
  const { pool, workers } = poolOf(1);
  const all = [1, 2, 3].map(() => pool.decode(task()));
  expect(workers[0]!.requests).toHaveLength(2);
  workers[0]!.finish();
  expect(workers[0]!.requests).toHaveLength(2);
  workers[0]!.finish();
  workers[0]!.finish();
  await Promise.all(all);
});

test('an aborted request never reaches a worker; one under way is thrown away', async () => {
  const { pool, workers } = poolOf(1);
  const controller = new AbortController();
  const kept = pool.decode(task());
  const underWay = pool.decode(task(), controller.signal);
  const waiting = pool.decode(task(), controller.signal);
  controller.abort(new Error('out of view'));
  await expect(underWay).rejects.toThrow('out of view');
  await expect(waiting).rejects.toThrow('out of view');
  workers[0]!.finish();
  workers[0]!.finish();
  expect(await kept).toEqual([]);
  expect(workers[0]!.requests).toHaveLength(0);
  await expect(pool.decode(task(), controller.signal)).rejects.toThrow('out of view');
});

test('a worker that dies fails its requests alone; the next ones get another', async () => {
  const { pool, workers } = poolOf(1);
  const lost = [pool.decode(task()), pool.decode(task())];
  const waiting = pool.decode(task());
  workers[0]!.die();
  for (const one of lost) await expect(one).rejects.toMatchObject({ kind: 'map.decoder_died' });
  expect(workers[0]!.ended).toBe(true);
  workers[1]!.finish();
  expect(await waiting).toEqual([]);
});

test('closing ends the workers and everything that waits', async () => {
  const { pool, workers } = poolOf(1);
  const all = [1, 2, 3].map(() => pool.decode(task()));
  pool.close();
  for (const one of all) await expect(one).rejects.toMatchObject({ kind: 'map.decoder_died' });
  expect(workers[0]!.ended).toBe(true);
  await expect(pool.decode(task())).rejects.toMatchObject({ kind: 'map.decoder_died' });
});
