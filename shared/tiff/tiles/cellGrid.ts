import type { Level, PixelWindow } from '../types';

/**
 * How a level is cut for reduced pictures: into cells that are made of whole blocks wherever that can be, so that each block is
 * read and decoded once. Cells begin at multiples of the reduction.
 */
export interface CellGrid {
  /** px of the level */
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Cells across and down. */
  readonly columns: number;
  readonly rows: number;
}

/** px a side that a cell of small tiles has at least */
const SMALLEST = 256;
/** px of a cell of strips, roughly */
const STRIP_PIXELS = 512 * 512;
/** px of a cell that is made larger only to keep strips whole */
const MOST_PIXELS = 16 * STRIP_PIXELS;

/** px; a strip that is wider is cut, and decoded for each part */
const WIDEST = 256 * 1024;

/** @param factor the reduction, a power of two */
export function cellGrid(level: Level, factor: number): CellGrid {
  const { width, height } = level;
  const stripWidth = roundUp(Math.min(width, WIDEST), factor);
  const cellWidth = level.tiled ? wholeBlocks(level.blockWidth, factor) : stripWidth;
  const cellHeight = level.tiled ? wholeBlocks(level.blockHeight, factor) : stripRows(level, factor);
  return {
    cellWidth,
    cellHeight,
    columns: Math.ceil(width / cellWidth),
    rows: Math.ceil(height / cellHeight),
  };
}

/** The smallest number of whole blocks that the reduction divides; where there is none of use, a plain square. */
function wholeBlocks(block: number, factor: number): number {
  const step = leastCommonMultiple(block, factor);
  if (step > Math.max(4096, block)) return roundUp(512, factor);
  return Math.ceil(SMALLEST / step) * step;
}

function stripRows({ width, blockHeight }: Level, factor: number): number {
  const step = leastCommonMultiple(blockHeight, factor);
  const wanted = Math.max(1, Math.floor(STRIP_PIXELS / width));
  if (step * width <= MOST_PIXELS) return Math.max(1, Math.round(wanted / step)) * step;
  return roundUp(Math.max(wanted, blockHeight), factor);
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}

const roundUp = (value: number, step: number): number => Math.ceil(value / step) * step;

/** The window of a cell, which may reach beyond the level. */
export function cellWindow({ cellWidth, cellHeight, columns }: CellGrid, cell: number): PixelWindow {
  return {
    x: (cell % columns) * cellWidth,
    y: Math.floor(cell / columns) * cellHeight,
    width: cellWidth,
    height: cellHeight,
  };
}

/** The cells that a window of the level touches, row by row. */
export function cellsIn({ cellWidth, cellHeight, columns, rows }: CellGrid, window: PixelWindow): number[] {
  const cells: number[] = [];
  const right = Math.min(columns - 1, Math.floor((window.x + window.width - 1) / cellWidth));
  const bottom = Math.min(rows - 1, Math.floor((window.y + window.height - 1) / cellHeight));
  for (let row = Math.max(0, Math.floor(window.y / cellHeight)); row <= bottom; row++) {
    for (let column = Math.max(0, Math.floor(window.x / cellWidth)); column <= right; column++) {
      cells.push(row * columns + column);
    }
  }
  return cells;
}
