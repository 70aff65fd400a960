import { AppError } from '../errors';
import { blockSpan } from './sliceBlocks';
import type { Level, PixelWindow, Raster } from './types';

/** Cells of a table at most: 8 bytes each. */
const MAX_CELLS = 4_000_000;
/** Blocks at most: beyond, reading their index alone takes minutes, and no real raster has as many. */
const MAX_BLOCKS = 50_000_000;
/** Blocks of which a file need not hold the index: what is missing there counts as sparse. */
const FEW_BLOCKS = 65_536;

/**
 * The stored bytes of any window's blocks, found in constant time: a summed-area table over the blocks' byte counts. Blocks of
 * rasters with very many small ones are taken together in cells of several.
 */
export class BlockWeights {
  readonly #level: Level;
  /** Blocks of each cell along a side. */
  readonly #factor: number;
  readonly #columns: number;
  /** (columns + 1) × (rows + 1): the bytes left of and above each lattice point. */
  readonly #sums: Float64Array;

  private constructor(level: Level, factor: number, columns: number, sums: Float64Array) {
    this.#level = level;
    this.#factor = factor;
    this.#columns = columns;
    this.#sums = sums;
  }

  /** Reads the byte count of every block. Throws `tiff.bad_block`, `tiff.slice_too_many_blocks`. */
  static async read(raster: Raster, level: Level, signal?: AbortSignal): Promise<BlockWeights> {
    const { planes } = level;
    const blocks = level.columns * level.rows * planes;
    const fileSize = raster.files[level.file]?.size ?? 0;
    // An index takes four bytes a block at the least, so that a small file cannot ask for much.
    if (blocks > MAX_BLOCKS || (blocks > FEW_BLOCKS && blocks * 4 > fileSize)) {
      throw new AppError('tiff.slice_too_many_blocks', { file: raster.description.name });
    }
    let factor = 1;
    const cellsAlong = (blocks: number): number => Math.ceil(blocks / factor);
    while (cellsAlong(level.columns) * cellsAlong(level.rows) > MAX_CELLS) factor++;
    const columns = cellsAlong(level.columns);
    const sums = new Float64Array((columns + 1) * (cellsAlong(level.rows) + 1));
    for (let plane = 0; plane < planes; plane++) {
      for (let row = 0; row < level.rows; row++) {
        signal?.throwIfAborted();
        const first = (plane * level.rows + row) * level.columns;
        const at = (Math.floor(row / factor) + 1) * (columns + 1) + 1;
        for (let column = 0; column < level.columns; column++) {
          const { length } = await raster.blockRange(level, first + column);
          sums[at + Math.floor(column / factor)]! += length;
        }
      }
    }
    for (let at = columns + 1; at < sums.length; at++) {
      if (at % (columns + 1) === 0) continue;
      sums[at]! += sums[at - 1]! + sums[at - columns - 1]! - sums[at - columns - 2]!;
    }
    return new BlockWeights(level, factor, columns, sums);
  }

  /** px: windows whose bytes are asked for begin and end on multiples of these, or at the raster's edge. */
  get cellWidth(): number {
    return this.#factor * this.#level.blockWidth;
  }

  get cellHeight(): number {
    return this.#factor * this.#level.blockHeight;
  }

  /** Stored bytes of the blocks that a window touches. */
  bytes(window: PixelWindow): number {
    const span = blockSpan(this.#level, window);
    const cell = (blocks: number): number => Math.ceil(blocks / this.#factor);
    const left = Math.floor(span.firstColumn / this.#factor);
    const top = Math.floor(span.firstRow / this.#factor);
    const right = cell(span.firstColumn + span.columns);
    const bottom = cell(span.firstRow + span.rows);
    const sum = (column: number, row: number): number => this.#sums[row * (this.#columns + 1) + column]!;
    return sum(right, bottom) - sum(left, bottom) - sum(right, top) + sum(left, top);
  }

  /** Blocks that a window touches, those of all planes. */
  blocks(window: PixelWindow): number {
    const { columns, rows } = blockSpan(this.#level, window);
    return columns * rows * this.#level.planes;
  }
}
