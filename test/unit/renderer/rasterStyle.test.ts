import { expect, test } from 'vitest';
import { colourMaps, spreadColours } from '../../../renderer/map/colourMap';
import { defaultDisplay, type RasterDisplay } from '../../../renderer/map/rasterDisplay';
import { rasterStyle, styleKey, styleVariables } from '../../../renderer/map/rasterStyle';
import type { TileLoader } from '../../../renderer/workers/tileLoader';
import { description } from './samples';

const loader: TileLoader = {
  levels: [],
  channels: [
    { kind: 'band', band: 0 },
    { kind: 'band', band: 4 },
    { kind: 'band', band: 2 },
    { kind: 'opacity' },
  ],
  dtype: 'uint8',
  preview: null,
  load: () => Promise.reject(new Error('nothing to load')),
  dispose: () => undefined,
};

const single: RasterDisplay = {
  ...defaultDisplay(description({ bands: 1, colorInterpretation: ['Gray'] }), null),
  channels: [{ band: 4, low: 10, high: 60, gamma: 2 }],
  gamma: 1.5,
};

test('a channel is found where the tiles hold its band; both gammas count', () => {
  const variables = styleVariables(loader, single);
  expect(variables).toMatchObject({ band0: 2, low0: 10, range0: 50 });
  expect(variables.power0).toBeCloseTo(1 / 3);
});

test('turning greys round lets the high value be dark', () => {
  const variables = styleVariables(loader, { ...single, inverted: true });
  const shade = (value: number): number => (value - (variables.low0 ?? NaN)) / (variables.range0 ?? NaN);
  expect(shade(60)).toBeCloseTo(0);
  expect(shade(10)).toBe(1);
  const coloured = defaultDisplay(description(), null);
  expect(styleVariables(loader, { ...coloured, inverted: true })).toEqual(styleVariables(loader, coloured));
});

test('only another shape of the picture needs another program', () => {
  const key = styleKey(loader, single);
  expect(
    styleKey(loader, {
      ...single,
      gamma: 2,
      brightness: 0.5,
      channels: [{ band: 0, low: 0, high: 9, gamma: 1 }],
    }),
  ).toBe(key);
  const [first, second] = colourMaps;
  const keys = [
    styleKey(loader, { ...single, colourMap: first ?? null }),
    styleKey(loader, { ...single, colourMap: second ?? null }),
    styleKey(loader, { ...single, hidden: 0 }),
    styleKey(loader, defaultDisplay(description(), null)),
  ];
  expect(new Set([key, ...keys]).size).toBe(5);
});

test('bytes in their own order are left to the texture, until something is changed', () => {
  const own: TileLoader = {
    ...loader,
    channels: [...[0, 1, 2].map((band) => ({ kind: 'band', band }) as const), { kind: 'opacity' }],
  };
  const display = defaultDisplay(description(), null);
  expect(rasterStyle(own, display)).toEqual({});
  expect(rasterStyle(own, { ...display, contrast: 0.1 }).color).toBeDefined();
  expect(rasterStyle(own, { ...display, channels: [...display.channels].reverse() }).color).toBeDefined();
  expect(rasterStyle({ ...own, dtype: 'float32' }, display).color).toBeDefined();
});

test('a hidden value asks every channel that is shown', () => {
  const coloured = { ...defaultDisplay(description(), null), hidden: 7 };
  const text = JSON.stringify(rasterStyle(loader, coloured).color);
  for (const name of ['band0', 'band1', 'band2', 'hidden']) expect(text).toContain(name);
});

test('a colour map is spread from its first to its last stop', () => {
  for (const map of colourMaps) {
    const table = spreadColours(map, 256);
    expect(table).toHaveLength(256);
    expect([table[0], table[255]]).toEqual([map.stops[0], map.stops.at(-1)]);
    expect(table.flat().every((value) => Number.isInteger(value) && value >= 0 && value <= 255)).toBe(true);
  }
  const middle = spreadColours(
    {
      name: '',
      stops: [
        [0, 0, 0],
        [200, 100, 50],
      ],
    },
    3,
  );
  expect(middle[1]).toEqual([100, 50, 25]);
});
