import { expect, test, vi } from 'vitest';
import { LayerStack } from '../../../renderer/state/layers.svelte';
import { Problems } from '../../../renderer/state/problems.svelte';
import { Rasters } from '../../../renderer/state/rasters.svelte';
import { FakeApi, type Handlers } from './fakeApi';
import { raster } from './samples';

function setUp(handlers: Handlers) {
  const api = new FakeApi({ 'rasters.recent': () => [], 'rasters.statistics': () => [], ...handlers });
  const layers = new LayerStack();
  const problems = new Problems(api);
  return { api, layers, problems, rasters: new Rasters(api, layers, problems) };
}

test('one bad file of several is told, the good ones become layers', async () => {
  const { layers, problems, rasters } = setUp({
    'rasters.open': () => ({
      rasters: [raster('a'), raster('b')],
      failures: [{ path: '/images/notes.tif', error: { kind: 'tiff.no_such_message', params: {} } }],
    }),
  });
  await rasters.openPaths(['/images/a.tif', '/images/notes.tif', '/images/b.tif']);
  expect(layers.rasters.map((layer) => layer.id)).toEqual(['b', 'a']);
  expect(problems.notices).toHaveLength(1);
  expect(problems.notices[0]?.title).toContain('notes.tif');
});

test('a dialog that was cancelled changes nothing', async () => {
  const { layers, problems, rasters } = setUp({
    'rasters.openDialog': () => ({ rasters: [], failures: [] }),
  });
  const seen = vi.fn();
  rasters.onOpened(seen);
  await rasters.chooseFiles();
  expect(layers.all).toEqual([]);
  expect(problems.notices).toEqual([]);
  expect(seen).not.toHaveBeenCalled();
});

test('files that main opened by itself become layers too', () => {
  const { api, layers, rasters } = setUp({});
  const seen: string[] = [];
  rasters.onOpened((layer) => seen.push(layer.id));
  api.emit('rasters.opened', { rasters: [raster('a'), raster('b')], failures: [] });
  expect(layers.rasters).toHaveLength(2);
  expect(seen).toEqual(['b']);
});

test('nothing dropped, nothing asked', async () => {
  const { api, rasters } = setUp({});
  await rasters.openPaths([]);
  expect(api.asked).toEqual([]);
});

test('closing takes the layer away and lets main forget the raster', async () => {
  const { api, layers, rasters } = setUp({ 'rasters.close': () => undefined });
  const layer = layers.addRaster(raster('a'));
  await rasters.close(layer);
  expect(layers.all).toEqual([]);
  expect(api.asked).toContainEqual({ channel: 'rasters.close', input: { rasterId: 'a' } });
});
