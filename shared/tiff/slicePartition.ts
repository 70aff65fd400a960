import type { PixelWindow } from './types';

/** A lattice over a raster; windows begin and end on it or at the raster's edge. */
export interface Lattice {
  /** px of the raster */
  readonly width: number;
  readonly height: number;
  /** px of a cell */
  readonly cellWidth: number;
  readonly cellHeight: number;
}

export interface PartitionLimits {
  /** bytes to stay within where cells allow it */
  readonly targetBytes: number;
  /** px */
  readonly maxSide: number;
}

/** A rectangle of cells. */
interface Cells {
  readonly x: number;
  readonly y: number;
  readonly columns: number;
  readonly rows: number;
}

/**
 * Cuts a raster into windows that cover it without gap or overlap, each within the limits unless it is a single cell, and
 * nearly square. Always cuts the longer side, in proportion to the bytes, so that windows come out of similar size.
 * @param bytesOf bytes of a window's blocks; grows with the window, 0 for an empty one
 */
export function partition(
  lattice: Lattice,
  limits: PartitionLimits,
  bytesOf: (window: PixelWindow) => number,
): PixelWindow[] {
  const windows: PixelWindow[] = [];
  const whole = {
    x: 0,
    y: 0,
    columns: Math.ceil(lattice.width / lattice.cellWidth),
    rows: Math.ceil(lattice.height / lattice.cellHeight),
  };
  const open: Cells[] = [whole];
  for (let cells = open.pop(); cells; cells = open.pop()) {
    const halves = new Cutter(lattice, limits, cells, bytesOf).cut();
    if (halves) open.push(...halves);
    else windows.push(windowOf(lattice, cells));
  }
  return windows.sort((a, b) => a.y - b.y || a.x - b.x);
}

/** The pixels of a rectangle of cells, cut at the raster's edge. */
function windowOf(lattice: Lattice, { x, y, columns, rows }: Cells): PixelWindow {
  const left = x * lattice.cellWidth;
  const top = y * lattice.cellHeight;
  return {
    x: left,
    y: top,
    width: Math.min(columns * lattice.cellWidth, lattice.width - left),
    height: Math.min(rows * lattice.cellHeight, lattice.height - top),
  };
}

/** Finds where one rectangle is cut. */
class Cutter {
  readonly #lattice: Lattice;
  readonly #limits: PartitionLimits;
  readonly #cells: Cells;
  readonly #bytesOf: (window: PixelWindow) => number;
  readonly #window: PixelWindow;
  /** Whether the columns are cut, not the rows. */
  readonly #across: boolean;

  constructor(
    lattice: Lattice,
    limits: PartitionLimits,
    cells: Cells,
    bytesOf: (window: PixelWindow) => number,
  ) {
    this.#lattice = lattice;
    this.#limits = limits;
    this.#cells = cells;
    this.#bytesOf = bytesOf;
    this.#window = windowOf(lattice, cells);
    const { width, height } = this.#window;
    const tooWide = width > limits.maxSide;
    const tooTall = height > limits.maxSide;
    const acrossFirst = tooWide === tooTall ? width >= height : tooWide;
    this.#across = acrossFirst ? cells.columns > 1 : cells.rows === 1;
  }

  /** The two parts, or null when the rectangle is within the limits or cannot be cut. */
  cut(): readonly [Cells, Cells] | null {
    const { columns, rows } = this.#cells;
    const { targetBytes, maxSide } = this.#limits;
    if (columns === 1 && rows === 1) return null;
    const { width, height } = this.#window;
    const bySides = Math.ceil(width / maxSide) * Math.ceil(height / maxSide);
    const byBytes = Math.ceil(this.#bytesOf(this.#window) / targetBytes);
    if (bySides <= 1 && byBytes <= 1) return null;
    const size =
      byBytes > bySides ? this.#sizeByBytes(byBytes) : this.#sizeBySide(Math.ceil(this.#side / maxSide));
    const cells = this.#cells;
    if (this.#across) return [this.#first(size), { ...cells, x: cells.x + size, columns: columns - size }];
    return [this.#first(size), { ...cells, y: cells.y + size, rows: rows - size }];
  }

  /** px of the side that is cut */
  get #side(): number {
    return this.#across ? this.#window.width : this.#window.height;
  }

  /** Cells along the side that is cut. */
  get #count(): number {
    return this.#across ? this.#cells.columns : this.#cells.rows;
  }

  #first(size: number): Cells {
    return this.#across ? { ...this.#cells, columns: size } : { ...this.#cells, rows: size };
  }

  /** Cells of the first part so that `pieces` parts in all are each no longer than the side's limit, if that can be. */
  #sizeBySide(pieces: number): number {
    if (pieces < 2) return Math.ceil(this.#count / 2);
    const cell = this.#across ? this.#lattice.cellWidth : this.#lattice.cellHeight;
    const most = Math.max(1, Math.floor(this.#limits.maxSide / cell));
    const first = Math.floor(pieces / 2);
    const even = Math.round((this.#count * first) / pieces);
    return clamp(Math.min(even, first * most), 1, this.#count - 1);
  }

  /** Cells of the first part so that it has about half of the pieces' bytes, within the middle third of the side. */
  #sizeByBytes(pieces: number): number {
    const count = this.#count;
    const share = (this.#bytesOf(this.#window) * Math.floor(pieces / 2)) / pieces;
    let low = Math.max(1, Math.ceil(count / 3));
    let high = Math.max(low, Math.min(count - 1, Math.floor((count * 2) / 3)));
    const least = low;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#bytesOfFirst(middle) < share) low = middle + 1;
      else high = middle;
    }
    // The cut below the share may lie nearer to it than the one above.
    const isBelowNearer =
      low > least && share - this.#bytesOfFirst(low - 1) < this.#bytesOfFirst(low) - share;
    return clamp(isBelowNearer ? low - 1 : low, 1, count - 1);
  }

  #bytesOfFirst(size: number): number {
    return this.#bytesOf(windowOf(this.#lattice, this.#first(size)));
  }
}

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);
