import { AppError } from '@shared/errors';
import type { Level, PixelWindow } from '@shared/tiff/types';
import { averaged, copyPixels, createPixels, type TilePixels } from './average';
import { cellsIn, cellWindow, type CellGrid } from './cellGrid';
import { CellStore, type StoredTest } from './cellStore';
import { cellsOfStratum, pictureOf, planSamples, type SamplePlan } from './preview';
import type { PreviewSource, TileLevel, TileLoaderOptions } from './tileLoader';
import { reducedLevels, type PlannedLevel, type TilePlan } from './tilePlan';

/** bytes that all reduced cells of the level may take together: then they are kept, and every coarser level is made of them */
const KEPT_BYTES = 24 * 1024 * 1024;
/** Levels of fewer blocks are not asked which of them they hold. */
const FEW_BLOCKS = 512;

/** px put together for one tile at most; only damaged files and hoaxes are so much longer than wide */
const MOST_PIXELS = 64 * 1024 * 1024;

type Options = TileLoaderOptions & { readonly cacheBytes: number };

/** The levels above a raster's own: averaged from its coarsest one, which may be as large as the raster. */
export class ReducedTiles {
  readonly levels: readonly TileLevel[];
  readonly #plan: TilePlan;
  readonly #image: Level;
  readonly #base: TileLevel;
  readonly #cells: CellStore;
  /** The reduction that is kept. */
  readonly #kept: number;
  #turn: Promise<void> = Promise.resolve();
  /** See TileLoader. */
  readonly preview: PreviewSource | null;

  constructor(plan: TilePlan, planned: PlannedLevel, options: Options) {
    this.#plan = plan;
    this.#image = planned.image;
    this.#base = planned.tile;
    this.levels = reducedLevels(planned.tile);
    this.#kept = keptFactor(planned.image, plan);
    this.#cells = new CellStore({
      plan,
      planned,
      readBlocks: options.readBlocks,
      pool: options.pool,
      cacheBytes: options.cacheBytes,
      stored: this.levels.length === 0 ? Promise.resolve(null) : storedTest(planned, options),
      onDamage: (error) => options.onDamage?.(error),
    });
    this.preview = this.levels.length === 0 ? null : this.#planPreview();
  }

  clear(): void {
    this.#cells.clear();
  }

  /** A part that cannot be read leaves a hole; only when none can be read does the tile fail. */
  async load(level: TileLevel, column: number, row: number, signal?: AbortSignal): Promise<TilePixels> {
    const factor = Math.min(level.factor, this.#kept);
    const more = level.factor / factor;
    const grid = this.#cells.grid(factor);
    const window = this.#windowOf(level, column, row);
    const channels = this.#plan.channels.length;
    const side = { width: window.width / factor, height: window.height / factor };
    const { blockWidth: width, blockHeight: height } = this.#image;
    if (side.width * side.height > MOST_PIXELS)
      throw new AppError('tiff.blocks_too_small', { width, height });
    const target = { ...side, pixels: createPixels(this.#plan.dtype, side.width * side.height * channels) };
    await this.#gather(cellsIn(grid, window), factor, signal, (cell, pixels) => {
      const { x, y, ...size } = cellWindow(grid, cell);
      const from = { pixels, width: size.width / factor, height: size.height / factor };
      copyPixels(from, target, { x: (x - window.x) / factor, y: (y - window.y) / factor }, channels);
    });
    const pixels = averaged(target.pixels, side.width, side.height, channels, more);
    const tile = { width: level.tileWidth, height: level.tileHeight };
    const whole = { ...tile, pixels: createPixels(this.#plan.dtype, tile.width * tile.height * channels) };
    copyPixels(
      { pixels, width: side.width / more, height: side.height / more },
      whole,
      { x: 0, y: 0 },
      channels,
    );
    return whole.pixels;
  }

  /** What a tile covers of the base, no further beyond its edge than to the next whole pixel: thin pictures stay thin. */
  #windowOf({ factor, tileWidth, tileHeight }: TileLevel, column: number, row: number): PixelWindow {
    const x = column * tileWidth * factor;
    const y = row * tileHeight * factor;
    const reach = (from: number, side: number, end: number): number =>
      Math.min(side, Math.max(1, Math.ceil((end - from) / factor))) * factor;
    return {
      x,
      y,
      width: reach(x, tileWidth, this.#base.width),
      height: reach(y, tileHeight, this.#base.height),
    };
  }

  async #gather(
    cells: readonly number[],
    factor: number,
    signal: AbortSignal | undefined,
    take: (cell: number, pixels: TilePixels) => void,
  ): Promise<void> {
    const failures: unknown[] = [];
    await this.#nextTurn();
    await this.#cells.gather(factor, cells, signal, take, (error) => failures.push(error));
    signal?.throwIfAborted();
    if (failures.length > 0 && failures.length === cells.length) throw failures[0];
    for (const failure of failures) this.#cells.tellDamage(failure);
  }

  /** The map asks for all tiles in sight at once: each begins in a task of its own, so that the window answers in between. */
  #nextTurn(): Promise<void> {
    this.#turn = this.#turn.then(() => new Promise((resolve) => setTimeout(resolve, 0)));
    return this.#turn;
  }

  #planPreview(): PreviewSource | null {
    const grid = this.#cells.grid(this.#kept);
    const plan = planSamples(grid, this.#image.coding.compression, this.#kept);
    if (!plan) return null;
    const { scaleX, scaleY } = this.#base;
    let picture: Promise<TilePixels> | null = null;
    return {
      width: plan.across * plan.partsAcross,
      height: plan.down * plan.partsDown,
      covers: {
        width: grid.columns * grid.cellWidth * scaleX,
        height: grid.rows * grid.cellHeight * scaleY,
      },
      load: () => (picture ??= this.#sample(grid, plan)),
    };
  }

  async #sample(grid: CellGrid, plan: SamplePlan): Promise<TilePixels> {
    const samples = await Promise.all(
      Array.from({ length: plan.across * plan.down }, (_, index) => this.#sampleOf(grid, plan, index)),
    );
    const size = { width: grid.cellWidth / this.#kept, height: grid.cellHeight / this.#kept };
    return pictureOf(plan, samples, size, this.#plan);
  }

  /** Of a stratum the most central cell that the file holds; null where it holds none, or it cannot be read. */
  async #sampleOf(grid: CellGrid, plan: SamplePlan, index: number): Promise<TilePixels | null> {
    const factor = this.#kept;
    await this.#cells.ready;
    const cells = cellsOfStratum(grid, plan, index % plan.across, Math.floor(index / plan.across));
    const cell = cells.find((one) => this.#cells.isStored(factor, one));
    if (cell === undefined) return null;
    return this.#cells.get(factor, cell, true).catch(() => null);
  }
}

/** The finest reduction whose cells can all be kept. */
function keptFactor({ width, height }: Level, { channels, dtype }: TilePlan): number {
  const bytes = width * height * channels.length * (dtype === 'uint8' ? 1 : 4);
  let factor = 2;
  while (bytes / (factor * factor) > KEPT_BYTES) factor *= 2;
  return factor;
}

async function storedTest({ image, tile }: PlannedLevel, options: Options): Promise<StoredTest | null> {
  if (image.columns * image.rows < FEW_BLOCKS || !options.readStored) return null;
  const bits = await options.readStored(tile.level).catch(() => null);
  return bits && ((index) => ((bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0);
}
