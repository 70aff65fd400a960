import { expect, test, vi } from 'vitest';
import type { KeptLayer } from '@shared/ipc/desk';
import { AppError } from '@shared/errors';
import { identityOf } from '@shared/rasterIdentity';
import { LayerStack } from '../../../renderer/state/layers.svelte';
import { Memory } from '../../../renderer/state/memory.svelte';
import { Problems } from '../../../renderer/state/problems.svelte';
import { Rasters } from '../../../renderer/state/rasters.svelte';
import { Settings } from '../../../renderer/state/settings.svelte';
import { FakeApi, type Handlers } from './fakeApi';
import { raster, summary } from './samples';

const missing = (path: string) => ({ path, error: { kind: 'rasters.file_missing', params: { file: path } } });

function setUp(handlers: Handlers = {}) {
  const api = new FakeApi({
    'rasters.recent': () => [],
    'rasters.statistics': () => [],
    'desk.layers': () => [],
    'desk.keepLayers': () => undefined,
    ...handlers,
  });
  const layers = new LayerStack();
  const problems = new Problems(api);
  const rasters = new Rasters(api, layers, problems);
  const settings = new Settings(api);
  return { api, layers, problems, rasters, memory: new Memory(api, settings, layers, rasters) };
}

const a = raster('a');
const b = raster('b');
const kept: readonly KeptLayer[] = [
  { kind: 'result', ref: 'job', state: { name: 'Forest', opacity: 0.5 } },
  { kind: 'raster', ref: a.path, state: { name: 'Town', visible: false } },
  { kind: 'raster', ref: b.path, state: { name: 'b.tif', identity: identityOf(b.description) } },
  { kind: 'result', ref: 'gone', state: {} },
];

const lastTime: Handlers = {
  'desk.layers': () => kept,
  'rasters.open': () => ({ rasters: [a], failures: [missing(b.path)] }),
  'results.summary': ({ processingId }) => {
    if (processingId === 'gone') throw new AppError('results.missing');
    return summary;
  },
};

test('what lay on the map comes back; a file that is gone keeps its place, a result that is gone does not', async () => {
  const { api, layers, memory } = setUp(lastTime);
  await memory.restore();
  expect(layers.all.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'result Forest',
    'raster Town',
    'lost b.tif',
  ]);
  expect(layers.rasters[0]?.visible).toBe(false);
  expect(layers.results[0]?.opacity).toBe(0.5);
  expect(api.asked).toContainEqual({
    channel: 'rasters.open',
    input: { paths: [a.path, b.path], remembered: true },
  });
});

test('a file that was opened while the last session came back is not there twice', async () => {
  const { layers, memory } = setUp(lastTime);
  layers.addRaster(a);
  await memory.restore();
  expect(layers.all.filter((layer) => layer.kept.ref === a.path)).toHaveLength(1);
});

test('a lost file that is found takes its place again, with those beside it', async () => {
  const found = { ...b, id: 'b again', path: '/moved/b.tif', name: 'b.tif' };
  const { layers, memory, rasters } = setUp({
    ...lastTime,
    'files.locate': ({ wanted, missing: files }) => {
      expect(files).toEqual([{ path: b.path, identity: identityOf(b.description) }]);
      return { found: [{ path: wanted, raster: found }], failures: [] };
    },
  });
  await memory.restore();
  const [lost] = layers.lost;
  expect(lost && (await rasters.locate(lost))).toBe(1);
  expect(layers.all.map(({ id }) => id)).toEqual(['result:job', 'a', 'b again']);
  expect(layers.lost).toEqual([]);
});

test('changes are kept, many of them in one write, and nothing is written for none', async () => {
  vi.useFakeTimers();
  try {
    const { api, layers, memory } = setUp();
    await memory.restore();
    const note = (): void => memory.note(layers.all.map((layer) => layer.kept));
    note();
    const layer = layers.addRaster(a);
    note();
    await vi.advanceTimersByTimeAsync(10);
    expect(api.timesAsked('desk.keepLayers')).toBe(1);
    for (const opacity of [0.9, 0.8, 0.7]) {
      layer.opacity = opacity;
      note();
    }
    await vi.advanceTimersByTimeAsync(1000);
    note();
    await vi.advanceTimersByTimeAsync(1000);
    expect(api.timesAsked('desk.keepLayers')).toBe(2);
    const written = api.asked.filter(({ channel }) => channel === 'desk.keepLayers').at(-1)?.input;
    expect(written).toMatchObject({ layers: [{ kind: 'raster', ref: a.path, state: { opacity: 0.7 } }] });
    layer.opacity = 0.2;
    note();
    memory.flush();
    expect(api.timesAsked('desk.keepLayers')).toBe(3);
  } finally {
    vi.useRealTimers();
  }
});

test('a folder with several rasters is left to the user, one with a single one is opened', async () => {
  const folder = (name: string, files: readonly string[]) => ({
    path: `/${name}`,
    rasters: files.map((file) => ({ path: `/${name}/${file}`, name: file, bytes: 1 })),
    more: false,
  });
  const opened: string[] = [];
  const { problems, rasters } = setUp({
    'files.survey': () => ({
      files: ['/c.tif'],
      folders: [folder('one', ['x.tif']), folder('two', ['y.tif', 'z.tif']), folder('none', [])],
    }),
    'rasters.open': ({ paths }) => {
      opened.push(...paths);
      return { rasters: [], failures: [] };
    },
  });
  const left = await rasters.openDropped(['/c.tif', '/one', '/two', '/none']);
  expect(left.map(({ path }) => path)).toEqual(['/two']);
  expect(opened).toEqual(['/c.tif', '/one/x.tif']);
  expect(problems.notices[0]?.title).toMatch(/none holds no GeoTIFF/);
});

test('a file that is open already is only selected, and the second opening is closed', async () => {
  const { api, layers, rasters } = setUp({
    'rasters.open': () => ({ rasters: [{ ...a, id: 'second' }], failures: [] }),
    'rasters.close': () => undefined,
  });
  layers.addRaster(a);
  await rasters.openPaths([a.path]);
  expect(layers.all.map(({ id }) => id)).toEqual(['a']);
  expect(api.asked).toContainEqual({ channel: 'rasters.close', input: { rasterId: 'second' } });
});
