import type { Style } from 'ol/layer/WebGLTile';
import type { TileLoader } from '../workers/tileLoader';
import type { RasterDisplay } from './rasterDisplay';

type Variables = Record<string, number>;

/** The texture channel (counted from 1, as the map library does) that holds a band of the raster. */
function channelOf(loader: TileLoader, band: number): number {
  const colours = ['red', 'green', 'blue'] as const;
  const at = loader.channels.findIndex((channel) => {
    if (channel.kind === 'band') return channel.band === band;
    return channel.kind === 'palette' && channel.colour === colours[band];
  });
  return at < 0 ? 1 : at + 1;
}

/** The values that a change of the display sets on the GPU. */
export function styleVariables(loader: TileLoader, display: RasterDisplay): Variables {
  const variables: Variables = {
    gamma: display.gamma,
    brightness: display.brightness,
    contrast: display.contrast,
    saturation: display.saturation,
  };
  for (const index of [0, 1, 2]) {
    const channel = display.channels[index] ?? display.channels[0] ?? { band: 0, low: 0, high: 1 };
    variables[`band${index}`] = channelOf(loader, channel.band);
    variables[`low${index}`] = channel.low;
    variables[`range${index}`] = channel.high - channel.low || 1;
  }
  return variables;
}

/** Bytes arrive on the GPU as 0 to 1, floating point values as they are. */
export function rasterStyle(loader: TileLoader, display: RasterDisplay): Style {
  const scale = loader.dtype === 'uint8' ? 255 : 1;
  const channel = (index: number) => [
    'clamp',
    [
      '/',
      ['-', ['*', ['band', ['var', `band${index}`]], scale], ['var', `low${index}`]],
      ['var', `range${index}`],
    ],
    0,
    1,
  ];
  return {
    variables: styleVariables(loader, display),
    color: ['array', channel(0), channel(1), channel(2), ['band', loader.channels.length]],
    gamma: ['var', 'gamma'],
    brightness: ['var', 'brightness'],
    contrast: ['var', 'contrast'],
    saturation: ['var', 'saturation'],
  };
}
