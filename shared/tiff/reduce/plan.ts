import { BLOCK_ENTRY, type Cutting } from '../sliceCutting';
import type { DecodeBlock } from '../sliceEncode';
import { mayBeEmpty } from '../sliceEmpty';
import { maskLevelOf } from '../sliceMask';
import { chunkName, cutWithin, stemOf, type SkippedWindow, type SliceLimits } from '../slicePlan';
import { BlockWeights } from '../sliceWeights';
import type { Level, PixelWindow, Raster } from '../types';
import { directoryBytes } from '../write';
import { directoryTags } from './layout';
import type { Reduction } from './reduction';
import { encodeTileRow, type ReducingParts } from './tiles';

export interface ReducedChunk {
  readonly index: number;
  readonly name: string;
  readonly window: PixelWindow;
  /** bytes of the chunk's file, about: it is not known before the chunk is made */
  readonly estimatedBytes: number;
  /** bytes that the chunk's file never exceeds, whatever is in it */
  readonly mostBytes: number;
  /** px of a side of the tiles in it */
  readonly tile: number;
}

export interface ReducedPlan {
  readonly chunks: readonly ReducedChunk[];
  /** Chunks and these together are the raster, without gap or overlap. */
  readonly skipped: readonly SkippedWindow[];
}

export interface ReducedPlanOptions {
  readonly parts: ReducingParts;
  /** Begins the chunks' names; the raster's name without its extension where absent. */
  readonly stem?: string;
  /** With it, windows of nothing but nodata are left out. */
  readonly decode?: DecodeBlock;
  readonly signal?: AbortSignal;
}

/**
 * Cuts a raster into chunks whose pixels are reduced. A compressed chunk's size is not known before it is made, so chunks are
 * planned by what their pixels take at most: no limit is exceeded, whatever is in them. Some tiles are made to estimate the rest.
 * Throws as `planSlices` and `readWindow` do.
 */
export async function planReduced(
  raster: Raster,
  reduction: Reduction,
  limits: SliceLimits,
  options: ReducedPlanOptions,
): Promise<ReducedPlan> {
  const cutting = await reducedCutting(raster, reduction, limits, options.signal);
  const { kept, skipped } = await cutWithin(raster, cutting, limits, options);
  const share = await compressedShare(
    raster,
    reduction,
    cutting.tile,
    kept.map(({ window }) => window),
    options,
  );
  const stem = options.stem ?? stemOf(raster);
  const chunks = kept.map(({ window, bytes }, index): ReducedChunk => ({
    index,
    name: chunkName(stem, raster.description, window),
    window,
    estimatedBytes: Math.min(bytes, Math.ceil(cutting.head + (bytes - cutting.head) * share)),
    mostBytes: bytes,
    tile: cutting.tile,
  }));
  return { chunks, skipped };
}

const LARGEST_TILE = 512;
const USEFUL_TILE = 64;
/** The format asks for multiples of 16. */
const SMALLEST_TILE = 16;

interface ReducedCutting extends Cutting {
  readonly tile: number;
}

async function reducedCutting(
  raster: Raster,
  reduction: Reduction,
  { maxBytes = Infinity, maxSide = Infinity, targetBytes = Infinity }: SliceLimits,
  signal: AbortSignal | undefined,
): Promise<ReducedCutting> {
  const { width, height } = raster.description;
  const level = raster.description.levels[0] as Level;
  const mask = maskLevelOf(raster);
  const weights = await BlockWeights.read(raster, level, signal);
  const maskWeights = mask && (await BlockWeights.read(raster, mask, signal));
  const head = await headBytes(raster, reduction);
  const room = maxBytes - head;
  let tile = LARGEST_TILE;
  const isTooLarge = (): boolean =>
    tile > maxSide || tile >= 2 * Math.max(width, height) || tileBytes(tile, reduction) > room;
  while (tile > SMALLEST_TILE && isTooLarge()) tile /= 2;
  // A wish for small chunks is granted as far as tiles stay of use.
  while (tile > USEFUL_TILE && tileBytes(tile, reduction) > targetBytes / 4) tile /= 2;
  const cell = Math.max(1, Math.min(tile, Math.floor(maxSide)));
  return {
    tile,
    head,
    lattice: { width, height, cellWidth: cell, cellHeight: cell },
    bytesOf: (window) =>
      Math.ceil(window.width / tile) * Math.ceil(window.height / tile) * tileBytes(tile, reduction),
    isSparse: (window) => weights.bytes(window) === 0 && (maskWeights?.bytes(window) ?? 0) === 0,
    looksEmpty: (window) => mayBeEmpty(level, window, weights.bytes(window)),
  };
}

/** bytes of a tile, of its mask and of their entries in the directories, at most */
function tileBytes(side: number, { codec, channels, masked }: Reduction): number {
  const pixels = side * side;
  const image = codec === 'jpeg' ? jpegBytes(pixels, channels) : deflatedBytes(pixels * channels);
  return image + BLOCK_ENTRY + (masked ? deflatedBytes(pixels / 8) + BLOCK_ENTRY : 0);
}

/** TurboJPEG's own upper bound, colours of half the resolution. */
const jpegBytes = (pixels: number, channels: 1 | 3): number => pixels * (channels === 3 ? 3 : 2) + 2048;

/** What does not compress is stored: five bytes more for some 16 KiB, and zlib's head and checksum (RFC 1950, 1951). */
const deflatedBytes = (bytes: number): number => bytes + Math.ceil(bytes / 1024) + 64;

/** bytes of a chunk's header and directories without blocks, at most */
async function headBytes(raster: Raster, reduction: Reduction): Promise<number> {
  const { width, height } = raster.description;
  const window = { x: 0, y: 0, width, height };
  const { image, mask } = await directoryTags(raster, window, LARGEST_TILE, reduction);
  return 16 + directoryBytes(image, 0, true) + (mask ? directoryBytes(mask, 0, true) : 0);
}

/** Tiles that are made to estimate the others. */
const SAMPLES = 12;

/** The bytes of tiles that are spread evenly over the chunks, in relation to what they could take at most. */
async function compressedShare(
  raster: Raster,
  reduction: Reduction,
  tile: number,
  windows: readonly PixelWindow[],
  { parts, signal }: ReducedPlanOptions,
): Promise<number> {
  const places = sampledTiles(windows, tile);
  let bytes = 0;
  for (const place of places) {
    const row = await encodeTileRow(raster, place, tile, reduction, parts, signal);
    for (const made of [...row.images, ...row.masks]) bytes += (made?.length ?? 0) + BLOCK_ENTRY;
  }
  return places.length === 0 ? 1 : bytes / (places.length * tileBytes(tile, reduction));
}

function sampledTiles(windows: readonly PixelWindow[], tile: number): PixelWindow[] {
  const columns = ({ width }: PixelWindow): number => Math.ceil(width / tile);
  const counts = windows.map((window) => columns(window) * Math.ceil(window.height / tile));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const wanted = Math.min(SAMPLES, total);
  const places: PixelWindow[] = [];
  let passed = 0;
  let next = 0;
  windows.forEach((window, index) => {
    const count = counts[index]!;
    for (; next < wanted; next++) {
      const at = Math.floor(((next + 0.5) * total) / wanted) - passed;
      if (at >= count) break;
      const x = window.x + (at % columns(window)) * tile;
      const y = window.y + Math.floor(at / columns(window)) * tile;
      const width = Math.min(tile, window.x + window.width - x);
      const height = Math.min(tile, window.y + window.height - y);
      places.push({ x, y, width, height });
    }
    passed += count;
  });
  return places;
}
