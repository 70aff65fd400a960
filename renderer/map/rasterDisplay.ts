import type { BandStatistics } from '@shared/ipc/types';
import type { RasterDescription } from '@shared/tiff/types';

/** One colour of the picture: which band it shows (zero-based) and which values become black and full. */
export interface Channel {
  readonly band: number;
  readonly low: number;
  readonly high: number;
}

/** How a raster's bands become colours; all of it is done on the GPU, nothing is read again. */
export interface RasterDisplay {
  /** Three channels are red, green and blue; one is grey (or an index into the palette). */
  readonly channels: readonly Channel[];
  /** 1 leaves the values alone; more is brighter in the middle. */
  readonly gamma: number;
  /** −1 to 1, 0 leaves alone. */
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
}

/** The values of an integer type that need no stretch. */
function isByte(description: RasterDescription): boolean {
  return description.sampleType === 'uint8';
}

/** The bands that carry the picture's colours, by their interpretation, else the first ones; alpha is never among them. */
export function colourBands(description: RasterDescription): readonly number[] {
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
  if (isByte(description)) return { band, low: 0, high: 255 };
  if (known && known.high > known.low) return { band, low: known.low, high: known.high };
  if (known && known.max > known.min) return { band, low: known.min, high: known.max };
  if (known) return { band, low: known.min - 0.5, high: known.min + 0.5 };
  return { band, ...typeRange(description.sampleType) };
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
  return { channels, gamma: 1, brightness: 0, contrast: 0, saturation: 0 };
}
