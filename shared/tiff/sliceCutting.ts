import { imageTags, mustDecode, type SliceMethod } from './slice';
import { hasAddressableRows, rowsOfNewStrips } from './sliceBlocks';
import { encodedCoding, encodedRowBytes, encodedStripRows } from './sliceEncode';
import { mayBeEmpty } from './sliceEmpty';
import { encodedMaskBytes, isMaskCopied, maskLevelOf, maskStripRows } from './sliceMask';
import type { Lattice } from './slicePartition';
import { BlockWeights } from './sliceWeights';
import type { Level, PixelWindow, Raster } from './types';
import { directoryBytes } from './write';

/** One way to cut a raster, and what its windows weigh. */
export interface Cutting {
  readonly lattice: Lattice;
  /** bytes of the header and of all tags but the blocks' own, at most */
  readonly head: number;
  /** bytes of a window's blocks with their entries in the directory, at most */
  bytesOf(window: PixelWindow): number;
  isSparse(window: PixelWindow): boolean;
  /** Whether it is worth the decoding to find out whether a window holds anything. */
  looksEmpty(window: PixelWindow): boolean;
}

/** A way to cut that says how its pixels are stored. */
export interface SliceCutting extends Cutting {
  readonly method: SliceMethod;
}

/** The first way whose smallest windows are within the limits. */
export async function chooseCutting(
  raster: Raster,
  maxBytes: number,
  maxSide: number,
  signal: AbortSignal | undefined,
): Promise<SliceCutting> {
  const level = raster.description.levels[0] as Level;
  const decoded = await mustDecode(raster);
  if (!decoded && fitsSide(level, maxSide)) {
    const cutting = await copyCutting(raster, level, maxSide, signal);
    if (cutting.largestCell + cutting.head <= maxBytes) return cutting;
  }
  const method = !decoded && hasAddressableRows(level) ? 'rows' : 'encode';
  return pixelCutting(raster, level, method, maxBytes, maxSide);
}

function fitsSide(level: Level, maxSide: number): boolean {
  return (
    Math.min(level.blockWidth, level.width) <= maxSide && Math.min(level.blockHeight, level.height) <= maxSide
  );
}

/** bytes of each block's entries in the directory (BigTIFF: LONG8 and LONG) and of the padding to an even offset */
export const BLOCK_ENTRY = 8 + 4 + 1;

async function copyCutting(
  raster: Raster,
  level: Level,
  maxSide: number,
  signal: AbortSignal | undefined,
): Promise<SliceCutting & { readonly largestCell: number }> {
  const mask = maskLevelOf(raster);
  const weights = await BlockWeights.read(raster, level, signal);
  const maskWeights = mask && (await BlockWeights.read(raster, mask, signal));
  const { width, height } = level;
  const cell = commonCell(level, mask, maxSide);
  const lattice = {
    width,
    height,
    cellWidth: Math.ceil(weights.cellWidth / cell.width) * cell.width,
    cellHeight: Math.ceil(weights.cellHeight / cell.height) * cell.height,
  };
  const bytesOf = (window: PixelWindow): number =>
    weights.bytes(window) + weights.blocks(window) * BLOCK_ENTRY + maskBytes(mask, maskWeights, window);
  return {
    method: 'copy',
    lattice,
    head: await headBytes(raster, 'copy'),
    bytesOf,
    isSparse: (window) => weights.bytes(window) === 0 && (maskWeights?.bytes(window) ?? 0) === 0,
    looksEmpty: (window) => mayBeEmpty(level, window, bytesOf(window)),
    largestCell: largestCell(lattice, bytesOf),
  };
}

/** Cells on which image and mask both end, so that both can be copied; those of the image alone where there are none. */
function commonCell(level: Level, mask: Level | null, maxSide: number): { width: number; height: number } {
  const own = { width: level.blockWidth, height: level.blockHeight };
  if (!mask || mask.coding.bitsPerSample !== 1) return own;
  const width = commonLength(level.blockWidth, mask.blockWidth, level.width);
  const height = commonLength(level.blockHeight, mask.blockHeight, level.height);
  const most = Math.min(maxSide, MAX_COMMON_CELL);
  return Math.min(width, level.width) <= Math.max(own.width, most) &&
    Math.min(height, level.height) <= Math.max(own.height, most)
    ? { width, height }
    : own;
}

const MAX_COMMON_CELL = 2048;

/** The least common multiple, as far as it matters within a length. */
function commonLength(a: number, b: number, within: number): number {
  let [high, low] = [a, b];
  while (low > 0) [high, low] = [low, high % low];
  const multiple = (a / high) * b;
  return multiple >= within ? Math.ceil(within / a) * a : multiple;
}

function maskBytes(mask: Level | null, weights: BlockWeights | null, window: PixelWindow): number {
  if (!mask || !weights) return 0;
  if (isMaskCopied(mask, window)) return weights.bytes(window) + weights.blocks(window) * BLOCK_ENTRY;
  const strips = Math.ceil(window.height / maskStripRows(window));
  return encodedMaskBytes(window) + strips * BLOCK_ENTRY;
}

function largestCell(lattice: Lattice, bytesOf: (window: PixelWindow) => number): number {
  let largest = 0;
  for (let y = 0; y < lattice.height; y += lattice.cellHeight) {
    const height = Math.min(lattice.cellHeight, lattice.height - y);
    for (let x = 0; x < lattice.width; x += lattice.cellWidth) {
      const width = Math.min(lattice.cellWidth, lattice.width - x);
      largest = Math.max(largest, bytesOf({ x, y, width, height }));
    }
  }
  return largest;
}

const PIXEL_CELL = 256;

/** Windows of any pixels: rows of uncompressed strips, or pixels that are decoded. */
async function pixelCutting(
  raster: Raster,
  level: Level,
  method: 'rows' | 'encode',
  maxBytes: number,
  maxSide: number,
): Promise<SliceCutting> {
  const mask = maskLevelOf(raster);
  const { planes } = encodedCoding(level);
  const head = await headBytes(raster, method);
  const bytesOf = (window: PixelWindow): number => {
    const stripRows = method === 'rows' ? rowsOfNewStrips(level, window) : encodedStripRows(level, window);
    const strips = Math.ceil(window.height / stripRows) * planes;
    const maskStrips = mask ? Math.ceil(window.height / maskStripRows(window)) : 0;
    return (
      encodedRowBytes(level, window.width) * window.height * planes +
      (mask ? encodedMaskBytes(window) : 0) +
      (strips + maskStrips) * BLOCK_ENTRY
    );
  };
  const { width, height } = level;
  let cell = Math.max(1, Math.min(PIXEL_CELL, Math.floor(maxSide)));
  while (cell > 1 && head + bytesOf({ x: 0, y: 0, width: cell, height: cell }) > maxBytes) cell >>= 1;
  return {
    method,
    lattice: { width, height, cellWidth: cell, cellHeight: cell },
    head,
    bytesOf,
    isSparse: () => false,
    looksEmpty: (window) => method === 'rows' && mayBeEmpty(level, window, bytesOf(window)),
  };
}

/** bytes of a slice's header and directories without blocks, at most */
async function headBytes(raster: Raster, method: SliceMethod): Promise<number> {
  const { width, height } = raster.description;
  const tags = await imageTags(raster, { x: 0, y: 0, width, height }, method);
  // A mask's directory holds a dozen short values.
  return 16 + directoryBytes(tags, 0, true) + (maskLevelOf(raster) ? 20 * 20 + 64 : 0);
}
