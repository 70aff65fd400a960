import { expect, test } from 'vitest';
import { LayerStack } from '../../../renderer/state/layers.svelte';
import { description, raster, summary } from './samples';

const names = (stack: LayerStack): string[] => stack.all.map((layer) => layer.id);

test('a raster goes above other rasters and under results', () => {
  const stack = new LayerStack();
  stack.addRaster(raster('a'));
  stack.addResult('job', 'Forest', summary);
  stack.addRaster(raster('b'));
  expect(names(stack)).toEqual(['result:job', 'b', 'a']);
});

test('opening a raster again selects it and adds nothing', () => {
  const stack = new LayerStack();
  const first = stack.addRaster(raster('a'));
  stack.addRaster(raster('b'));
  expect(stack.addRaster(raster('a'))).toBe(first);
  expect(names(stack)).toEqual(['b', 'a']);
  expect(stack.selected?.id).toBe('a');
});

test('the active raster is the selected one, else the topmost', () => {
  const stack = new LayerStack();
  stack.addRaster(raster('a'));
  stack.addRaster(raster('b'));
  stack.select('a');
  expect(stack.activeRaster?.id).toBe('a');
  stack.addResult('job', 'Forest', summary);
  expect(stack.activeRaster?.id).toBe('b');
  expect(stack.activeResult?.processingId).toBe('job');
});

test('a result that is shown again keeps its place, opacity and fold', () => {
  const stack = new LayerStack();
  stack.addResult('one', 'Forest', summary).opacity = 0.4;
  stack.addResult('two', 'Roads', summary);
  const again = stack.addResult('one', 'Forest', { ...summary, featureCount: 3 });
  expect(names(stack)).toEqual(['result:two', 'result:one']);
  expect(again.opacity).toBe(0.4);
  expect(again.summary.featureCount).toBe(3);
});

test('moves a layer to a place counted from the top, and no further than the end', () => {
  const stack = new LayerStack();
  for (const id of ['c', 'b', 'a']) stack.addRaster(raster(id));
  stack.move('a', 1);
  expect(names(stack)).toEqual(['b', 'a', 'c']);
  stack.move('b', 99);
  expect(names(stack)).toEqual(['a', 'c', 'b']);
});

test('what is removed is no longer selected', () => {
  const stack = new LayerStack();
  stack.addRaster(raster('a'));
  stack.addRaster(raster('b'));
  stack.remove('b');
  expect(stack.selected?.id).toBe('a');
  stack.remove('a');
  expect(stack.selected).toBeNull();
});

test('a blank name is not taken, and opacity stays within its bounds', () => {
  const layer = new LayerStack().addRaster(raster('a'));
  layer.rename('  ');
  expect(layer.name).toBe('a.tif');
  layer.rename(' Town ');
  expect(layer.name).toBe('Town');
  layer.opacity = 3;
  expect(layer.opacity).toBe(1);
});

const sixteenBits = raster('deep', { description: description({ sampleType: 'uint16', bitsPerSample: 16 }) });
const statistics = [0, 1, 2].map((band) => ({
  min: 0,
  max: 9000,
  mean: 800,
  low: 100 + band,
  high: 2000 + band,
  deviation: 300,
  histogram: [],
  histogramFrom: 0,
  histogramTo: 9000,
}));

test('the display follows the statistics as long as nobody changed it', () => {
  const layer = new LayerStack().addRaster(sixteenBits);
  layer.takeStatistics(statistics);
  expect(layer.display.channels.map((channel) => channel.low)).toEqual([100, 101, 102]);
});

test('statistics that come late do not undo what the user set', () => {
  const layer = new LayerStack().addRaster(sixteenBits);
  layer.change({ gamma: 1.8 });
  layer.takeStatistics(statistics);
  expect(layer.display.gamma).toBe(1.8);
  layer.resetDisplay();
  expect(layer.display.gamma).toBe(1);
  expect(layer.display.channels[2]?.high).toBe(2002);
});
