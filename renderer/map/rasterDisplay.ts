import type { BandStatistics } from '@shared/ipc/types';
import type { RasterDescription } from '@shared/tiff/types';
import type { ColourMap } from './colourMap';

/** One colour of the picture: which band it shows (zero-based) and which values become black and full. */
export interface Channel {
  readonly band: number;
  readonly low: number;
  readonly high: number;
  /** Of this band alone, after the cut; 1 leaves the values alone. */
  readonly gamma: number;
}

/**
 * How a raster's bands become colours; all of it is done on the GPU, nothing is read again. In this order: a value is cut and
 * stretched to 0–1, gamma of the band and of the whole, the colour map, then contrast, saturation and brightness.
 */
export interface RasterDisplay {
  /** Three channels are red, green and blue; one is grey or takes the colour map (a palette's colours are three). */
  readonly channels: readonly Channel[];
  /** Of all channels; 1 leaves the values alone; more is brighter in the middle. */
  readonly gamma: number;
  /** −1 to 1, 0 leaves alone. */
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  /** Colours for a single channel; null shows it grey. Not looked at with three. */
  readonly colourMap: ColourMap | null;
  /** True turns the colour map, or the greys of a single channel, round. */
  readonly inverted: boolean;
  /** Pixels whose channels all have this value are transparent, besides what the file itself says; null hides none. */
  readonly hidden: number | null;
}

/** Whether the values need no stretch; a palette's colours are bytes, whatever its indices are. */
export function isByte({ sampleType, palette }: RasterDescription): boolean {
  return sampleType === 'uint8' || palette !== null;
}

/**
 * The bands that carry the picture's colours, by their interpretation, else the first ones; alpha is never among them. The
 * one band of a palette comes to the map as three.
 */
export function colourBands(description: RasterDescription): readonly number[] {
  if (description.palette !== null) return [0, 1, 2];
  const named = ['Red', 'Green', 'Blue'].map((name) => description.colorInterpretation.indexOf(name));
  if (named.every((band) => band >= 0)) return named;
  const bands = Array.from({ length: description.bands }, (_, band) => band);
  const plain = bands.filter((band) => band !== description.alphaBand);
  return plain.length >= 3 ? plain.slice(0, 3) : plain.slice(0, 1);
}

/** The cut for a band: 8-bit values stand as they are, all else from the 2 % to the 98 % value of the sample. */
export function defaultChannel(
  description: RasterDescription,
  statistics: readonly BandStatistics[] | null,
  band: number,
): Channel {
  const known = statistics?.[band];
  const cut = (low: number, high: number): Channel => ({ band, low, high, gamma: 1 });
  if (isByte(description)) return cut(0, 255);
  if (known && known.high > known.low) return cut(known.low, known.high);
  if (known && known.max > known.min) return cut(known.min, known.max);
  if (known) return cut(known.min - 0.5, known.min + 0.5);
  const { low, high } = typeRange(description.sampleType);
  return cut(low, high);
}

/** What the type alone says, until the statistics are there. */
function typeRange(sampleType: RasterDescription['sampleType']): { low: number; high: number } {
  switch (sampleType) {
    case 'int8':
      return { low: -128, high: 127 };
    case 'uint16':
      return { low: 0, high: 65_535 };
    case 'int16':
      return { low: -32_768, high: 32_767 };
    default:
      return { low: 0, high: 1 };
  }
}

/** The display of a raster that nobody has touched. A null description gives a neutral one. */
export function defaultDisplay(
  description: RasterDescription | null,
  statistics: readonly BandStatistics[] | null,
): RasterDisplay {
  const channels = description
    ? colourBands(description).map((band) => defaultChannel(description, statistics, band))
    : [];
  return {
    channels,
    gamma: 1,
    brightness: 0,
    contrast: 0,
    saturation: 0,
    colourMap: null,
    inverted: false,
    hidden: null,
  };
}
