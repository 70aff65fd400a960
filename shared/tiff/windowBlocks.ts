import { AppError } from '../errors';
import { copyChannel, fillSamples } from './samples';
import type { DecodedBlock, Level, PixelWindow, SampleArray } from './types';

/** Gives a block of a level, decoded; null for a sparse one. Index as in Raster.blockRange. */
export type BlockProvider = (index: number) => Promise<DecodedBlock | null>;

/** Where the bands of a window are put together. */
export interface WindowTarget {
  readonly window: PixelWindow;
  /** Zero-based bands wanted, and an array of window.width·window.height samples for each. */
  readonly bands: readonly number[];
  readonly samples: readonly SampleArray[];
}

export interface GatherOptions {
  /** What sparse blocks are filled with. */
  readonly fill: number;
  readonly signal?: AbortSignal | undefined;
  /** Blocks decoded at a time. */
  readonly concurrency: number;
}

/** The part of a window that lies inside a level; zero wide or high where nothing does. */
export function clipWindow(window: PixelWindow, level: Level): PixelWindow {
  const x = Math.min(Math.max(window.x, 0), level.width);
  const y = Math.min(Math.max(window.y, 0), level.height);
  return {
    x,
    y,
    width: Math.max(0, Math.min(window.x + window.width, level.width) - x),
    height: Math.max(0, Math.min(window.y + window.height, level.height) - y),
  };
}

/** Blocks of less than MINUTE pixels are read up to this number; more would take minutes and show nothing of use. */
const MOST_MINUTE_BLOCKS = 65536;
/** px² */
const MINUTE = 64;

/** Indices of all blocks that a window inside a level touches, for the given bands. Throws `tiff.blocks_too_small`. */
export function blocksOf(level: Level, window: PixelWindow, bands: readonly number[]): number[] {
  if (window.width === 0 || window.height === 0) return [];
  const planes = level.planes === 1 ? [0] : [...new Set(bands)];
  const right = Math.floor((window.x + window.width - 1) / level.blockWidth);
  const bottom = Math.floor((window.y + window.height - 1) / level.blockHeight);
  const indices: number[] = [];
  const { blockWidth, blockHeight } = level;
  if (blockWidth * blockHeight < MINUTE) {
    const count = (window.width / blockWidth) * (window.height / blockHeight) * planes.length;
    if (count > MOST_MINUTE_BLOCKS)
      throw new AppError('tiff.blocks_too_small', { width: blockWidth, height: blockHeight });
  }
  for (const plane of planes) {
    for (let row = Math.floor(window.y / level.blockHeight); row <= bottom; row++) {
      for (let column = Math.floor(window.x / level.blockWidth); column <= right; column++) {
        indices.push((plane * level.rows + row) * level.columns + column);
      }
    }
  }
  return indices;
}

/**
 * Puts a window together from its blocks, a few at a time. Sparse blocks are filled.
 * @returns the places of sparse blocks within the window
 */
export async function gatherWindow(
  level: Level,
  target: WindowTarget,
  provide: BlockProvider,
  { fill, signal, concurrency }: GatherOptions,
): Promise<readonly PixelWindow[]> {
  const indices = blocksOf(level, target.window, target.bands);
  const sparse: PixelWindow[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < indices.length) {
      const index = indices[next++] as number;
      signal?.throwIfAborted();
      const block = await provide(index);
      const part = partOf(level, index, target.window);
      if (block) copyBlock(level, index, block, part, target);
      else {
        fillPart(level, index, fill, part, target);
        sparse.push(part);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, indices.length) }, work));
  return sparse;
}

/**
 * The same from blocks that are at hand; those that are missing count as sparse. Nothing is filled.
 * @returns the places of sparse blocks within the window
 */
export function gatherInto(
  level: Level,
  target: WindowTarget,
  blocks: ReadonlyMap<number, DecodedBlock | null>,
): readonly PixelWindow[] {
  const sparse: PixelWindow[] = [];
  for (const index of blocksOf(level, target.window, target.bands)) {
    const block = blocks.get(index);
    const part = partOf(level, index, target.window);
    if (block) copyBlock(level, index, block, part, target);
    else sparse.push(part);
  }
  return sparse;
}

/** Where a block meets a window: in pixels of the window. */
export function partOf(level: Level, index: number, window: PixelWindow): PixelWindow {
  const cell = index % (level.columns * level.rows);
  const left = (cell % level.columns) * level.blockWidth;
  const top = Math.floor(cell / level.columns) * level.blockHeight;
  const x = Math.max(left, window.x);
  const y = Math.max(top, window.y);
  return {
    x: x - window.x,
    y: y - window.y,
    width: Math.min(left + level.blockWidth, window.x + window.width) - x,
    height: Math.min(top + level.blockHeight, window.y + window.height) - y,
  };
}

/** The target arrays that a block has samples for, each with its channel in the block. */
function arraysOf(level: Level, index: number, target: WindowTarget): { channel: number; to: SampleArray }[] {
  const plane = Math.floor(index / (level.columns * level.rows));
  return target.bands.flatMap((band, i) => {
    const to = target.samples[i] as SampleArray;
    if (level.planes === 1) return [{ channel: band, to }];
    return band === plane ? [{ channel: 0, to }] : [];
  });
}

function copyBlock(
  level: Level,
  index: number,
  block: DecodedBlock,
  part: PixelWindow,
  target: WindowTarget,
): void {
  const cell = index % (level.columns * level.rows);
  const { window } = target;
  const left = window.x + part.x - (cell % level.columns) * level.blockWidth;
  const top = window.y + part.y - Math.floor(cell / level.columns) * level.blockHeight;
  for (const { channel, to } of arraysOf(level, index, target)) {
    for (let row = 0; row < part.height; row++) {
      const from = ((top + row) * block.width + left) * block.channels + channel;
      const start = (part.y + row) * window.width + part.x;
      copyChannel(block.samples, from, block.channels, to, start, part.width);
    }
  }
}

function fillPart(level: Level, index: number, fill: number, part: PixelWindow, target: WindowTarget): void {
  if (fill === 0) return;
  for (const { to } of arraysOf(level, index, target)) {
    for (let row = 0; row < part.height; row++) {
      const start = (part.y + row) * target.window.width + part.x;
      fillSamples(to.subarray(start, start + part.width), fill);
    }
  }
}
