import type { RasterDescription } from '@shared/tiff/types';
import type { DecoderPool } from './decoderPool';

/**
 * Fetches the stored bytes of blocks, null for sparse ones; in the order of `indices`, of which there are at most 64.
 * In the window this is the channel `rasters.readBlocks`.
 */
export type BlockReader = (
  request: BlockRequest,
  signal?: AbortSignal,
) => Promise<readonly (Uint8Array | null)[]>;

export interface BlockRequest {
  readonly kind: 'image' | 'mask';
  /** Index into description.levels or description.maskLevels. */
  readonly level: number;
  readonly indices: readonly number[];
}

/** One zoom step of the display: a grid of tiles over one level of the raster. */
export interface TileLevel {
  /** Index into description.levels. */
  readonly level: number;
  /** px of the level */
  readonly width: number;
  readonly height: number;
  /** px; every tile is that large, what lies outside the level is transparent. */
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** Tiles across and down. */
  readonly columns: number;
  readonly rows: number;
  /** Full-resolution pixels per pixel of this level, across and down. */
  readonly scaleX: number;
  readonly scaleY: number;
}

/** What one channel of a tile holds. */
export type TileChannel =
  | { readonly kind: 'band'; /** zero-based band of the raster */ readonly band: number }
  | { readonly kind: 'palette'; readonly colour: 'red' | 'green' | 'blue' }
  /** Always the last one: 0 transparent … 255 opaque in Uint8Array tiles, 0 … 1 in Float32Array tiles. */
  | { readonly kind: 'opacity' };

/**
 * The tiles of a raster, ready for an OpenLayers DataTile source. Nodata, masks and alpha are already in the opacity
 * channel; a palette is expanded to red, green, blue.
 */
export interface TileLoader {
  /** Full resolution first, then each overview. */
  readonly levels: readonly TileLevel[];
  /** Channels of each pixel, interleaved in this order. OpenLayers' `bandCount` is its length. */
  readonly channels: readonly TileChannel[];
  /** 'uint8' for rasters of 8 bits and less (and palettes): Uint8Array; else Float32Array with the raster's own values. */
  readonly dtype: 'uint8' | 'float32';
  /**
   * The samples of a tile: tileWidth·tileHeight·channels.length values. `level` counts in `levels`.
   * Throws the signal's reason when aborted, else AppError `tiff.*`, `rasters.*`.
   */
  load(level: number, column: number, row: number, signal?: AbortSignal): Promise<Uint8Array | Float32Array>;
  /** Drops the cache. The pool belongs to the caller and is not closed. */
  dispose(): void;
}

export interface TileLoaderOptions {
  readonly description: RasterDescription;
  readonly readBlocks: BlockReader;
  readonly pool: DecoderPool;
  /** Zero-based bands to load; all without the alpha band when left out. Ignored for palettes. */
  readonly bands?: readonly number[];
  /** bytes of decoded strips and blocks kept; 128 MiB when left out. */
  readonly cacheBytes?: number;
}
