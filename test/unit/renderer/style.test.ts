import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BandStatistics } from '@shared/ipc/types';
import { presetBands, presetOf } from '../../../renderer/map/bandPresets';
import { colourMaps } from '../../../renderer/map/colourMap';
import { defaultDisplay } from '../../../renderer/map/rasterDisplay';
import { recallDisplay, saveDisplay } from '../../../renderer/map/savedDisplay';
import { cutOf, roundTo, stepOf, typeCut } from '../../../renderer/map/stretch';
import { histogramPath } from '../../../renderer/panels/style/histogramPath';
import { readNumber, readScale, writeNumber } from '../../../renderer/format/numbers';
import { LayerStack } from '../../../renderer/state/layers.svelte';
import { description, raster } from './samples';

const deep = description({ sampleType: 'uint16', bitsPerSample: 16 });
const statistics: BandStatistics = {
  min: 10,
  max: 9000,
  mean: 800,
  deviation: 300,
  low: 100,
  high: 2000,
  histogram: [],
  histogramFrom: 0,
  histogramTo: 1,
};

test('cuts are found in four ways, and an empty one is none', () => {
  expect(cutOf('percent', statistics, deep)).toEqual({ low: 100, high: 2000 });
  expect(cutOf('minMax', statistics, deep)).toEqual({ low: 10, high: 9000 });
  expect(cutOf('deviation', statistics, deep)).toEqual({ low: 200, high: 1400 });
  expect(cutOf('full', statistics, deep)).toEqual({ low: 0, high: 65_535 });
  expect(cutOf('minMax', { ...statistics, max: 10 }, deep)).toBeNull();
  expect(typeCut('int8')).toEqual({ low: -128, high: 127 });
  expect(typeCut('float32')).toBeNull();
});

test('whole numbers move in whole steps, others in steps that fit their range', () => {
  expect(stepOf(deep, 4000)).toBe(1);
  const step = stepOf(description({ sampleType: 'float32' }), 2);
  expect(step).toBeCloseTo(0.001);
  expect(roundTo(0.12345, step)).toBe(0.123);
});

test('false colours are offered where there is a band of near infrared', () => {
  const plain = description({ bands: 4, colorInterpretation: ['Red', 'Green', 'Blue', 'Undefined'] });
  expect(presetBands(plain).get('falseColour')).toEqual([3, 0, 1]);
  const alpha = description({ ...plain, alphaBand: 3 });
  expect(presetBands(alpha).has('falseColour')).toBe(false);
  const named = description({
    bands: 5,
    colorInterpretation: ['Blue', 'Green', 'Red', 'Undefined', 'Undefined'],
    bandMetadata: [{}, {}, {}, { DESCRIPTION: 'red edge' }, { DESCRIPTION: 'NIR' }],
  });
  expect(presetBands(named).get('falseColour')).toEqual([4, 2, 1]);
  expect(presetOf(named, [2, 1, 0])).toBe('natural');
  expect(presetOf(named, [3])).toBe('single');
  expect(presetOf(named, [3, 1, 0])).toBe('custom');
});

test('a display that is saved comes back as it was', () => {
  const [map = null] = colourMaps;
  const display = { ...defaultDisplay(deep, null), colourMap: map, inverted: true, hidden: 3, gamma: 1.4 };
  const written = JSON.parse(JSON.stringify(saveDisplay(display))) as unknown;
  expect(recallDisplay(written, deep)).toEqual(display);
});

test('a saved display that fits no more is not taken, and whatever was saved does no harm', () => {
  const four = saveDisplay({
    ...defaultDisplay(deep, null),
    channels: [{ band: 3, low: 0, high: 1, gamma: 1 }],
  });
  expect(recallDisplay(four, deep)).toBeNull();
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (value, channels) => {
      const read = recallDisplay(value, deep) ?? recallDisplay({ channels, gamma: value }, deep);
      return read === null || read.channels.every(({ band }) => band < deep.bands);
    }),
  );
});

test('a band keeps the cut that it had while another one was on show', () => {
  const layer = new LayerStack().addRaster(raster('a', { description: deep }));
  layer.stretch(0, () => ({ low: 7, high: 9 }));
  layer.showBands([1]);
  layer.showBands([0]);
  expect(layer.display.channels[0]).toMatchObject({ band: 0, low: 7, high: 9 });
  layer.resetDisplay();
  expect(layer.display.channels[0]).toMatchObject({ band: 0, low: 0 });
  expect(layer.styled).toBe(false);
});

test('the outline of a histogram stays within its box, whatever the range', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(1e6), { minLength: 1, maxLength: 300 }),
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 0.001, max: 1e6, noNaN: true }),
      (counts, from, width) => {
        const bins = { counts, from, to: from + width };
        const path = histogramPath(bins, [from - width, from + 2 * width], { width: 90, height: 40 });
        const numbers = (path.match(/-?[\d.]+/g) ?? []).map(Number);
        return numbers.every((number) => number >= 0 && number <= 90) && !path.includes('NaN');
      },
    ),
  );
  expect(histogramPath({ counts: [0, 0], from: 0, to: 2 }, [0, 2], { width: 10, height: 10 })).toBe('');
  expect(histogramPath({ counts: [4, 1], from: 0, to: 2 }, [0, 2], { width: 2, height: 10 })).toBe(
    'M0 10L0 0.0L1 0.0L1 5.0L2 5.0L2 10Z',
  );
});

test.each([
  ['1:2,000', 2000],
  ['2000', 2000],
  ['1 : 25 000', 25_000],
  ['1:0', null],
  ['map', null],
  ['', null],
])('the scale %s is %s', (text, scale) => {
  expect(readScale(text)).toBe(scale);
});

test('numbers are read as they are typed, and written as they can be read', () => {
  expect(readNumber(' 1,5 ')).toBe(1.5);
  expect(readNumber('1,234.5')).toBe(1234.5);
  expect(readNumber('-3e2')).toBe(-300);
  expect(readNumber('high')).toBeNull();
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const back = readNumber(writeNumber(value));
      return back !== null && Math.abs(back - value) <= Math.abs(value) * 1e-6;
    }),
  );
});
