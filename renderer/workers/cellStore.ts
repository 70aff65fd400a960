import { AppError, fromErrorData } from '@shared/errors';
import { ByteCache } from '@shared/tiff/windowCache';
import type { TilePixels } from '@shared/tiff/tiles/average';
import { cellBlocks, type CellBlocks } from '@shared/tiff/tiles/cellBlocks';
import { cellGrid, cellWindow, type CellGrid } from '@shared/tiff/tiles/cellGrid';
import type { CellPart, StoredBlocks } from '@shared/tiff/tiles/reducedCell';
import type { DecoderPool } from './decoderPool';
import type { BlockReader } from './tileLoader';
import { abortable } from './abortable';
import type { PlannedLevel, TilePlan } from '@shared/tiff/tiles/tilePlan';

/** Blocks that one call may ask for (the contract of `rasters.readBlocks`). */
const MOST_INDICES = 64;
/** px that go to a worker at once: enough to be worth a message, few enough that what is in sight need not wait. */
const BATCH_PIXELS = 12 * 512 * 512;

/** Says of a block of the level whether there is anything in the file for it. */
export type StoredTest = (index: number) => boolean;

interface Wanted {
  readonly cell: number;
  readonly factor: number;
  /** Indices of the blocks that it is made of. */
  readonly image: readonly number[];
  readonly mask: readonly number[];
  waiters: number;
  readonly resolve: (pixels: TilePixels | null) => void;
  readonly reject: (reason: unknown) => void;
}

export interface CellStoreOptions {
  readonly plan: TilePlan;
  readonly planned: PlannedLevel;
  readonly readBlocks: BlockReader;
  readonly pool: DecoderPool;
  /** bytes of reduced cells kept */
  readonly cacheBytes: number;
  /** Once it is known; without it every block is asked for. */
  readonly stored: Promise<StoredTest | null>;
  onDamage(error: unknown): void;
}

/** Reduced cells of one level: each is read and decoded once while the cache holds it, a few at a time, in the order asked for. */
export class CellStore {
  readonly #options: CellStoreOptions;
  readonly #grids = new Map<number, CellGrid>();
  readonly #cache: ByteCache<TilePixels | null>;
  readonly #queue = new Map<string, Wanted>();
  readonly #urgent = new Map<string, Wanted>();
  #running = 0;
  #pumping = false;
  #stored: StoredTest | null = null;

  constructor(options: CellStoreOptions) {
    this.#options = options;
    this.#cache = new ByteCache(options.cacheBytes, (pixels) => pixels?.byteLength ?? 0);
    void options.stored.then((stored) => (this.#stored = stored));
  }

  grid(factor: number): CellGrid {
    const known = this.#grids.get(factor) ?? cellGrid(this.#options.planned.image, factor);
    this.#grids.set(factor, known);
    return known;
  }

  /**
   * A cell's pixels at 1/factor; null where there is nothing but transparency. `urgent` ones come before all others. Rejects
   * with AppError `tiff.*`, `rasters.*` where nothing of it can be read.
   */
  async get(factor: number, cell: number, urgent = false): Promise<TilePixels | null> {
    await this.#options.stored;
    return this.#want(factor, cell, urgent).pixels;
  }

  /**
   * Cells for one tile, each given to `take` as it comes, failures to `fail`. Thousands of cells may be asked for in one go:
   * they share one look at the signal. Rejects with its reason.
   */
  async gather(
    factor: number,
    cells: readonly number[],
    signal: AbortSignal | undefined,
    take: (cell: number, pixels: TilePixels) => void,
    fail: (error: unknown) => void,
  ): Promise<void> {
    await this.#options.stored;
    signal?.throwIfAborted();
    const given = cells.map((cell) => this.#want(factor, cell, false));
    const all = given.map(({ pixels }, i) =>
      pixels.then((found) => found && take(cells[i] as number, found), fail),
    );
    await abortable(Promise.all(all), signal, () => {
      for (const { queued } of given) if (queued) queued.waiters -= 1;
    });
  }

  #want(
    factor: number,
    cell: number,
    urgent: boolean,
  ): { readonly pixels: Promise<TilePixels | null>; readonly queued: Wanted | undefined } {
    const key = `${factor}/${cell}`;
    const pixels = this.#cache.get(key, () => this.#enqueue(factor, cell, key, urgent));
    const queued = this.#urgent.get(key) ?? this.#queue.get(key);
    if (queued) queued.waiters += 1;
    return { pixels, queued };
  }

  clear(): void {
    this.#cache.clear();
  }

  /** Once it is known which blocks the file holds. */
  get ready(): Promise<unknown> {
    return this.#options.stored;
  }

  tellDamage(error: unknown): void {
    this.#options.onDamage(error);
  }

  /** Whether the file holds anything for a cell. */
  isStored(factor: number, cell: number): boolean {
    const stored = this.#stored;
    return stored === null || this.#blocks(factor, cell).image.some(stored);
  }

  #blocks(factor: number, cell: number): CellBlocks {
    const { plan, planned } = this.#options;
    return cellBlocks(plan, planned, this.grid(factor), factor, cell);
  }

  async #enqueue(factor: number, cell: number, key: string, urgent: boolean): Promise<TilePixels | null> {
    const blocks = this.#blocks(factor, cell);
    const byMask = this.#options.plan.opacity.kind === 'mask';
    if (!byMask && this.#stored !== null && !blocks.image.some(this.#stored)) return null;
    return new Promise((resolve, reject) => {
      const wanted: Wanted = { cell, factor, ...blocks, waiters: 0, resolve, reject };
      (urgent ? this.#urgent : this.#queue).set(key, wanted);
      // What is asked for in one turn goes together.
      if (!this.#pumping) setTimeout(() => this.#pump(), 0);
      this.#pumping = true;
    });
  }

  #pump(): void {
    this.#pumping = false;
    // One batch is decoded, one waits, one is being read.
    while (this.#running < this.#options.pool.size * 2 + 1) {
      const batch = this.#nextBatch();
      if (batch.length === 0) return;
      this.#running += 1;
      void this.#work(batch).finally(() => {
        this.#running -= 1;
        this.#pump();
      });
    }
  }

  #nextBatch(): Wanted[] {
    const queue = this.#urgent.size > 0 ? this.#urgent : this.#queue;
    const batch: Wanted[] = [];
    let blocks = 0;
    for (const [key, wanted] of queue) {
      if (wanted.waiters === 0) {
        queue.delete(key);
        this.#cache.delete(key);
        wanted.reject(new AppError('map.nobody_waits'));
        continue;
      }
      blocks += wanted.image.length;
      if (!this.#fits(batch, wanted, blocks)) break;
      queue.delete(key);
      batch.push(wanted);
    }
    return batch;
  }

  #fits(batch: readonly Wanted[], { factor }: Wanted, blocks: number): boolean {
    const [first] = batch;
    if (!first) return true;
    const { cellWidth, cellHeight } = this.grid(factor);
    const pixels = (batch.length + 1) * cellWidth * cellHeight;
    return first.factor === factor && blocks <= MOST_INDICES && pixels <= BATCH_PIXELS;
  }

  async #work(batch: readonly Wanted[]): Promise<void> {
    const { plan, planned, pool } = this.#options;
    const { image, mask, tile, maskIndex } = planned;
    const [first] = batch as readonly [Wanted];
    const { factor } = first;
    try {
      const [imageBytes, maskBytes] = await Promise.all([
        this.#read(
          'image',
          tile.level,
          batch.flatMap((asked) => asked.image),
        ),
        this.#read(
          'mask',
          maskIndex,
          batch.flatMap((asked) => asked.mask),
        ),
      ]);
      const cells = batch.map((asked): CellPart => ({
        window: cellWindow(this.grid(factor), asked.cell),
        imageBytes: pick(imageBytes, asked.image),
        maskBytes: pick(maskBytes, asked.mask),
      }));
      const made = await pool.reduceCells({ plan, image, mask, factor, cells });
      batch.forEach((wanted, i) => {
        const { pixels = null, error = null } = made[i] ?? {};
        if (error && pixels) this.#options.onDamage(fromErrorData(error));
        if (error && !pixels) wanted.reject(fromErrorData(error));
        else wanted.resolve(pixels);
      });
    } catch (error) {
      // One block that lies outside the file spoils the call: the others are read without it.
      if (batch.length > 1) await Promise.all(batch.map((asked) => this.#work([asked])));
      else first.reject(error);
    }
  }

  async #read(
    kind: 'image' | 'mask',
    level: number,
    indices: readonly number[],
  ): Promise<Map<number, Uint8Array | null>> {
    const found = new Map<number, Uint8Array | null>();
    const present = [...new Set(indices)].filter((index) => kind === 'mask' || this.#isPresent(index));
    for (let at = 0; at < present.length; at += MOST_INDICES) {
      const some = present.slice(at, at + MOST_INDICES);
      const bytes = await this.#options.readBlocks({ kind, level, indices: some });
      some.forEach((index, i) => found.set(index, bytes[i] ?? null));
    }
    return found;
  }

  #isPresent(index: number): boolean {
    return this.#stored === null || this.#stored(index);
  }
}

function pick(found: Map<number, Uint8Array | null>, indices: readonly number[]): StoredBlocks {
  return indices.map((index) => [index, found.get(index) ?? null] as const);
}
