import { expect, test } from 'vitest';
import type { Bookmark, ViewPlace } from '@shared/ipc/desk';
import { BaseMaps } from '../../../renderer/state/baseMaps.svelte';
import { Bookmarks } from '../../../renderer/state/bookmarks.svelte';
import { Camera, type CameraDriver } from '../../../renderer/state/camera.svelte';
import { Settings } from '../../../renderer/state/settings.svelte';
import { FakeApi } from './fakeApi';

const place: ViewPlace = { lon: 15, lat: 45, metresPerPixel: 0.5, rotation: 0 };

function cameraAt(here: ViewPlace | null): { camera: Camera; shown: ViewPlace[] } {
  const camera = new Camera();
  const shown: ViewPlace[] = [];
  const nothing = (): void => undefined;
  const driver: CameraDriver = {
    zoomBy: nothing,
    zoomToLayer: nothing,
    zoomToPixels: nothing,
    zoomToBox: nothing,
    resetRotation: nothing,
    setScale: nothing,
    setRotation: nothing,
    place: () => here,
    showPlace: (wanted) => shown.push(wanted),
  };
  camera.attach(driver);
  return { camera, shown };
}

test('a bookmark is made of the present view, found again, renamed and deleted', async () => {
  const { camera, shown } = cameraAt(place);
  const api = new FakeApi({
    'bookmarks.list': () => [],
    'bookmarks.add': ({ name, place: where }) => ({ id: '1', name, place: where }),
    'bookmarks.rename': ({ bookmarkId, name }) => ({ id: bookmarkId, name, place }),
    'bookmarks.remove': () => undefined,
  });
  const bookmarks = new Bookmarks(api, camera);
  await bookmarks.load();
  const added = await bookmarks.add('Yard');
  expect(bookmarks.all).toEqual([{ id: '1', name: 'Yard', place }]);
  bookmarks.go(added as Bookmark);
  expect(shown).toEqual([place]);
  await bookmarks.rename(added as Bookmark, 'Back yard');
  expect(bookmarks.all[0]?.name).toBe('Back yard');
  await bookmarks.remove(added as Bookmark);
  expect(bookmarks.all).toEqual([]);
});

test('a picture without a place has no bookmarks', async () => {
  const api = new FakeApi();
  const bookmarks = new Bookmarks(api, cameraAt(null).camera);
  expect(await bookmarks.add('Nowhere')).toBeNull();
  expect(api.asked).toEqual([]);
});

test('the base map that was chosen is remembered, and one that is deleted is chosen no more', async () => {
  const osm = {
    id: 'osm',
    name: 'OSM',
    url: '',
    attribution: '',
    maxZoom: 19,
    allowLocal: false,
    custom: false,
  };
  const own = { ...osm, id: 'own', custom: true };
  const api = new FakeApi({
    'settings.get': () => ({
      theme: 'system',
      layout: { baseMap: { id: 'own', opacity: 0.5, visible: true } },
    }),
    'settings.update': () => ({ theme: 'system', layout: {} }),
    'basemaps.list': () => [osm, own],
    'basemaps.remove': () => undefined,
  });
  const settings = new Settings(api);
  await settings.load();
  const maps = new BaseMaps(api, settings);
  maps.restore();
  expect(maps.current).toBeNull();
  await maps.load();
  expect(maps.current?.id).toBe('own');
  expect(maps.opacity).toBe(0.5);
  api.emit('basemaps.reach', { baseMapId: 'own', reachable: false });
  expect(maps.unreachable).toBe(true);
  api.emit('basemaps.reach', { baseMapId: 'own', reachable: true });
  expect(maps.unreachable).toBe(false);
  await maps.remove(own);
  expect(maps.current).toBeNull();
});
