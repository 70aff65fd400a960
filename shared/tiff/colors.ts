import type { ImageStructure } from './imageStructure';
import { TAG } from './tags';
import type { TagValues } from './tagValues';
import type { Photometric } from './types';

type Palette = readonly (readonly [number, number, number, number])[];

/**
 * The colours of sample values, 0–255; the nodata value's is transparent. An inverted grey image of up to 8 bits has a
 * palette that says so, as in GDAL. Null where there is none.
 */
export async function readPalette(
  tags: TagValues,
  page: ImageStructure,
  nodata: number | null,
): Promise<Palette | null> {
  const { bitsPerSample } = page.level.coding;
  const size = 2 ** bitsPerSample;
  const map = bitsPerSample > 16 ? null : await tags.integers(TAG.ColorMap, 3 * 65536);
  if (!map || map.length < 3 * size) return greyPalette(page);
  // Some writers store 0–255 where the standard asks for 0–65535.
  const divisor = map.slice(0, 3 * size).every((value) => value < 256) ? 1 : 257;
  return Array.from({ length: size }, (_, index) => {
    const channel = (plane: number): number => Math.floor((map[plane * size + index] ?? 0) / divisor);
    return [
      channel(0),
      channel(1),
      channel(2),
      nodata !== null && Math.trunc(nodata) === index ? 0 : 255,
    ] as const;
  });
}

/** Single bits and inverted greys are shown through a palette, as in GDAL. */
function greyPalette({ level: { coding } }: ImageStructure): Palette | null {
  const { bitsPerSample, samplesPerPixel, photometric } = coding;
  const isInverted = photometric === 'white_is_zero';
  if (isInverted ? bitsPerSample > 8 : bitsPerSample !== 1 || samplesPerPixel !== 1) return null;
  const last = 2 ** bitsPerSample - 1;
  return Array.from({ length: last + 1 }, (_, index) => {
    const grey = Math.floor((255 * (isInverted ? last - index : index)) / last);
    return [grey, grey, grey, 255] as const;
  });
}

const COLORS: Readonly<Partial<Record<Photometric, readonly string[]>>> = {
  rgb: ['Red', 'Green', 'Blue'],
  // Decoded to RGB, whatever the codec.
  ycbcr: ['Red', 'Green', 'Blue'],
  cmyk: ['Cyan', 'Magenta', 'Yellow', 'Black'],
  black_is_zero: ['Gray'],
};

/** What each band shows, in GDAL's words. */
export function colorInterpretation({ level, extraSamples }: ImageStructure, hasPalette: boolean): string[] {
  const { samplesPerPixel, photometric } = level.coding;
  const firstExtra = samplesPerPixel - extraSamples.length;
  const isPalette = hasPalette || photometric === 'white_is_zero';
  const named = COLORS[photometric] ?? [];
  return Array.from({ length: samplesPerPixel }, (_, band) => {
    if (band === 0 && isPalette) return 'Palette';
    const name = named[band];
    if (name !== undefined) return name;
    const kind = extraSamples[band - firstExtra];
    return kind === 1 || kind === 2 ? 'Alpha' : 'Undefined';
  });
}

const NAMES: ReadonlySet<string> = new Set([
  'Undefined',
  'Gray',
  'Palette',
  'Red',
  'Green',
  'Blue',
  'Alpha',
  'Hue',
  'Saturation',
  'Lightness',
  'Cyan',
  'Magenta',
  'Yellow',
  'Black',
  'YCbCr_Y',
  'YCbCr_Cb',
  'YCbCr_Cr',
]);

/** A colour that metadata name, if it is one of GDAL's. */
export function knownColor(name: string): string {
  return NAMES.has(name) ? name : 'Undefined';
}
