import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '@shared/errors';
import { afterEach, expect, test } from 'vitest';
import { serveProbabilityTile } from '../../../main/ipc/quality';
import { EngineQuality, Quality } from '../../../main/quality';
import { setUpBench, type Bench } from '../processings/bench';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

interface FakeEngine {
  readonly asked: string[];
  /** Answers of `path?query`; 404 for what is not there. */
  readonly answers: Map<string, { status?: number; type?: string; body: string }>;
  /** Addresses that are not answered before the client leaves. */
  readonly stuck: Set<string>;
  left: number;
  readonly quality: EngineQuality;
}

async function engine(): Promise<FakeEngine> {
  const fake = { asked: [] as string[], answers: new Map(), stuck: new Set<string>(), left: 0 };
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/^\/engine\/processings\/[^/]+\//, '');
    fake.asked.push(`${request.headers.authorization ?? ''} ${path}`);
    if (fake.stuck.has(path)) {
      response.on('close', () => (fake.left += 1));
      return;
    }
    const answer = fake.answers.get(path) as { status?: number; body: string } | undefined;
    response.writeHead(answer?.status ?? (answer ? 200 : 404), { 'x-metres-per-pixel': '0.5' });
    response.end(answer?.body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/rest`;
  return Object.assign(fake, { quality: new EngineQuality(async () => ({ baseUrl, token: 'secret' })) });
}

const layer = JSON.stringify({
  bounds: [10, 50, 10.1, 50.1],
  threshold: 0.5,
  levels: 16,
  metresPerPixel: 0.3,
});
const collection = (count: number): string =>
  JSON.stringify({ type: 'FeatureCollection', features: Array.from({ length: count }, () => ({})) });

async function setUp(): Promise<{ bench: Bench; fake: FakeEngine; quality: Quality; id: string }> {
  const bench = await setUpBench();
  const { id } = bench.server.add();
  bench.server.result = collection(5);
  await bench.processings.refresh('a');
  await bench.processings.fetchResult(id);
  const fake = await engine();
  fake.answers.set('probabilities.json', { body: layer });
  fake.answers.set('outlines/summary?threshold=0.5', { body: '{"features":5,"area":500}' });
  fake.answers.set('outlines/summary?threshold=0.75', { body: '{"features":3,"area":310.5}' });
  fake.answers.set('outlines?threshold=0.75', { body: collection(3) });
  const quality = new Quality({
    engine: fake.quality,
    kept: bench.processings,
    localAccount: 'a',
  });
  return { bench, fake, quality, id };
}

test('it says what can be tried, and what is kept', async () => {
  const { fake, quality, id } = await setUp();
  expect(await quality.facts(id)).toEqual({
    processingId: id,
    state: {
      kind: 'ready',
      threshold: 0.5,
      levels: 16,
      bounds: [10, 50, 10.1, 50.1],
      metresPerPixel: 0.3,
    },
    versions: [{ number: 0, threshold: null, featureCount: 5, area: 500, createdAt: null, current: true }],
  });
  expect(fake.asked[0]).toBe('Bearer secret probabilities.json');
});

test('a version that is kept is used everywhere, beside the result as it came, also after a restart', async () => {
  const { bench, quality, id } = await setUp();
  const original = bench.processings.resultFile(id);
  const changes: (number | undefined)[] = [];
  bench.processings.listen({ onProcessing: ({ result }) => changes.push(result?.featureCount) });
  const { versions } = await quality.keep(id, 0.75);
  expect(
    versions.map(({ number, threshold, featureCount, area, current }) => [
      number,
      threshold,
      featureCount,
      area,
      current,
    ]),
  ).toEqual([
    [0, null, 5, 500, false],
    [1, 0.75, 3, 310.5, true],
  ]);
  expect(changes).toEqual([3]);
  const next = bench.again();
  expect(next.get(id).result?.featureCount).toBe(3);
  expect(next.resultFile(id)).not.toBe(original);
  expect(readFileSync(next.resultFile(id), 'utf8')).toBe(collection(3));
  expect(readFileSync(original, 'utf8')).toBe(collection(5));
});

test('one can go back, and forth without asking the engine again', async () => {
  const { bench, fake, quality, id } = await setUp();
  await quality.keep(id, 0.75);
  const back = await quality.use(id, 0);
  expect(back.versions.map(({ current }) => current)).toEqual([true, false]);
  expect(bench.processings.get(id).result?.featureCount).toBe(5);
  const made = fake.asked.filter((path) => path.includes('outlines?')).length;
  await quality.keep(id, 0.75);
  expect(bench.processings.versions(id)).toHaveLength(1);
  expect(fake.asked.filter((path) => path.includes('outlines?'))).toHaveLength(made);
  expect(bench.processings.get(id).result?.featureCount).toBe(3);
});

test('a version can be deleted by itself; the result as it came takes its place', async () => {
  const { bench, fake, quality, id } = await setUp();
  fake.answers.set('outlines/summary?threshold=0.25', { body: '{"features":4,"area":400}' });
  fake.answers.set('outlines?threshold=0.25', { body: collection(4) });
  await quality.keep(id, 0.25);
  const first = bench.processings.resultFile(id);
  await quality.keep(id, 0.75);
  const second = bench.processings.resultFile(id);
  const left = await quality.remove(id, 1);
  expect(left.versions.map(({ number, current }) => [number, current])).toEqual([
    [0, false],
    [2, true],
  ]);
  expect([existsSync(first), existsSync(second)]).toEqual([false, true]);
  await quality.remove(id, 2);
  expect(existsSync(second)).toBe(false);
  expect(bench.again().get(id).result?.featureCount).toBe(5);
});

test('a version goes with its processing', async () => {
  const { bench, quality, id } = await setUp();
  await quality.keep(id, 0.75);
  const file = bench.processings.resultFile(id);
  await bench.processings.remove(id);
  expect(existsSync(file)).toBe(false);
  expect(bench.processings.list()).toEqual([]);
});

test('what fails half way leaves the result as it was', async () => {
  const { bench, fake, quality, id } = await setUp();
  fake.answers.set('outlines?threshold=0.75', { body: 'sorry' });
  await expect(quality.keep(id, 0.75)).rejects.toMatchObject({ kind: 'results.not_geojson' });
  fake.answers.set('outlines?threshold=0.75', { status: 500, body: 'broken' });
  await expect(quality.keep(id, 0.75)).rejects.toMatchObject({ kind: 'quality.failed' });
  expect(bench.processings.versions(id)).toEqual([]);
  expect(bench.processings.get(id).result?.featureCount).toBe(5);
});

test.each([
  [404, 'never', 'quality.forgotten'],
  [409, 'not_now', 'quality.not_ended'],
  [400, 'never', 'quality.no_probabilities'],
])('an engine that answers %i says why there is nothing to try', async (status, kind, reason) => {
  const { fake, quality, id } = await setUp();
  fake.answers.set('probabilities.json', { status, body: '' });
  expect(await quality.facts(id)).toMatchObject({ state: { kind, reason }, versions: [{ number: 0 }] });
});

test('without the engine versions are there all the same; results of other servers have none to try', async () => {
  const { bench, id } = await setUp();
  const stopped = new EngineQuality(() => Promise.reject(new AppError('engine.stopped')));
  const ports = { engine: stopped, kept: bench.processings };
  expect(await new Quality({ ...ports, localAccount: 'a' }).facts(id)).toMatchObject({
    state: { kind: 'not_now', reason: 'engine.stopped' },
    versions: [{ number: 0, featureCount: 5, area: null }],
  });
  expect(await new Quality({ ...ports, localAccount: 'b' }).facts(id)).toMatchObject({
    state: { kind: 'never', reason: 'quality.elsewhere' },
  });
});

test('a question that another one follows is given up, at the engine too', async () => {
  const { fake, quality, id } = await setUp();
  fake.stuck.add('outlines?threshold=0.25&bbox=1,2,3,4');
  fake.answers.set('outlines?threshold=0.75&bbox=1,2,3,4', { body: collection(1) });
  const first = quality.preview(id, 0.25, [1, 2, 3, 4]);
  await expect.poll(() => fake.asked.length).toBe(1);
  const second = await quality.preview(id, 0.75, [1, 2, 3, 4]);
  expect(await first).toBeNull();
  expect(second).toMatchObject({ metresPerPixel: 0.5, outlines: { features: [{}] } });
  await expect.poll(() => fake.left).toBe(1);
  fake.stuck.add('outlines/summary?threshold=0.1');
  const counting = quality.counts(id, 0.1);
  await expect.poll(() => fake.asked.length).toBe(3);
  quality.rest();
  expect(await counting).toBeNull();
});

test('tiles are pictures, nothing, or not to be had; other addresses are none of theirs', async () => {
  const serve = (url: string, tile: () => Promise<Uint8Array | null>): Promise<Response | null> =>
    serveProbabilityTile({ tile }, `app://orthodesk${url}`);
  const picture = await serve('/probabilities/a-1/3/2/1', async () => new Uint8Array([1, 2]));
  expect([picture?.status, picture?.headers.get('content-type')]).toEqual([200, 'image/png']);
  expect((await serve('/probabilities/a-1/3/2/1', async () => null))?.status).toBe(204);
  const away = await serve('/probabilities/a-1/3/2/1', () => Promise.reject(new Error('away')));
  expect(away?.status).toBe(503);
  for (const other of ['/probabilities/../3/2/1', '/probabilities/a/b/2/1', '/index.html']) {
    expect(await serve(other, async () => null)).toBeNull();
  }
});
