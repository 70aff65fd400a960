import { axisOf, axisWeights, sourceRange, type Axis, type AxisWeights } from './axis';
import type { OverviewPlan, UnitLevel } from './plan';
import { halveMask } from './halve';
import { createReducer, type Reducer } from './reduce';
import type { Working, WorkingMemory } from './samples';
import { weighMask } from './weigh';

/** Rows kept beyond those of a row of tiles: what odd sizes need across its edge. */
const SPARE_ROWS = 32;

/** Some rows of a level that are at hand, as wide as a unit needs the level. */
export class RowWindow {
  #data: Working | null = null;
  readonly #memory: () => Working;
  /** A byte for each pixel, 0 where it does not count; null for rasters without a mask of their own. */
  readonly mask: Uint8Array | null;
  /** px of the level: the first column, and how many. */
  readonly x: number;
  readonly width: number;
  readonly channels: number;
  readonly #capacity: number;
  /** px of the level: the first row held. */
  #y: number;
  #count = 0;

  constructor(plan: OverviewPlan, { needed }: UnitLevel, rows: number, memory: WorkingMemory) {
    const { sampleType, channels } = plan.reduction;
    this.x = needed.x0;
    this.width = needed.x1 - needed.x0;
    this.channels = channels;
    this.#y = needed.y0;
    this.#capacity = rows + SPARE_ROWS;
    this.#memory = () => memory.take(sampleType, this.width * this.#capacity * channels);
    this.mask = plan.masked ? new Uint8Array(this.width * this.#capacity) : null;
  }

  /** The samples; memory is taken for them when they are first asked for. */
  get data(): Working {
    return (this.#data ??= this.#memory());
  }

  /** The row after the last one held. */
  get end(): number {
    return this.#y + this.#count;
  }

  /** Rows that may be added. */
  get room(): number {
    return this.#capacity - this.#count;
  }

  /** Index of a row's first pixel in `data` and `mask`. The row is held, or may be added. */
  at(row: number): number {
    return (row - this.#y) * this.width;
  }

  /** Gives a rectangle of the level's pixels one value. Its rows are held, or may be added. */
  fill(value: number, x: number, y: number, width: number, height: number): void {
    for (let row = y; row < y + height; row++) {
      const start = (this.at(row) + x - this.x) * this.channels;
      this.data.fill(value, start, start + width * this.channels);
    }
  }

  add(rows: number): void {
    this.#count += rows;
  }

  /** Forgets all rows above one. */
  drop(firstKept: number): void {
    const rows = Math.min(this.#count, firstKept - this.#y);
    if (rows <= 0) return;
    const from = this.at(this.#y + rows);
    const end = this.at(this.end);
    this.#data?.copyWithin(0, from * this.channels, end * this.channels);
    this.mask?.copyWithin(0, from, end);
    this.#y += rows;
    this.#count -= rows;
  }
}

/** Whether anything was put into a tile of a level so far; `level` counts in the unit's levels. */
export type HoldsAny = (level: number, column: number, tileRow: number) => boolean;

/** Takes the rows of one row of tiles as soon as they are complete. `level` counts in the unit's levels. */
export type TakeTileRow = (level: number, rows: RowWindow, tileRow: number) => void;

/**
 * The levels of a unit while rows of its source come in from top to bottom: each level keeps as many rows as a row of tiles
 * has, gives them away when they are complete, and passes them on to the level below.
 */
export class UnitRows {
  readonly source: RowWindow;
  readonly #steps: readonly Step[];

  /**
   * @param sourceRows rows of the source that are filled in at a time
   * @param holdsAny what it says false of is filled instead of reduced
   */
  constructor(
    private readonly plan: OverviewPlan,
    levels: readonly UnitLevel[],
    sourceRows: number,
    private readonly take: TakeTileRow,
    memory: WorkingMemory,
    holdsAny: HoldsAny,
  ) {
    const windows = levels.map(
      (level, i) => new RowWindow(plan, level, i === 0 ? sourceRows : plan.tile, memory),
    );
    this.source = windows[0]!;
    this.#steps = levels
      .slice(1)
      .map(
        (level, i) =>
          new Step(plan, levels[i]!, level, windows[i]!, windows[i + 1]!, (column, row) =>
            holdsAny(i + 1, column, row),
          ),
      );
  }

  /** True where squares of the source can be given to `direct`: each pixel under it covers two by two whole ones. */
  get takesSquares(): boolean {
    return this.#steps[0]!.exact && this.source.mask === null;
  }

  /** Says that so many rows were filled in after those that the source holds. */
  added(rows: number): void {
    this.source.add(rows);
    this.#run(0);
    this.source.drop(this.#steps[0]!.firstNeeded);
  }

  /**
   * Reduces a piece of the source at once, without its rows being copied. Sides and position are even. All pieces of some
   * rows come before `directDone` with the row after them; these rows end with the source or within one row of tiles.
   */
  direct(
    piece: { readonly data: Working; readonly at: number; readonly stride: number },
    x: number,
    y: number,
    width: number,
    height: number,
  ): void {
    this.#steps[0]!.direct(piece, x, y, width, height);
  }

  /** Takes a piece that is reduced already; (x, y) and sizes are still the source's, (left, top) the block's. */
  directHalf(
    block: { readonly samples: Uint8Array; readonly width: number },
    left: number,
    top: number,
    x: number,
    y: number,
    width: number,
    height: number,
  ): void {
    const { to } = this.#steps[0]!;
    const { channels } = to;
    for (let row = 0; row < height / 2; row++) {
      const from = ((top + row) * block.width + left) * channels;
      const start = (to.at(y / 2 + row) + x / 2 - to.x) * channels;
      (to.data as Uint8Array).set(block.samples.subarray(from, from + (width / 2) * channels), start);
    }
  }

  /** As `direct`, of a piece in which there is nothing. */
  directFill(x: number, y: number, width: number, height: number): void {
    const { to } = this.#steps[0]!;
    to.fill(this.plan.reduction.fill, x / 2, y / 2, width / 2, height / 2);
  }

  directDone(endRow: number): void {
    const [step] = this.#steps;
    step!.to.add(endRow / 2 - step!.to.end);
    if (step!.isAtEdge) this.#pass(0);
  }

  #run(index: number): void {
    const step = this.#steps[index]!;
    while (step.advance()) if (step.isAtEdge) this.#pass(index);
  }

  /** At the lower edge of a row of tiles: gives it away and lets the next level go on. */
  #pass(index: number): void {
    const step = this.#steps[index]!;
    const tileRow = step.tileRow;
    if (tileRow !== null) this.take(index + 1, step.to, tileRow);
    const next = this.#steps[index + 1];
    if (next) this.#run(index + 1);
    step.to.drop(Math.min(next?.firstNeeded ?? Infinity, step.to.end));
  }
}

/** From one level of a unit to the next smaller one. */
class Step {
  readonly exact: boolean;
  readonly #reducer: Reducer;
  readonly #across: AxisWeights;
  readonly #down: Axis;

  constructor(
    private readonly plan: OverviewPlan,
    larger: UnitLevel,
    private readonly level: UnitLevel,
    readonly from: RowWindow,
    readonly to: RowWindow,
    private readonly holdsAny: (column: number, tileRow: number) => boolean,
  ) {
    const across = axisOf(larger.width);
    this.#down = axisOf(larger.height);
    this.exact = across.exact && this.#down.exact;
    this.#across = axisWeights(across, level.needed.x0, level.needed.x1);
    this.#reducer = createReducer(plan.reduction, () => from.mask);
  }

  /** True where the rows made end with a row of tiles. */
  get isAtEdge(): boolean {
    return this.to.end % this.plan.tile === 0 || this.to.end === this.level.needed.y1;
  }

  /** The row of tiles that ends with the last row made; null where it is another unit's. */
  get tileRow(): number | null {
    const row = Math.ceil(this.to.end / this.plan.tile) - 1;
    return row * this.plan.tile >= this.level.owned.y0 ? row : null;
  }

  /** The first row of the larger level that is still wanted. */
  get firstNeeded(): number {
    const row = this.to.end;
    if (row >= this.level.needed.y1) return Infinity;
    return sourceRange(this.#down, row, row + 1)[0];
  }

  /** Makes the rows that can be made, up to the edge of a row of tiles; false where none could. */
  advance(): boolean {
    const { from, to } = this;
    const edge = (Math.floor(to.end / this.plan.tile) + 1) * this.plan.tile;
    const limit = Math.min(this.level.needed.y1, edge);
    const start = to.end;
    if (this.exact) this.#halve(Math.min(limit - start, Math.floor(from.end / 2) - start));
    else while (to.end < limit && this.#weigh()) continue;
    return to.end > start;
  }

  direct(
    { data, at, stride }: { readonly data: Working; readonly at: number; readonly stride: number },
    x: number,
    y: number,
    width: number,
    height: number,
  ): void {
    const { to } = this;
    const target = { data: to.data, at: to.at(y / 2) + x / 2 - to.x, stride: to.width };
    this.#reducer.halve({ data, at, stride }, target, width / 2, height / 2);
  }

  #halve(rows: number): void {
    if (rows <= 0) return;
    const { from, to } = this;
    const at = from.at(2 * to.end) + 2 * to.x - from.x;
    const start = to.at(to.end);
    for (const { x, width, isEmpty } of this.#stretches()) {
      if (isEmpty) to.fill(this.plan.reduction.fill, x, to.end, width, rows);
      else
        this.#reducer.halve(
          { data: from.data, at: at + 2 * (x - to.x), stride: from.width },
          { data: to.data, at: start + x - to.x, stride: to.width },
          width,
          rows,
        );
    }
    if (from.mask && to.mask) halveMask(from.mask, at, from.width, to.mask, start, to.width, to.width, rows);
    to.add(rows);
  }

  /** The next rows, from left to right, where there is something and where there is nothing; of masked rasters as one. */
  *#stretches(): Generator<{ readonly x: number; readonly width: number; readonly isEmpty: boolean }> {
    const { from, to } = this;
    const { tile } = this.plan;
    const end = to.x + to.width;
    const row = Math.floor(to.end / tile);
    const isEmptyAt = (x: number): boolean => !from.mask && !this.holdsAny(Math.floor(x / tile), row);
    for (let x = to.x; x < end;) {
      const isEmpty = isEmptyAt(x);
      let next = x;
      do next = Math.min(end, (Math.floor(next / tile) + 1) * tile);
      while (next < end && isEmptyAt(next) === isEmpty);
      yield { x, width: next - x, isEmpty };
      x = next;
    }
  }

  /** Makes one row; false where the rows that it covers are not all there. */
  #weigh(): boolean {
    const { from, to } = this;
    const row = to.end;
    const [first, end] = sourceRange(this.#down, row, row + 1);
    if (end > from.end) return false;
    const { count, head, tail } = axisWeights(this.#down, row, row + 1);
    const at = from.at(first);
    const start = to.at(row);
    this.#reducer.weigh(
      { data: from.data, at, stride: from.width },
      { data: to.data, at: start, stride: to.width },
      this.#across,
      from.x,
      { count: count[0]!, head: head[0]!, tail: tail[0]! },
    );
    if (from.mask && to.mask)
      weighMask(from.mask, at, from.width, to.mask, start, this.#across, from.x, end - first);
    to.add(1);
    return true;
  }
}
