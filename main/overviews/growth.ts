import { AppError } from '@shared/errors';
import {
  growingLevels,
  planOverviews,
  TileIndex,
  type GrowingLevels,
  type OverviewPlan,
  type PlacedTile,
} from '@shared/tiff/overviews';
import type { BlockRange, RasterDescription } from '@shared/tiff/types';
import { keptTiles, partPathOf, type SourceIdentity } from './partFile';

/** ms between two words about how far levels have grown */
const TELL_INTERVAL = 300;

/** Where bytes of an unfinished sidecar lie. */
export interface GrowingRanges {
  readonly path: string;
  /** Length 0 where a tile is empty. */
  readonly ranges: readonly BlockRange[];
}

/** What there is of one raster's overviews while they are built, told a few times a second at most. */
export class Growth {
  readonly #plan: OverviewPlan;
  #index: TileIndex;
  /** Also where all of them are empty. */
  #hasTiles = false;
  #timer: NodeJS.Timeout | null = null;
  #untold = false;

  /** Throws as planOverviews does. */
  constructor(
    description: RasterDescription,
    private readonly source: SourceIdentity,
    private readonly target: string,
    private readonly tell: () => void,
  ) {
    this.#plan = planOverviews(description);
    this.#index = new TileIndex(this.#plan);
  }

  get levels(): GrowingLevels {
    return growingLevels(this.#plan, this.#index);
  }

  /** How much of the finest level is there, 0–1. */
  get share(): number {
    const [finest] = this.#plan.levels;
    if (!finest) return 0;
    let made = 0;
    for (const byte of this.#index.made(0)) for (let bits = byte; bits > 0; bits &= bits - 1) made++;
    return made / (finest.columns * finest.rows);
  }

  put(tiles: readonly PlacedTile[]): void {
    if (tiles.length === 0) return;
    for (const tile of tiles) this.#index.put(tile);
    this.#hasTiles = true;
    this.#tellSoon();
  }

  /** Takes what the next build will go on from, and forgets all else: that may be written over. */
  async restart(): Promise<void> {
    this.#replace(await keptTiles(this.target, this.source, this.#plan));
  }

  /** Nothing is there any more. */
  forget(): void {
    this.#replace([]);
  }

  /** In one go: nobody hears of a state between. */
  #replace(tiles: readonly PlacedTile[]): void {
    const had = this.#hasTiles;
    this.#index = new TileIndex(this.#plan);
    this.#hasTiles = false;
    this.put(tiles);
    if (had && tiles.length === 0) this.#tellSoon();
  }

  /** Where tiles lie. Throws `overviews.not_made` where one is not there yet. */
  ranges(kind: PlacedTile['kind'], level: number, indices: readonly number[]): GrowingRanges {
    const ranges = indices.map((index) => {
      const range = this.#index.get(kind, level, index);
      if (!range) throw new AppError('overviews.not_made');
      return range;
    });
    return { path: partPathOf(this.target), ranges };
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
  }

  /** At once, or when the last word is old enough. */
  #tellSoon(): void {
    if (this.#timer) {
      this.#untold = true;
      return;
    }
    this.#untold = false;
    this.tell();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#untold) this.#tellSoon();
    }, TELL_INTERVAL);
    this.#timer.unref();
  }
}
