import type { ExpressionValue } from 'ol/expr/expression';
import type { Style } from 'ol/layer/WebGLTile';
import type { TileLoader } from '../workers/tileLoader';
import { spreadColours, type ColourMap } from './colourMap';
import type { RasterDisplay } from './rasterDisplay';

type Variables = Record<string, number>;

/** Colours of a colour map that the graphics card chooses from. */
const tableSize = 256;

/** The texture channel (counted from 1, as the map library does) that holds a band of the raster. */
function channelOf(loader: TileLoader, band: number): number {
  const colours = ['red', 'green', 'blue'] as const;
  const at = loader.channels.findIndex((channel) => {
    if (channel.kind === 'band') return channel.band === band;
    return channel.kind === 'palette' && channel.colour === colours[band];
  });
  return at < 0 ? 1 : at + 1;
}

/** A change of this needs a new style; everything else is in the variables. */
export function styleKey(loader: TileLoader, display: RasterDisplay): string {
  if (isPlain(loader, display)) return 'plain';
  const map = isSingle(display) ? display.colourMap : null;
  return [isSingle(display), display.hidden !== null, ...(map?.stops ?? [])].join(' ');
}

/** Bytes that are shown as they are, in the order of the texture: the graphics card has nothing to compute. */
function isPlain(loader: TileLoader, display: RasterDisplay): boolean {
  const { channels, gamma, brightness, contrast, saturation, colourMap, inverted, hidden } = display;
  const neutral = gamma === 1 && brightness === 0 && contrast === 0 && saturation === 0 && hidden === null;
  const single = channels.length === 1;
  if (!neutral || (single && (colourMap !== null || inverted)) || loader.dtype !== 'uint8') return false;
  return (
    loader.channels.length === channels.length + 1 &&
    channels.every(
      (channel, index) =>
        channel.low === 0 &&
        channel.high === 255 &&
        channel.gamma === 1 &&
        channelOf(loader, channel.band) === index + 1,
    )
  );
}

const isSingle = (display: RasterDisplay): boolean => display.channels.length === 1;

/** The values that a change of the display sets on the GPU. */
export function styleVariables(loader: TileLoader, display: RasterDisplay): Variables {
  const variables: Variables = {
    brightness: display.brightness,
    contrast: display.contrast,
    saturation: display.saturation,
    hidden: display.hidden ?? 0,
  };
  const turned = isSingle(display) && display.inverted;
  for (const index of [0, 1, 2]) {
    const channel = display.channels[index] ?? display.channels[0] ?? { band: 0, low: 0, high: 1, gamma: 1 };
    variables[`band${index}`] = channelOf(loader, channel.band);
    variables[`low${index}`] = turned ? channel.high : channel.low;
    variables[`range${index}`] = (channel.high - channel.low || 1) * (turned ? -1 : 1);
    variables[`power${index}`] = 1 / (channel.gamma * display.gamma);
  }
  return variables;
}

/** The style of a display: its shape as expressions, its values as variables. */
export function rasterStyle(loader: TileLoader, display: RasterDisplay): Style {
  if (isPlain(loader, display)) return {};
  return {
    variables: styleVariables(loader, display),
    color: colourOf(loader, display),
    contrast: ['var', 'contrast'],
    saturation: ['var', 'saturation'],
    brightness: ['var', 'brightness'],
  };
}

function colourOf(loader: TileLoader, display: RasterDisplay): ExpressionValue[] {
  const opacity = opacityOf(loader, display);
  const first = channelValue(loader, 0);
  if (!isSingle(display)) return ['array', first, channelValue(loader, 1), channelValue(loader, 2), opacity];
  if (!display.colourMap) return ['array', first, first, first, opacity];
  return withOpacity(display.colourMap, first, opacity);
}

/** The raw value of a channel. Bytes arrive on the GPU as 0 to 1, floating point values as they are. */
function rawValue(loader: TileLoader, index: number): ExpressionValue[] {
  const scale = loader.dtype === 'uint8' ? 255 : 1;
  return ['*', ['band', ['var', `band${index}`]], scale];
}

/** A channel from 0 to 1: cut, stretched, with its gamma. */
function channelValue(loader: TileLoader, index: number): ExpressionValue[] {
  const stretched = ['/', ['-', rawValue(loader, index), ['var', `low${index}`]], ['var', `range${index}`]];
  return ['^', ['clamp', stretched, 0, 1], ['var', `power${index}`]];
}

function opacityOf(loader: TileLoader, display: RasterDisplay): ExpressionValue[] {
  const opacity = ['band', loader.channels.length];
  if (display.hidden === null) return opacity;
  const shown = isSingle(display) ? [0] : [0, 1, 2];
  const differs = shown.map((index) => ['abs', ['-', rawValue(loader, index), ['var', 'hidden']]]);
  // Half a level: bytes come back from 0–1 with a rounding error.
  const total = differs.length === 1 ? differs[0] : ['+', ...differs];
  const tolerance = loader.dtype === 'uint8' ? 0.5 : 1e-6;
  return ['case', ['<', total, tolerance], 0, opacity] as ExpressionValue[];
}

/** A map's colour, made as transparent as the pixel. */
function withOpacity(
  map: ColourMap,
  value: ExpressionValue[],
  opacity: ExpressionValue[],
): ExpressionValue[] {
  const colours = spreadColours(map, tableSize).map((colour) => [...colour, 1]);
  const index = ['*', value, tableSize - 1];
  return ['*', ['palette', index, colours], ['array', 1, 1, 1, opacity]] as ExpressionValue[];
}
