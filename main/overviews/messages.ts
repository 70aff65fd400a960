import type { ErrorData } from '@shared/errors';
import type { OverviewPlan, PlacedTile } from '@shared/tiff/overviews';

/** What a thread is started with. */
export interface ThreadData {
  readonly path: string;
  /** Suffixes of files beside the raster that do not count. */
  readonly without: readonly string[];
  readonly plan: OverviewPlan;
  /** The unfinished sidecar, which exists. */
  readonly partPath: string;
  readonly control: SharedArrayBuffer;
}

/** A unit to build; `sources` are the tiles it is made from where that is not the raster itself. */
export interface UnitOrder {
  readonly round: number;
  readonly unit: number;
  readonly sources: readonly PlacedTile[];
}

export type FromThread =
  | { readonly kind: 'tiles'; readonly tiles: readonly PlacedTile[] }
  /** Pixels of the source that were taken in since the last word. */
  | { readonly kind: 'progress'; readonly pixels: number }
  /** `damaged` blocks of the source could not be read and count as empty. */
  | { readonly kind: 'done'; readonly round: number; readonly unit: number; readonly damaged: number }
  | { readonly kind: 'failed'; readonly error: ErrorData };
