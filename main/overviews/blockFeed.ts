import { AppError } from '@shared/errors';
import type { OverviewPlan } from '@shared/tiff/overviews';
import { blockJob, releaseBlock } from '@shared/tiff/codecs';
import type { ReducedDecoder, ReducingCodecs } from '@shared/tiff/codecs/reduced';
import type { DecodedBlock, Level } from '@shared/tiff/types';
import { blocksIn, copySamples, decodeSound, fillMask, isBig } from './copyPixels';
import type { Unit } from './unit';

/** Where a unit's pixels come from: the blocks of a level, and of its mask. */
export interface BlockGrid {
  readonly level: Level;
  readonly mask: Level | null;
  /** Stored bytes of blocks, null for sparse ones. */
  read(kind: 'image' | 'mask', indices: readonly number[]): Promise<readonly (Uint8Array | null)[]>;
}

export interface Feed {
  readonly plan: OverviewPlan;
  readonly codecs: ReducingCodecs;
  /** False where the unit is to stop; may wait. */
  readonly mayGoOn: () => boolean;
  /** Told of pixels of the source that were taken in. */
  readonly onPixels: (pixels: number) => void;
}

/** Rows of blocks that are read together where each is only a few pixels high. */
const LEAST_ROWS = 64;

/** Rows of the source that a unit takes in at a time. */
export const chunkRows = ({ blockHeight }: Level): number =>
  Math.ceil(LEAST_ROWS / blockHeight) * blockHeight;

interface Chunk {
  readonly y0: number;
  readonly y1: number;
  readonly indices: readonly number[];
  readonly bytes: Promise<readonly (Uint8Array | null)[]>;
}

/**
 * Feeds a unit with the blocks of its source from top to bottom, the next row of blocks being read while one is decoded. Blocks
 * that cannot be decoded count as empty. Returns their number, or null where it was told to stop.
 */
export async function feedBlocks(unit: Unit, grid: BlockGrid, feed: Feed): Promise<number | null> {
  const { level } = grid;
  const { x0, y0, x1, y1 } = unit.levels[0]!.needed;
  const step = chunkRows(level);
  const begin = (from: number): Chunk | null => {
    if (from >= y1) return null;
    const to = Math.min(y1, (Math.floor(from / step) + 1) * step);
    const indices = blocksIn(level, x0, from, x1, to);
    const bytes = grid.read('image', indices);
    // Told when its turn comes.
    bytes.catch(() => undefined);
    return { y0: from, y1: to, indices, bytes };
  };
  const feeder = new Feeder(unit, grid, feed);
  const direct = unit.rows.takesSquares && fitsDirect(level, feed.plan);
  for (let chunk = begin(y0); chunk;) {
    if (!feed.mayGoOn()) return null;
    const following = begin(chunk.y1);
    const bytes = await chunk.bytes;
    if (direct) await feeder.direct(chunk, bytes);
    else await feeder.copied(chunk, bytes);
    feed.onPixels((x1 - x0) * (chunk.y1 - chunk.y0));
    chunk = following;
  }
  return feeder.damaged;
}

/** Blocks that can be reduced without being put together: even, and never across the edge of a row of tiles. */
function fitsDirect(level: Level, { tile, reduction }: OverviewPlan): boolean {
  const { tiled, planes, blockWidth, blockHeight, coding } = level;
  const even = blockWidth % 2 === 0 && blockHeight % 2 === 0 && (2 * tile) % blockHeight === 0;
  const wide = coding.sampleType === 'int64' || coding.sampleType === 'uint64';
  return tiled && even && planes === 1 && coding.samplesPerPixel === reduction.channels && !wide;
}

class Feeder {
  damaged = 0;
  readonly #halve: ReducedDecoder | undefined;

  constructor(
    private readonly unit: Unit,
    private readonly grid: BlockGrid,
    private readonly feed: Feed,
  ) {
    const { method, validity } = feed.plan.reduction;
    const plain = method === 'average' && validity.kind === 'all';
    this.#halve = plain ? feed.codecs.reduced?.[grid.level.coding.compression] : undefined;
  }

  /** Reduces each block where it is. */
  async direct(chunk: Chunk, bytes: readonly (Uint8Array | null)[]): Promise<void> {
    const { rows } = this.unit;
    for (const [i, index] of chunk.indices.entries()) {
      const { left, top, x0, y0, x1, y1 } = this.#placeOf(index, chunk);
      const stored = bytes[i] ?? null;
      const half = await this.#halved(index, stored);
      if (half) {
        this.unit.touch(x0, y0, x1, y1);
        rows.directHalf(
          { samples: half.samples as Uint8Array, width: half.width },
          (x0 - left) / 2,
          (y0 - top) / 2,
          x0,
          y0,
          x1 - x0,
          y1 - y0,
        );
        continue;
      }
      const block = await this.#decoded(index, stored);
      if (!stored || !block || isBig(block.samples)) {
        rows.directFill(x0, y0, x1 - x0, y1 - y0);
        continue;
      }
      this.unit.touch(x0, y0, x1, y1);
      const stride = this.grid.level.blockWidth;
      const piece = { data: block.samples, at: (y0 - top) * stride + x0 - left, stride };
      rows.direct(piece, x0, y0, x1 - x0, y1 - y0);
      releaseBlock(block, stored);
    }
    rows.directDone(chunk.y1);
  }

  /** Puts rows together, which are then reduced. */
  async copied(chunk: Chunk, bytes: readonly (Uint8Array | null)[]): Promise<void> {
    const { source } = this.unit.rows;
    const { channels } = source;
    source.data.fill(
      this.feed.plan.reduction.fill,
      source.at(chunk.y0) * channels,
      source.at(chunk.y1) * channels,
    );
    for (const [i, index] of chunk.indices.entries()) {
      const stored = bytes[i] ?? null;
      const block = await this.#decoded(index, stored);
      if (!stored || !block) continue;
      const { left, top, plane, x0, y0, x1, y1 } = this.#placeOf(index, chunk);
      const end = Math.min(y1, top + block.height);
      this.unit.touch(x0, y0, x1, end);
      copySamples(block, source, { plane, x0, y0, x1, y1: end }, left, top);
      releaseBlock(block, stored);
    }
    if (source.mask) await fillMask(source, this.grid, this.feed, chunk.y0, chunk.y1);
    this.unit.rows.added(chunk.y1 - chunk.y0);
  }

  /** A block at half its size out of the codec itself; null where that is not the same as decoding and averaging it. */
  async #halved(index: number, bytes: Uint8Array | null): Promise<DecodedBlock | null> {
    if (!bytes || !this.#halve) return null;
    try {
      return await this.#halve(bytes, blockJob(this.grid.level, index), 2);
    } catch (error) {
      if (error instanceof AppError) return null;
      throw error;
    }
  }

  /** Null for a sparse block, and for a broken one, which is counted. */
  async #decoded(index: number, bytes: Uint8Array | null): Promise<DecodedBlock | null> {
    const block = await decodeSound(this.grid.level, index, bytes, this.feed.codecs);
    if (bytes && !block) this.damaged++;
    return block;
  }

  /** Where a block lies, and the part of it that belongs to the chunk. */
  #placeOf(index: number, chunk: Chunk) {
    const { columns, rows, blockWidth, blockHeight } = this.grid.level;
    const { needed } = this.unit.levels[0]!;
    const plane = Math.floor(index / (columns * rows));
    const cell = index % (columns * rows);
    const left = (cell % columns) * blockWidth;
    const top = Math.floor(cell / columns) * blockHeight;
    return {
      plane,
      left,
      top,
      x0: Math.max(left, needed.x0),
      y0: Math.max(top, chunk.y0),
      x1: Math.min(left + blockWidth, needed.x1),
      y1: Math.min(top + blockHeight, chunk.y1),
    };
  }
}
