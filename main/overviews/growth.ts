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
  #timer: NodeJS.Timeout | null = null;

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

  put(tiles: readonly PlacedTile[]): void {
    for (const tile of tiles) this.#index.put(tile);
    if (tiles.length > 0) this.#tellSoon();
  }

  /** Takes what the next build will go on from, and forgets all else: that may be written over. */
  async restart(): Promise<void> {
    const kept = await keptTiles(this.target, this.source, this.#plan);
    this.forget();
    this.put(kept);
  }

  /** Nothing is there any more. */
  forget(): void {
    this.#index = new TileIndex(this.#plan);
    this.#tellSoon();
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

  #tellSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.tell();
    }, TELL_INTERVAL);
    this.#timer.unref();
  }
}
