import type { Settings as SettingsData } from '@shared/ipc/types';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Layout } from '../../../renderer/state/layout.svelte';
import { Settings } from '../../../renderer/state/settings.svelte';
import { FakeApi } from './fakeApi';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

async function setUp(data: SettingsData) {
  const api = new FakeApi({ 'settings.get': () => data, 'settings.update': () => data });
  const settings = new Settings(api);
  await settings.load();
  const layout = new Layout(settings);
  layout.restore();
  return { api, layout, settings };
}

const updates = (api: FakeApi): unknown[] =>
  api.asked.filter((call) => call.channel === 'settings.update').map((call) => call.input);

test('many changes of the layout are one write, with what was there before', async () => {
  const { api, layout } = await setUp({ theme: 'dark', layout: { elsewhere: 1 } });
  layout.keepColumns([20, 60, 20]);
  layout.keepColumns([22, 58, 20]);
  layout.showTab('jobs');
  expect(updates(api)).toEqual([]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(updates(api)).toEqual([{ layout: { elsewhere: 1, columns: [22, 58, 20], tab: 'jobs' } }]);
});

test('comes back as it was left', async () => {
  const docks = { layers: false, processing: true, bottom: true };
  const { layout } = await setUp({
    theme: 'light',
    layout: { docks, tab: 'log', columns: [25, 50, 25], rows: [60, 40], coordinates: 'dms' },
  });
  expect(layout.isOpen('layers')).toBe(false);
  expect([layout.tab, layout.coordinates]).toEqual(['log', 'dms']);
  expect([layout.columns, layout.rows]).toEqual([
    [25, 50, 25],
    [60, 40],
  ]);
});

test('a memory that makes no sense is passed over', async () => {
  const { layout } = await setUp({
    theme: 'light',
    layout: { docks: 'all', tab: 'weather', columns: [50, 50], rows: ['x', 1], coordinates: 7 },
  });
  expect(layout.isOpen('layers')).toBe(true);
  expect([layout.tab, layout.coordinates]).toEqual(['uploads', 'map']);
  expect(layout.columns).toHaveLength(3);
  expect(layout.rows).toHaveLength(2);
});

test('sizes of a folded dock are not remembered as its size', async () => {
  const { layout } = await setUp({ theme: 'light', layout: {} });
  layout.keepColumns([20, 60, 20]);
  layout.setOpen('layers', false);
  layout.keepColumns([0, 80, 20]);
  expect(layout.columns).toEqual([20, 60, 20]);
});

test('asking for a tab opens the dock it is in', async () => {
  const { layout } = await setUp({ theme: 'light', layout: {} });
  layout.setOpen('bottom', false);
  layout.showTab('table');
  expect(layout.isOpen('bottom')).toBe(true);
});

test('the coordinates go round through their three forms', async () => {
  const { layout } = await setUp({ theme: 'light', layout: {} });
  const forms = [0, 1, 2].map(() => {
    layout.cycleCoordinates();
    return layout.coordinates;
  });
  expect(forms).toEqual(['lonLat', 'dms', 'map']);
});
