import type { RasterDescription } from '@shared/tiff/types';
import { colourMaps } from './colourMap';
import type { Channel, RasterDisplay } from './rasterDisplay';

/** A display as plain data: a colour map by its name. */
export function saveDisplay(display: RasterDisplay): Readonly<Record<string, unknown>> {
  return { ...display, colourMap: display.colourMap?.name ?? null };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** A number within bounds, else what stands for it. */
function numberIn(value: unknown, from: number, to: number, otherwise: number): number {
  return typeof value === 'number' && value >= from && value <= to ? value : otherwise;
}

function recallChannel(value: unknown, bands: number): Channel | null {
  if (!isObject(value)) return null;
  const { band, low, high, gamma } = value;
  if (typeof band !== 'number' || !Number.isInteger(band) || band < 0 || band >= bands) return null;
  if (typeof low !== 'number' || typeof high !== 'number') return null;
  if (!Number.isFinite(low) || !Number.isFinite(high)) return null;
  return { band, low, high, gamma: numberIn(gamma, 0.05, 20, 1) };
}

/** A display that was saved, for the raster as it is now; null where it does not fit. The data may be anything. */
export function recallDisplay(saved: unknown, description: RasterDescription): RasterDisplay | null {
  if (!isObject(saved) || !Array.isArray(saved['channels'])) return null;
  const bands = description.palette === null ? description.bands : 3;
  const channels = saved['channels'].map((channel) => recallChannel(channel, bands));
  if (channels.length !== 1 && channels.length !== 3) return null;
  if (!channels.every((channel) => channel !== null)) return null;
  const hidden = saved['hidden'];
  return {
    channels,
    gamma: numberIn(saved['gamma'], 0.05, 20, 1),
    brightness: numberIn(saved['brightness'], -1, 1, 0),
    contrast: numberIn(saved['contrast'], -1, 1, 0),
    saturation: numberIn(saved['saturation'], -1, 1, 0),
    colourMap: colourMaps.find(({ name }) => name === saved['colourMap']) ?? null,
    inverted: saved['inverted'] === true,
    hidden: typeof hidden === 'number' && Number.isFinite(hidden) ? hidden : null,
  };
}
