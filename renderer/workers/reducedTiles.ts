import type { Level } from '@shared/tiff/types';
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
    const side = { width: level.tileWidth * more, height: level.tileHeight * more };
    const window = {
      x: column * side.width * factor,
      y: row * side.height * factor,
      width: side.width * factor,
      height: side.height * factor,
    };
    const channels = this.#plan.channels.length;
    const target = { ...side, pixels: createPixels(this.#plan.dtype, side.width * side.height * channels) };
    await this.#gather(cellsIn(grid, window), factor, signal, (cell, pixels) => {
      const { x, y, width, height } = cellWindow(grid, cell);
      const from = { pixels, width: width / factor, height: height / factor };
      copyPixels(from, target, { x: (x - window.x) / factor, y: (y - window.y) / factor }, channels);
    });
    return averaged(target.pixels, side.width, side.height, channels, more);
  }

  async #gather(
    cells: readonly number[],
    factor: number,
    signal: AbortSignal | undefined,
    take: (cell: number, pixels: TilePixels) => void,
  ): Promise<void> {
    const failures: unknown[] = [];
    await Promise.all(
      cells.map(async (cell) => {
        try {
          const pixels = await this.#cells.get(factor, cell, signal);
          if (pixels) take(cell, pixels);
        } catch (error) {
          failures.push(error);
        }
      }),
    );
    signal?.throwIfAborted();
    if (failures.length > 0 && failures.length === cells.length) throw failures[0];
    for (const failure of failures) this.#cells.tellDamage(failure);
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
    return this.#cells.get(factor, cell, undefined, true).catch(() => null);
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
