import type { OutlineCounts, OutlinePreview, QualityFacts } from '@shared/ipc/quality';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LayerStack } from '../../../renderer/state/layers.svelte';
import { Problems } from '../../../renderer/state/problems.svelte';
import { Quality } from '../../../renderer/state/quality.svelte';
import { Table } from '../../../renderer/state/table.svelte';
import { changeOf } from '../../../renderer/panels/quality/change';
import { FakeApi, type Handlers } from './fakeApi';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const summary = { featureCount: 10, bbox: null, sizeBytes: 1, styleName: 'default', fields: [] };
const facts = (part: Partial<QualityFacts> = {}): QualityFacts => ({
  processingId: 'p',
  state: { kind: 'ready', threshold: 0.5, levels: 16, bounds: [1, 2, 3, 4], metresPerPixel: 0.3 },
  versions: [{ number: 0, threshold: null, featureCount: 10, area: 900, createdAt: null, current: true }],
  ...part,
});
const kept = (threshold: number): QualityFacts =>
  facts({
    versions: [
      { number: 0, threshold: null, featureCount: 10, area: 900, createdAt: null, current: false },
      { number: 1, threshold, featureCount: 7, area: 600, createdAt: '2026-01-01T00:00:00Z', current: true },
    ],
  });
const preview: OutlinePreview = {
  outlines: { type: 'FeatureCollection', features: [] },
  metresPerPixel: 0.3,
};

async function opened(handlers: Handlers = {}) {
  const counts = (threshold: number): OutlineCounts => ({ featureCount: 10, area: 1000 * (1 - threshold) });
  const api = new FakeApi({
    'quality.facts': () => facts(),
    'quality.preview': () => preview,
    'quality.counts': ({ threshold }) => counts(threshold),
    'quality.rest': () => undefined,
    'quality.keep': ({ threshold }) => kept(threshold),
    'quality.use': () => facts(),
    'quality.remove': () => facts(),
    'results.summary': () => ({ ...summary, featureCount: 7 }),
    ...handlers,
  });
  const layers = new LayerStack();
  layers.addResult('p', 'Houses', summary);
  const problems = new Problems(api);
  const quality = new Quality(api, layers, problems, new Table(api));
  quality.look([1, 2, 3, 4]);
  await quality.open('p');
  return { api, layers, problems, quality };
}

test('it opens at what is kept, and asks for nothing', async () => {
  const { api, quality } = await opened();
  expect([quality.threshold, quality.changed]).toEqual([0.5, false]);
  expect(quality.now).toEqual({ featureCount: 10, area: 900 });
  await vi.runAllTimersAsync();
  expect(api.timesAsked('quality.preview') + api.timesAsked('quality.counts')).toBe(0);
});

test('while the slider moves only its last place is asked for: first what is in sight, then the whole', async () => {
  const { api, quality } = await opened();
  for (const value of [0.55, 0.62, 0.7, 0.76]) quality.try(value);
  expect(quality.threshold).toBe(0.75);
  expect([quality.changed, quality.now, quality.counting]).toEqual([true, null, true]);
  await vi.advanceTimersByTimeAsync(100);
  expect(quality.preview).toEqual(preview);
  expect(api.timesAsked('quality.counts')).toBe(0);
  await vi.advanceTimersByTimeAsync(300);
  expect(api.asked.filter(({ channel }) => /preview|counts/.test(channel))).toEqual([
    { channel: 'quality.preview', input: { processingId: 'p', threshold: 0.75, box: [1, 2, 3, 4] } },
    { channel: 'quality.counts', input: { processingId: 'p', threshold: 0.75 } },
  ]);
  expect([quality.now, quality.counting]).toEqual([{ featureCount: 10, area: 250 }, false]);
});

test('the kept outlines give way to those that are tried, and come back with the slider', async () => {
  const { layers, quality } = await opened();
  const layer = layers.results[0]!;
  expect(quality.hides(layer)).toBe(false);
  quality.try(0.25);
  await vi.runAllTimersAsync();
  expect(quality.hides(layer)).toBe(true);
  quality.reset();
  expect([quality.hides(layer), quality.preview, quality.threshold]).toEqual([false, null, 0.5]);
});

test('another place on the map asks for its outlines, and an answer that comes too late is left out', async () => {
  let answer: (value: OutlineCounts | null) => void = () => undefined;
  const { api, quality } = await opened({
    'quality.counts': () => new Promise((resolve) => (answer = resolve)),
  });
  quality.try(0.25);
  await vi.runAllTimersAsync();
  quality.look([2, 2, 3, 3]);
  await vi.runAllTimersAsync();
  expect(api.timesAsked('quality.preview')).toBe(2);
  const late = answer;
  quality.try(0.75);
  late({ featureCount: 99, area: 99 });
  await vi.advanceTimersByTimeAsync(0);
  expect(quality.now).toBeNull();
});

test('keeping puts the new version on the map, with what the user set for the layer', async () => {
  const { layers, problems, quality } = await opened();
  layers.results[0]!.opacity = 0.4;
  layers.results[0]!.rename('My houses');
  quality.try(0.75);
  await vi.runAllTimersAsync();
  await quality.keep();
  expect(layers.results[0]).toMatchObject({ name: 'My houses', opacity: 0.4 });
  expect(layers.results[0]!.summary.featureCount).toBe(7);
  expect([quality.changed, quality.threshold, quality.kept?.number]).toEqual([false, 0.75, 1]);
  expect(problems.notices).toHaveLength(1);
  await quality.use(0);
  expect([quality.kept?.number, quality.threshold]).toEqual([0, 0.5]);
});

test('deleting the version in use goes back to the result as it came', async () => {
  const { api, layers, quality } = await opened();
  quality.try(0.75);
  await vi.runAllTimersAsync();
  await quality.keep();
  await quality.remove(1);
  expect(api.timesAsked('quality.remove')).toBe(1);
  expect([quality.kept?.number, quality.threshold]).toEqual([0, 0.5]);
  expect(layers.results[0]!.summary.featureCount).toBe(7);
});

test('without the engine there is nothing to try, until it is back', async () => {
  let away = true;
  const { api, quality } = await opened({
    'quality.facts': () => facts(away ? { state: { kind: 'not_now', reason: 'engine.stopped' } } : {}),
  });
  quality.try(0.75);
  expect([quality.range, quality.changed]).toEqual([null, false]);
  expect(quality.versions).toHaveLength(1);
  away = false;
  api.emit('engine.changed', { state: 'running', error: null });
  await vi.runAllTimersAsync();
  quality.try(0.75);
  expect([quality.threshold, quality.changed]).toEqual([0.75, true]);
});

test('a failure is told where it happened, and can be tried again', async () => {
  let broken = true;
  const { problems, quality } = await opened({
    'quality.counts': () => {
      if (broken) throw new Error('broken');
      return { featureCount: 1, area: 1 };
    },
  });
  quality.try(0.75);
  await vi.runAllTimersAsync();
  expect(quality.error).not.toBeNull();
  expect(quality.counting).toBe(false);
  expect(problems.notices).toEqual([]);
  broken = false;
  quality.again();
  await vi.runAllTimersAsync();
  expect([quality.error, quality.now?.area]).toEqual([null, 1]);
});

test('a change is told in per cent, with its sign', () => {
  expect(changeOf(200, 250)).toMatch(/^\+25\s%$/);
  expect(changeOf(100, 350)).toMatch(/^\+250\s%$/);
  expect(changeOf(200, 150)).toMatch(/^−25\s%$/);
  expect(changeOf(0, 5)).toBe('');
  expect(changeOf(null, 5)).toBe('');
});
