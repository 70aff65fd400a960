import { expect, test, vi } from 'vitest';
import { Jobs } from '../../../renderer/state/jobs.svelte';
import { LayerStack } from '../../../renderer/state/layers.svelte';
import { Problems } from '../../../renderer/state/problems.svelte';
import { FakeApi, type Handlers } from './fakeApi';
import { processing, summary } from './samples';

const draft = {
  name: 'Forest',
  projectId: null,
  modelId: 'forest',
  blocks: [],
  source: { kind: 'mosaic' as const, mosaicId: 'm1' },
  aoi: { type: 'Polygon' as const, coordinates: [] },
};

function setUp(handlers: Handlers = {}) {
  const api = new FakeApi({ 'results.summary': () => summary, ...handlers });
  const layers = new LayerStack();
  return { api, layers, jobs: new Jobs(api, layers, new Problems(api)) };
}

test('the result of what was started here goes to the map by itself, once', async () => {
  const { api, jobs, layers } = setUp({ 'processings.create': () => processing('new') });
  await jobs.create(draft, 12);
  expect(api.asked[0]?.input).toEqual({ draft, acceptedCredits: 12 });
  const ready = processing('new', { status: 'OK', percent: 100, resultState: 'ready', result: summary });
  api.emit('processings.changed', ready);
  await vi.waitFor(() => expect(layers.hasResult('new')).toBe(true));
  layers.removeResult('new');
  api.emit('processings.changed', { ...ready, name: 'renamed' });
  await Promise.resolve();
  expect(layers.hasResult('new')).toBe(false);
});

test('results of earlier sessions stay where they are until they are asked for', async () => {
  const { api, jobs, layers } = setUp();
  api.emit('processings.changed', processing('old', { status: 'OK', resultState: 'ready', result: summary }));
  await Promise.resolve();
  expect(layers.all).toEqual([]);
  const shown: string[] = [];
  jobs.onShown((id) => shown.push(id));
  await jobs.show('old');
  expect(layers.results.map((layer) => layer.name)).toEqual(['job old']);
  expect(shown).toEqual(['old']);
});

test('deleting a processing takes its layer along', async () => {
  const { api, jobs, layers } = setUp({ 'processings.remove': () => undefined });
  api.emit('processings.changed', processing('a'));
  await jobs.show('a');
  await jobs.remove('a');
  expect(jobs.all).toEqual([]);
  expect(layers.all).toEqual([]);
});

test('counts what is still running; a status of tomorrow counts as running', () => {
  const { api, jobs } = setUp();
  api.emit('processings.changed', processing('a'));
  api.emit('processings.changed', processing('b', { status: 'OK' }));
  api.emit('processings.changed', processing('c', { status: 'IN_REVIEW' }));
  expect(jobs.runningCount).toBe(2);
});
