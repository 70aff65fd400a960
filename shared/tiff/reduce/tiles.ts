import type { PixelWindow, Raster, CodecRegistry, SampleArray } from '../types';
import { toRgba } from '../rgba';
import { readWindow } from '../window';
import type { Reduction } from './reduction';

/** Writes tiles. Must give the same bytes for the same pixels each time. */
export interface EncodeTiles {
  /** A square of interleaved pixels of 8 bits, one or three channels. */
  image(pixels: Uint8Array, side: number, reduction: Reduction): Promise<Uint8Array>;
  /** One bit for each pixel, as a zlib stream. */
  mask(bits: Uint8Array): Promise<Uint8Array>;
}

/** What chunks are made with. */
export interface ReducingParts {
  readonly codecs: CodecRegistry;
  readonly encode: EncodeTiles;
}

/** Stored tiles of one row of a grid; null where no pixel counts. */
export interface TileRow {
  readonly images: readonly (Uint8Array | null)[];
  /** Empty without a mask. */
  readonly masks: readonly (Uint8Array | null)[];
}

/**
 * A window, as high as a tile at most, as tiles from its left edge on. What lies outside the window repeats its edge.
 * Throws as `readWindow` does.
 */
export async function encodeTileRow(
  raster: Raster,
  window: PixelWindow,
  side: number,
  reduction: Reduction,
  { codecs, encode }: ReducingParts,
  signal?: AbortSignal,
): Promise<TileRow> {
  const { bands, masked } = reduction;
  const read = await readWindow(raster, codecs, { window, bands, mask: masked, signal });
  const named: SampleArray[] = [];
  bands.forEach((band, at) => (named[band] = read.bands[at] as SampleArray));
  const colours = toRgba({ ...read, bands: named }, raster.description, stretchOf(raster, reduction));
  const columns = Array.from({ length: Math.ceil(window.width / side) }, (_, column) => column * side);
  const tiles = columns.map(async (left) => {
    const bits = masked ? maskOf(colours, window, left, side) : null;
    if (bits && !bits.some((byte) => byte !== 0)) return { image: null, mask: null };
    const image = await encode.image(
      pixelsOf(colours, window, left, side, reduction.channels),
      side,
      reduction,
    );
    return { image, mask: bits && (await encode.mask(bits)) };
  });
  const made = await Promise.all(tiles);
  return { images: made.map(({ image }) => image), masks: masked ? made.map(({ mask }) => mask) : [] };
}

function stretchOf({ description }: Raster, { bands, cuts }: Reduction): Parameters<typeof toRgba>[2] {
  if (description.palette || bands.length === 4) return {};
  const [red = 0, green = red, blue = red] = bands;
  const [first, second = first, third = first] = cuts ?? [];
  return {
    bands: [red, green, blue],
    ...(first && second && third ? { cuts: [first, second, third] } : {}),
  };
}

/** The pixels of one tile, out of rows of RGBA. */
function pixelsOf(
  colours: Uint8ClampedArray,
  window: PixelWindow,
  left: number,
  side: number,
  channels: 1 | 3,
): Uint8Array {
  const pixels = new Uint8Array(side * side * channels);
  const rowBytes = side * channels;
  const width = Math.min(side, window.width - left);
  for (let row = 0; row < window.height; row++) {
    let from = (row * window.width + left) * 4;
    let to = row * rowBytes;
    for (let x = 0; x < width; x++, from += 4, to += channels) {
      for (let channel = 0; channel < channels; channel++) pixels[to + channel] = colours[from + channel]!;
    }
    for (const end = (row + 1) * rowBytes; to < end; to++) pixels[to] = pixels[to - channels]!;
  }
  for (let row = window.height; row < side; row++) {
    pixels.copyWithin(row * rowBytes, (row - 1) * rowBytes, row * rowBytes);
  }
  return pixels;
}

/** One bit for each pixel of a tile, set where it counts: where the colours are opaque. */
function maskOf(colours: Uint8ClampedArray, window: PixelWindow, left: number, side: number): Uint8Array {
  const bits = new Uint8Array((side * side) / 8);
  const width = Math.min(side, window.width - left);
  for (let row = 0; row < window.height; row++) {
    const from = (row * window.width + left) * 4 + 3;
    const to = (row * side) / 8;
    for (let x = 0; x < width; x++) if (colours[from + x * 4]) bits[to + (x >> 3)]! |= 0x80 >> (x & 7);
  }
  return bits;
}
