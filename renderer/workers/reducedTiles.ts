import { AppError } from '@shared/errors';
import type { Level, PixelWindow } from '@shared/tiff/types';
import { averaged, copyPixels, createPixels, type TilePixels } from '@shared/tiff/tiles/average';
import { cellsIn, cellWindow } from '@shared/tiff/tiles/cellGrid';
import { CellStore, type StoredTest } from './cellStore';
import { GrownTiles } from './grownTiles';
import {
  cellsOfStratum,
  keptFactor,
  pictureOf,
  planPreview,
  type PreviewPlan,
  type Sample,
} from '@shared/tiff/tiles/preview';
import type { PreviewSource, TileLoaderOptions } from './tileLoader';
import { reducedLevels, type PlannedLevel, type TileLevel, type TilePlan } from '@shared/tiff/tiles/tilePlan';

/** Levels of fewer blocks are not asked which of them they hold. */
const FEW_BLOCKS = 512;

/** px of the cells that the reader of the raster samples; larger ones would keep it from all else for too long. */
const LARGEST_SAMPLE = 16 * 1024 * 1024;

/** How often a tile is cut into quarters to find what is built of it. */
const CUTS = 2;

/**
 * Overviews that are being built are waited for where the raster would have to be read to so large a part, and of so many
 * pixels: they come sooner than all these bytes get to the window, and reading them twice would hold up both.
 */
const PATIENT = { share: 1 / 64, pixels: 8 * 1024 * 1024 };

/**
 * Tiles of a finer overview than is wanted that one tile of the map is made of at most, where it waits for them. With one only, it
 * would often wait for the next round of the build, which begins when all of the raster has been read.
 */
const FEW_TILES = 4;

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
  readonly #options: Options;
  /** The reduction that is kept. */
  readonly #kept: number;
  readonly #grown: GrownTiles | null;
  readonly #patientFrom: number;
  #turn: Promise<void> = Promise.resolve();
  /** See TileLoader. */
  readonly preview: PreviewSource | null;

  constructor(plan: TilePlan, planned: PlannedLevel, options: Options) {
    this.#options = options;
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
    const { growing, pool, patientFrom = PATIENT.pixels } = options;
    this.#patientFrom = patientFrom;
    this.#grown = growing ? new GrownTiles(plan, planned.tile.level, growing, pool) : null;
    const preview = planPreview(plan, planned);
    this.preview = preview && this.#previewOf(preview);
  }

  clear(): void {
    this.#cells.clear();
  }

  /**
   * Out of overviews that are being built as far as these are there, or get there before the raster is read; else out of
   * the raster. A part of that which cannot be read leaves a hole; only when none can be read does the tile fail.
   */
  async load(level: TileLevel, column: number, row: number, signal?: AbortSignal): Promise<TilePixels> {
    const window = this.#windowOf(level, column, row);
    const { factor } = level;
    await this.#grown?.ready;
    signal?.throwIfAborted();
    const built = this.#isLarge(level) ? await this.#onceBuilt(window, factor, signal) : null;
    const pixels = built ?? (await this.#piece(window, factor, CUTS, signal));
    const tile = { width: level.tileWidth, height: level.tileHeight };
    const side = { width: window.width / factor, height: window.height / factor };
    if (side.width === tile.width && side.height === tile.height) return pixels;
    const channels = this.#plan.channels.length;
    const whole = { ...tile, pixels: createPixels(this.#plan.dtype, tile.width * tile.height * channels) };
    copyPixels({ pixels, ...side }, whole, { x: 0, y: 0 }, channels);
    return whole.pixels;
  }

  /** A piece of which only a part is built is cut into quarters, and these again. */
  async #piece(
    window: PixelWindow,
    factor: number,
    cuts: number,
    signal: AbortSignal | undefined,
  ): Promise<TilePixels> {
    const made = await this.#grown?.load(window, factor, signal);
    if (made) return made;
    if (cuts === 0 || !this.#grown?.hasSome(window)) return this.#whicheverComes(window, factor, signal);
    const channels = this.#plan.channels.length;
    const whole = { width: window.width / factor, height: window.height / factor };
    const target = {
      ...whole,
      pixels: createPixels(this.#plan.dtype, whole.width * whole.height * channels),
    };
    await Promise.all(
      quartersOf(window, factor).map(async (part) => {
        const pixels = await this.#piece(part, factor, cuts - 1, signal);
        const from = { pixels, width: part.width / factor, height: part.height / factor };
        const place = { x: (part.x - window.x) / factor, y: (part.y - window.y) / factor };
        copyPixels(from, target, place, channels);
      }),
    );
    return target.pixels;
  }

  /** Those at the edge are as large as the others of their level: all of them come at the same time. */
  #isLarge({ factor, tileWidth, tileHeight }: TileLevel): boolean {
    const pixels = tileWidth * tileHeight * factor * factor;
    return pixels > this.#patientFrom && pixels > PATIENT.share * this.#base.width * this.#base.height;
  }

  /**
   * Out of overviews, as long as somebody builds them; null where nobody does. Levels that are much finer are not read: the one
   * that is wanted follows them.
   */
  async #onceBuilt(
    window: PixelWindow,
    factor: number,
    signal: AbortSignal | undefined,
  ): Promise<TilePixels | null> {
    const grown = this.#grown;
    if (!grown) return null;
    const load = (): Promise<TilePixels | null> => grown.load(window, factor, signal, FEW_TILES);
    let made = await load();
    while (!made && grown.isUnderWay) {
      await grown.nextChange(signal);
      made = await load();
    }
    return made;
  }

  /** The raster is given up when overviews are there first. */
  async #whicheverComes(
    window: PixelWindow,
    factor: number,
    signal: AbortSignal | undefined,
  ): Promise<TilePixels> {
    const grown = this.#grown;
    if (!grown?.isGrowing) return this.#fromRaster(window, factor, signal);
    signal?.throwIfAborted();
    const either = new AbortController();
    const giveUp = (): void => either.abort(signal?.reason);
    signal?.addEventListener('abort', giveUp, { once: true });
    const end = grown.whenMade(window, factor, () => either.abort(new Overtaken()));
    try {
      return await this.#fromRaster(window, factor, either.signal);
    } catch (error) {
      if (error instanceof AppError && NOT_IN_THIS_WAY.has(error.kind)) {
        throw new NotYetMade(error, new Promise((made) => void grown.whenMade(window, factor, made)));
      }
      if (!(error instanceof Overtaken)) throw error;
      return (await grown.load(window, factor, signal)) ?? (await this.#fromRaster(window, factor, signal));
    } finally {
      end();
      signal?.removeEventListener('abort', giveUp);
    }
  }

  async #fromRaster(
    window: PixelWindow,
    wanted: number,
    signal: AbortSignal | undefined,
  ): Promise<TilePixels> {
    const factor = Math.min(wanted, this.#kept);
    const more = wanted / factor;
    const grid = this.#cells.grid(factor);
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
    return averaged(target.pixels, side.width, side.height, channels, more);
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

  #previewOf(preview: PreviewPlan): PreviewSource {
    const { grid, samples } = preview;
    const { scaleX, scaleY } = this.#base;
    const { readPreview } = this.#options;
    const isSmall = grid.cellWidth * grid.cellHeight <= LARGEST_SAMPLE;
    const sample = (): Promise<TilePixels> => this.#sample(preview);
    const load = async (): Promise<TilePixels> =>
      (readPreview && isSmall ? await readPreview().catch(() => null) : null) ?? sample();
    let picture: Promise<TilePixels> | null = null;
    return {
      width: samples.across * samples.partsAcross,
      height: samples.down * samples.partsDown,
      covers: {
        width: grid.columns * grid.cellWidth * scaleX,
        height: grid.rows * grid.cellHeight * scaleY,
      },
      load: () => (picture ??= load()),
    };
  }

  async #sample(preview: PreviewPlan): Promise<TilePixels> {
    const { across, down } = preview.samples;
    const samples = await Promise.all(
      Array.from({ length: across * down }, (_, index) => this.#sampleOf(preview, index)),
    );
    return pictureOf(preview, samples, this.#plan);
  }

  /** Of a stratum the most central cell that the file holds; null where it holds none, or it cannot be read. */
  async #sampleOf({ grid, samples, factor }: PreviewPlan, index: number): Promise<Sample | null> {
    await this.#cells.ready;
    const cells = cellsOfStratum(grid, samples, index % samples.across, Math.floor(index / samples.across));
    for (const cell of cells) {
      if (!this.#cells.isStored(factor, cell)) continue;
      const pixels = await this.#cells.get(factor, cell, true).catch(() => null);
      return pixels && { pixels, width: grid.cellWidth / factor, height: grid.cellHeight / factor };
    }
    return null;
  }
}

/** Halves each way, at a multiple of the factor. */
function quartersOf({ x, y, width, height }: PixelWindow, factor: number): PixelWindow[] {
  const halves = (from: number, side: number): (readonly [from: number, side: number])[] => {
    const half = Math.ceil(side / factor / 2) * factor;
    return side > half
      ? [
          [from, half],
          [from + half, side - half],
        ]
      : [[from, side]];
  };
  return halves(y, height).flatMap(([top, down]) =>
    halves(x, width).map(([left, across]) => ({ x: left, y: top, width: across, height: down })),
  );
}

/** What overviews get round: they are made piece by piece. Damage is told. */
const NOT_IN_THIS_WAY: ReadonlySet<string> = new Set(['tiff.block_too_large', 'tiff.blocks_too_small']);

/** The raster cannot be read in this way, but overviews that are being built will tell the same. */
export class NotYetMade extends Error {
  constructor(
    cause: AppError,
    /** Resolves when they are there. */
    readonly made: Promise<void>,
  ) {
    super(cause.message, { cause });
  }
}

/** Why the raster is no longer read for a tile: overviews have it. */
class Overtaken extends Error {}

async function storedTest({ image, tile }: PlannedLevel, options: Options): Promise<StoredTest | null> {
  if (image.columns * image.rows < FEW_BLOCKS || !options.readStored) return null;
  const bits = await options.readStored(tile.level).catch(() => null);
  return bits && ((index) => ((bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0);
}
