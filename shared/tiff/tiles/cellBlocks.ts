import { AppError } from '../../errors';
import { cellWindow, type CellGrid } from './cellGrid';
import { tileBlocks } from './tileAssembler';
import type { PlannedLevel, TilePlan } from './tilePlan';

/** Blocks of one cell, and pixels that become one of it, at most; only damaged files and hoaxes have more. */
const MOST_BLOCKS = 65_536;
const LARGEST_FACTOR = 1024;
/** px of a block, which is decoded whole */
const LARGEST_BLOCK = 512 * 1024 * 1024;

/** Indices of blocks of the image, and of its mask. */
export interface CellBlocks {
  readonly image: readonly number[];
  readonly mask: readonly number[];
}

/**
 * What a cell is made of. Throws `tiff.blocks_too_small`, `tiff.block_too_large` where that is more than anyone waits for.
 */
export function cellBlocks(
  plan: TilePlan,
  { image, mask }: PlannedLevel,
  grid: CellGrid,
  factor: number,
  cell: number,
): CellBlocks {
  const { blockWidth: width, blockHeight: height, planes } = image;
  if (width * height > LARGEST_BLOCK) throw new AppError('tiff.block_too_large', { width, height });
  const { cellWidth, cellHeight } = grid;
  if (factor > LARGEST_FACTOR || (cellWidth / width) * (cellHeight / height) * planes > MOST_BLOCKS) {
    throw new AppError('tiff.blocks_too_small', { width, height });
  }
  return tileBlocks(plan, image, mask, cellWindow(grid, cell));
}
