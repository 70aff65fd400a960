import { AppError } from '../errors';
import { copiedBlocks, isAligned } from './sliceBlocks';
import { WindowReader, type DecodeBlock } from './sliceEncode';
import { gridTags, keptTags } from './sliceTags';
import { TAG } from './tags';
import type { ByteOrder, Level, PixelWindow, Raster } from './types';
import type { WriteDirectory } from './write';
import { shorts, wholeNumbers, type WriteTag } from './writeTags';

/** The mask at full resolution, or null where the raster has none that a slice could hold. */
export function maskLevelOf(raster: Raster): Level | null {
  const mask = raster.description.maskLevels[0];
  const { width, height } = raster.description;
  return mask && raster.directories.mask && mask.width === width && mask.height === height ? mask : null;
}

/**
 * Whether the mask's blocks can be copied as they are: one bit, as TIFF 6.0 asks of a transparency mask, and the window on
 * its block borders. Masks of `.msk` files have a byte.
 */
export function isMaskCopied(mask: Level, window: PixelWindow): boolean {
  return mask.coding.bitsPerSample === 1 && mask.coding.samplesPerPixel === 1 && isAligned(mask, window);
}

/** The directory of the mask of a window; null without a mask. Throws `tiff.slice_needs_decoder`. */
export async function maskDirectory(
  raster: Raster,
  window: PixelWindow,
  order: ByteOrder,
  decode: DecodeBlock | undefined,
): Promise<WriteDirectory | null> {
  const mask = maskLevelOf(raster);
  const source = raster.directories.mask;
  if (!mask || !source) return null;
  const subfile = wholeNumbers(order, 254, [MASK_SUBFILE]);
  if (isMaskCopied(mask, window)) {
    const grid = { ...mask, width: window.width, height: window.height };
    const blockHeight = mask.tiled ? mask.blockHeight : Math.min(mask.blockHeight, window.height);
    const tags = [
      subfile,
      ...(await keptTags(source, order, 'mask')),
      shorts(order, TAG.PhotometricInterpretation, [4]),
      ...gridTags(order, { ...grid, blockHeight }),
    ];
    return { tags, tiled: mask.tiled, blocks: await copiedBlocks(raster, mask, window) };
  }
  if (!decode) throw new AppError('tiff.slice_needs_decoder', { file: raster.description.name });
  return encodedMask(mask, window, order, subfile, decode);
}

const MASK_SUBFILE = 4;
const PACKBITS = 32773;
const STRIP_BYTES = 64 * 1024;

/** Rows of each strip of an encoded mask. */
export function maskStripRows(window: PixelWindow): number {
  return Math.max(1, Math.min(window.height, Math.floor(STRIP_BYTES / Math.ceil(window.width / 8))));
}

/** Bytes of an encoded mask at most: PackBits adds one byte to 128 that do not repeat. */
export function encodedMaskBytes(window: PixelWindow): number {
  const row = Math.ceil(window.width / 8);
  return window.height * (row + Math.ceil(row / 128));
}

/** A mask decoded and encoded anew as one bit with PackBits: small, without loss, and at once known in size. */
async function encodedMask(
  mask: Level,
  window: PixelWindow,
  order: ByteOrder,
  subfile: WriteTag,
  decode: DecodeBlock,
): Promise<WriteDirectory> {
  const stripRows = maskStripRows(window);
  const reader = new WindowReader(mask, window, decode, 0);
  const blocks: Uint8Array[] = [];
  for (let top = 0; top < window.height; top += stripRows) {
    const rows = Math.min(stripRows, window.height - top);
    const samples = await reader.rows(0, top, rows);
    const channels = samples.length / (rows * window.width);
    blocks.push(packedRows(samples as Uint8Array, window.width, rows, channels));
  }
  const tags = [
    subfile,
    ...gridTags(order, { ...window, tiled: false, blockWidth: window.width, blockHeight: stripRows }),
    shorts(order, TAG.BitsPerSample, [1]),
    shorts(order, TAG.Compression, [PACKBITS]),
    shorts(order, TAG.PhotometricInterpretation, [4]),
    shorts(order, TAG.SamplesPerPixel, [1]),
    shorts(order, TAG.PlanarConfiguration, [1]),
  ];
  return { tags, tiled: false, blocks };
}

/** One bit for each pixel, 1 where the first sample is not zero, each row compressed on its own. */
function packedRows(samples: Uint8Array, width: number, rows: number, channels: number): Uint8Array {
  const packed: number[] = [];
  const bits = new Uint8Array(Math.ceil(width / 8));
  for (let row = 0; row < rows; row++) {
    bits.fill(0);
    for (let x = 0; x < width; x++) {
      if (samples[(row * width + x) * channels] !== 0) bits[x >> 3]! |= 0x80 >> (x & 7);
    }
    packBits(bits, packed);
  }
  return Uint8Array.from(packed);
}

/** PackBits (TIFF 6.0 §9): n ≥ 0: n + 1 bytes as they are; n < 0: one byte 1 − n times. */
function packBits(bytes: Uint8Array, into: number[]): void {
  let at = 0;
  while (at < bytes.length) {
    const repeated = runLength(bytes, at);
    if (repeated > 1) {
      into.push(257 - repeated, bytes[at]!);
      at += repeated;
      continue;
    }
    const start = at;
    while (at < bytes.length && at - start < 128 && runLength(bytes, at) < 3) at++;
    into.push(at - start - 1, ...bytes.subarray(start, at));
  }
}

/** How often the byte at a place repeats, up to 128. */
function runLength(bytes: Uint8Array, at: number): number {
  let end = at + 1;
  while (end < bytes.length && end - at < 128 && bytes[end] === bytes[at]) end++;
  return end - at;
}
