import type { LonLatBox } from '@shared/ipc/types';
import { expect, test } from 'vitest';
import { CurrentSpace, holds } from '../../../renderer/map/space.svelte';
import { LayerStack } from '../../../renderer/state/layers.svelte';
import { description, raster, summary, utm45 } from './samples';

const utm33 = {
  ...utm45,
  epsg: 32633,
  proj4: '+proj=utm +zone=33 +datum=WGS84 +units=m +no_defs',
  name: 'zone 33',
};

function inSystem(crs: typeof utm45 | null, bbox: LonLatBox | null, id: string) {
  const georeference = { ...description().georeference, crs };
  return raster(id, { bbox, description: description({ georeference }) });
}

const nepal: LonLatBox = [85.4, 27.6, 85.5, 27.7];
const germany: LonLatBox = [13, 52, 13.1, 52.1];

function setUp() {
  const layers = new LayerStack();
  const space = new CurrentSpace();
  return { layers, space, code: () => space.value?.projection.getCode() };
}

test('the view takes the system of the first raster and keeps it for what lies nearby', () => {
  const { code, layers, space } = setUp();
  const first = layers.addRaster(inSystem(utm45, nepal, 'a'));
  expect(space.follow(layers.all)).toBe(first);
  layers.addRaster(inSystem(null, null, 'b'));
  const near = layers.addRaster(
    inSystem({ ...utm45, epsg: 4326, name: 'WGS 84' }, [85.6, 27.6, 85.7, 27.7], 'c'),
  );
  expect(space.follow(layers.all)).toBeNull();
  space.enter(near);
  expect(code()).toBe('EPSG:32645');
});

test('a raster from another part of the world brings its own system', () => {
  const { code, layers, space } = setUp();
  const home = layers.addRaster(inSystem(utm45, nepal, 'a'));
  space.follow(layers.all);
  const far = layers.addRaster(inSystem(utm33, germany, 'b'));
  space.enter(far);
  expect(code()).toBe('EPSG:32633');
  expect([space.holds(far), space.holds(home)]).toEqual([true, false]);
});

test('a picture without a place has a space to itself', () => {
  const { code, layers, space } = setUp();
  const placed = layers.addRaster(inSystem(utm45, nepal, 'a'));
  space.follow(layers.all);
  const bare = layers.addRaster(inSystem(null, null, 'b'));
  space.enter(bare);
  expect(code()).toBe('PIXELS:b');
  expect(space.holds(placed)).toBe(false);
  layers.remove('b');
  expect(space.follow(layers.all)).toBe(placed);
  expect(code()).toBe('EPSG:32645');
});

test('results alone are shown in Web Mercator until a raster opens', () => {
  const { code, layers, space } = setUp();
  layers.addResult('job', 'Forest', { ...summary, bbox: nepal });
  space.follow(layers.all);
  expect(code()).toBe('EPSG:3857');
  const opened = layers.addRaster(inSystem(utm45, nepal, 'a'));
  expect(space.follow(layers.all)).toBe(opened);
  expect(code()).toBe('EPSG:32645');
});

test('a system of all the world shows everything on it', () => {
  const { layers, space } = setUp();
  layers.addRaster(inSystem({ ...utm45, epsg: 4326, name: 'WGS 84' }, nepal, 'a'));
  space.follow(layers.all);
  const far = layers.addRaster(inSystem(utm33, germany, 'b'));
  expect(space.value && holds(space.value, far)).toBe(true);
});

test('when the last layer goes, so does the space', () => {
  const { layers, space } = setUp();
  layers.addRaster(inSystem(utm45, nepal, 'a'));
  space.follow(layers.all);
  layers.remove('a');
  expect(space.follow(layers.all)).toBeNull();
  expect(space.value).toBeNull();
});
