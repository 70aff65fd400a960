import { expect, test } from 'vitest';
import { Compare } from '../../../renderer/state/compare.svelte';
import { LayerStack } from '../../../renderer/state/layers.svelte';
import { raster, summary } from './samples';

test('compares the results; without any, the topmost of several images', () => {
  const layers = new LayerStack();
  const compare = new Compare(layers);
  expect(compare.possible).toBe(false);
  layers.addRaster(raster('a'));
  expect(compare.possible).toBe(false);
  layers.addRaster(raster('b'));
  expect(compare.compared.map((layer) => layer.id)).toEqual(['b']);
  layers.addResult('one', 'Forest', summary);
  layers.addResult('two', 'Roads', summary);
  expect(compare.compared.map((layer) => layer.id)).toEqual(['result:two', 'result:one']);
});

test('a chosen layer is left out on the one side alone', () => {
  const layers = new LayerStack();
  const compare = new Compare(layers);
  const town = layers.addRaster(raster('a'));
  const forest = layers.addResult('one', 'Forest', summary);
  compare.chosenId = forest.id;
  expect(compare.shows(forest, 'before')).toBe(false);
  expect(compare.shows(forest, 'all')).toBe(true);
  expect(compare.shows(town, 'before')).toBe(true);
});

test('a chosen layer that is gone is no longer the choice', () => {
  const layers = new LayerStack();
  const compare = new Compare(layers);
  layers.addRaster(raster('a'));
  compare.chosenId = layers.addResult('one', 'Forest', summary).id;
  layers.removeResult('one');
  expect(compare.chosenId).toBeNull();
  expect(compare.compared).toEqual([]);
});

test('the swipe line stays on the map', () => {
  const compare = new Compare(new LayerStack());
  compare.position = 1.4;
  expect(compare.position).toBe(1);
  compare.position = -2;
  expect(compare.position).toBe(0);
});
