import { AppError } from '../errors';
import { imageTags, mustDecode, type SliceMethod } from './slice';
import { hasAddressableRows, rowsOfNewStrips } from './sliceBlocks';
import { encodedCoding, encodedRowBytes, encodedStripRows } from './sliceEncode';
import { encodedMaskBytes, isMaskCopied, maskLevelOf, maskStripRows } from './sliceMask';
import { partition, type Lattice } from './slicePartition';
import { BlockWeights } from './sliceWeights';
import type { Level, PixelWindow, Raster } from './types';
import { directoryBytes } from './write';

/** What a chunk may be. */
export interface SliceLimits {
  /** bytes that chunks should have at most; a single block may be larger. 64 MiB by default. */
  readonly targetBytes?: number;
  /** bytes that no chunk exceeds */
  readonly maxBytes?: number;
  /** px that no side of a chunk exceeds */
  readonly maxSide?: number;
}

export interface SliceChunk {
  readonly index: number;
  /** File name, the same in every run: it names the window, so that equal names mean equal bytes. */
  readonly name: string;
  readonly window: PixelWindow;
  readonly method: SliceMethod;
  /** Whether the pixels' stored bytes are those of the source. */
  readonly verbatim: boolean;
  /** bytes of the chunk's file, at most; exact but for tag values that vary with the place */
  readonly estimatedBytes: number;
}

export interface SkippedWindow {
  readonly window: PixelWindow;
  /** `sparse`: no block is stored; `empty`: every pixel is nodata. */
  readonly why: 'sparse' | 'empty';
}

export interface SlicePlan {
  readonly chunks: readonly SliceChunk[];
  /** Windows that hold nothing. Chunks and these together are the raster, without gap or overlap. */
  readonly skipped: readonly SkippedWindow[];
}

export interface SlicePlanOptions {
  /** Begins the chunks' names; the raster's name without its extension where absent. */
  readonly stem?: string;
  /** Tells whether a window holds nothing but nodata; asked of windows that are suspiciously small. */
  readonly isEmpty?: (window: PixelWindow) => Promise<boolean>;
  readonly signal?: AbortSignal;
}

const MEBIBYTE = 1024 * 1024;

/**
 * Cuts a raster into chunks that partition it exactly, aligned to its tiles or strips, each within the limits and nearly
 * square. Even a raster that fits one chunk becomes a slice: without its overviews it is smaller, and every chunk is then
 * made, named and checked in the same way.
 * Throws `tiff.slice_limits` when even a single pixel would exceed the limits, `tiff.bad_block` for a damaged index.
 */
export async function planSlices(
  raster: Raster,
  limits: SliceLimits = {},
  options: SlicePlanOptions = {},
): Promise<SlicePlan> {
  const { maxBytes = Infinity, maxSide = Infinity, targetBytes = 64 * MEBIBYTE } = limits;
  const cutting = await chooseCutting(raster, maxBytes, maxSide, options.signal);
  const wanted = Math.min(targetBytes, maxBytes);
  // A head of large tags (an ICC profile) must not starve the pixels, unless the hard limit says so.
  const room = Math.min(Math.max(wanted - cutting.head, wanted / 4), maxBytes - cutting.head);
  const windows = partition(
    cutting.lattice,
    { targetBytes: Math.max(1, room), maxSide: Math.max(1, maxSide) },
    (window) => cutting.bytesOf(window),
  );
  const stem = options.stem ?? raster.description.name.replace(/\.[^.]*$/, '');
  const chunks: SliceChunk[] = [];
  const skipped: SkippedWindow[] = [];
  for (const window of windows) {
    options.signal?.throwIfAborted();
    const why = await whyEmpty(cutting, window, options);
    if (why) {
      skipped.push({ window, why });
      continue;
    }
    const estimatedBytes = cutting.head + cutting.bytesOf(window);
    const tooLarge = window.width > maxSide || window.height > maxSide || estimatedBytes > maxBytes;
    if (tooLarge) throw new AppError('tiff.slice_limits', { file: raster.description.name });
    const { method } = cutting;
    const name = chunkName(stem, raster.description, window);
    chunks.push({
      index: chunks.length,
      name,
      window,
      method,
      verbatim: method !== 'encode',
      estimatedBytes,
    });
  }
  return { chunks, skipped };
}

async function whyEmpty(
  cutting: Cutting,
  window: PixelWindow,
  { isEmpty }: SlicePlanOptions,
): Promise<SkippedWindow['why'] | null> {
  if (cutting.isSparse(window)) return 'sparse';
  return isEmpty && (await isEmpty(window)) ? 'empty' : null;
}

/** `stem_y004096_x012288_8192x8192.tif`: sorted by name, chunks go row by row. */
export function chunkName(
  stem: string,
  raster: { readonly width: number; readonly height: number },
  { x, y, width, height }: PixelWindow,
): string {
  const digits = String(Math.max(raster.width, raster.height)).length;
  const place = (value: number): string => String(value).padStart(digits, '0');
  const safe = stem.replace(/[^\p{L}\p{N}._-]+/gu, '_').slice(0, 120);
  return `${safe || 'image'}_y${place(y)}_x${place(x)}_${width}x${height}.tif`;
}

/** One way to cut a raster, and what its windows weigh. */
interface Cutting {
  readonly method: SliceMethod;
  readonly lattice: Lattice;
  /** bytes of the header and of all tags but the blocks' own, at most */
  readonly head: number;
  /** bytes of a window's blocks with their entries in the directory, at most */
  bytesOf(window: PixelWindow): number;
  isSparse(window: PixelWindow): boolean;
}

/** The first way whose smallest windows are within the limits. */
async function chooseCutting(
  raster: Raster,
  maxBytes: number,
  maxSide: number,
  signal: AbortSignal | undefined,
): Promise<Cutting> {
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
const BLOCK_ENTRY = 8 + 4 + 1;

async function copyCutting(
  raster: Raster,
  level: Level,
  maxSide: number,
  signal: AbortSignal | undefined,
): Promise<Cutting & { readonly largestCell: number }> {
  const mask = maskLevelOf(raster);
  const weights = await BlockWeights.read(raster, level, signal);
  const maskWeights = mask && (await BlockWeights.read(raster, mask, signal));
  const { width, height } = level;
  const cell = commonCell(level, mask, maxSide);
  const lattice = {
    width,
    height,
    cellWidth: Math.max(cell.width, weights.cellWidth),
    cellHeight: Math.max(cell.height, weights.cellHeight),
  };
  const bytesOf = (window: PixelWindow): number =>
    weights.bytes(window) + weights.blocks(window) * BLOCK_ENTRY + maskBytes(mask, maskWeights, window);
  return {
    method: 'copy',
    lattice,
    head: await headBytes(raster, 'copy'),
    bytesOf,
    isSparse: (window) => weights.bytes(window) === 0 && (maskWeights?.bytes(window) ?? 0) === 0,
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
): Promise<Cutting> {
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
  };
}

/** bytes of a slice's header and directories without blocks, at most */
async function headBytes(raster: Raster, method: SliceMethod): Promise<number> {
  const { width, height } = raster.description;
  const tags = await imageTags(raster, { x: 0, y: 0, width, height }, method);
  // A mask's directory holds a dozen short values.
  return 16 + directoryBytes(tags, 0, true) + (maskLevelOf(raster) ? 20 * 20 + 64 : 0);
}
