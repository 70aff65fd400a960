import { expect, test } from 'vitest';
import { colourBands, defaultDisplay } from '../../../renderer/map/rasterDisplay';
import { description } from './samples';

test('shows the bands that say they are red, green and blue; alpha is never a colour', () => {
  expect(
    colourBands(description({ bands: 4, colorInterpretation: ['Blue', 'Green', 'Red', 'Undefined'] })),
  ).toEqual([2, 1, 0]);
  const grey = description({ bands: 2, alphaBand: 1, colorInterpretation: ['Gray', 'Alpha'] });
  expect(colourBands(grey)).toEqual([0]);
  const seven = description({ bands: 7, colorInterpretation: Array.from({ length: 7 }, () => 'Undefined') });
  expect(colourBands(seven)).toEqual([0, 1, 2]);
});

test('a palette is shown in its three colours, unstretched whatever its indices are', () => {
  const palette = [[10, 20, 30, 255]] as const;
  const indexed = description({ bands: 1, sampleType: 'uint16', palette, colorInterpretation: ['Palette'] });
  const plain = (band: number) => ({ band, low: 0, high: 255, gamma: 1 });
  expect(defaultDisplay(indexed, null).channels).toEqual([0, 1, 2].map(plain));
});

test('8-bit stands as it is; deeper values are cut by the sample, a flat band still shows', () => {
  const flatBand = { min: 5, max: 5, mean: 5, deviation: 0, low: 5, high: 5 };
  const statistics = [{ ...flatBand, histogram: [], histogramFrom: 5, histogramTo: 5 }];
  const byte = defaultDisplay(description(), statistics);
  expect(byte.channels[0]).toEqual({ band: 0, low: 0, high: 255, gamma: 1 });
  const flat = defaultDisplay(
    description({ bands: 1, sampleType: 'float32', colorInterpretation: ['Gray'] }),
    statistics,
  );
  expect(flat.channels).toEqual([{ band: 0, low: 4.5, high: 5.5, gamma: 1 }]);
});
