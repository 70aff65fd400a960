import type { Level, PixelWindow, RasterDescription } from '@shared/tiff/types';
import { ByteCache } from '@shared/tiff/windowCache';
import { splitDescription } from '@shared/tiff/windowStrips';
import { BlockStore, type FoundBlocks } from './blockStore';
import type { StoredBlocks } from '@shared/tiff/tiles/reducedCell';
import type { DecoderPool } from './decoderPool';
import type { GrowingSource } from './grownTiles';
import { ReducedTiles } from './reducedTiles';
import { assembleTile, tileBlocks } from '@shared/tiff/tiles/tileAssembler';
import {
  planLevels,
  planTiles,
  type PlannedLevel,
  type TileChannel,
  type TileLevel,
  type TilePlan,
} from '@shared/tiff/tiles/tilePlan';

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
  /** As in Raster.blockRange; large uncompressed strips count in the parts of `splitDescription`. */
  readonly indices: readonly number[];
}

/**
 * The tiles of a raster, ready for an OpenLayers DataTile source. Nodata, masks and alpha are already in the opacity
 * channel; a palette is expanded to red, green, blue.
 */
export interface TileLoader {
  /** Full resolution first, then each overview, then those that are averaged from the coarsest one. */
  readonly levels: readonly TileLevel[];
  /** Channels of each pixel, interleaved in this order. OpenLayers' `bandCount` is its length. */
  readonly channels: readonly TileChannel[];
  /** 'uint8' for rasters of 8 bits and less (and palettes): Uint8Array; else Float32Array with the raster's own values. */
  readonly dtype: 'uint8' | 'float32';
  /**
   * The samples of a tile: tileWidth·tileHeight·channels.length values. `level` counts in `levels`.
   * Throws the signal's reason when aborted, NotYetMade where overviews that are being built have to be awaited, else AppError
   * `tiff.*`, `rasters.*`.
   */
  load(level: number, column: number, row: number, signal?: AbortSignal): Promise<Uint8Array | Float32Array>;
  /** Null where the coarsest own level is small enough to be read as it is. */
  readonly preview: PreviewSource | null;
  /** Drops the cache. The pool belongs to the caller and is not closed. */
  dispose(): void;
}

/** A coarse picture of the whole raster from samples, there in some tenths of a second. */
export interface PreviewSource {
  /** px of the picture */
  readonly width: number;
  readonly height: number;
  /** Full-resolution pixels that it covers, from the upper left corner; a little more than the raster. */
  readonly covers: { readonly width: number; readonly height: number };
  /** The picture, as `load` gives tiles. Samples that cannot be read are transparent. */
  load(): Promise<Uint8Array | Float32Array>;
}

export interface TileLoaderOptions {
  readonly description: RasterDescription;
  readonly readBlocks: BlockReader;
  readonly pool: DecoderPool;
  /** Zero-based bands to load; all without the alpha band when left out. Ignored for palettes. */
  readonly bands?: readonly number[];
  /** bytes of finished tiles kept, and as many of decoded strips and of reduced pieces; 96 MiB when left out. */
  readonly cacheBytes?: number;
  /** Says which blocks of a large level the file holds, one bit each, lowest first; null where that is not known. */
  readonly readStored?: (level: number) => Promise<Uint8Array | null>;
  /** The preview's pixels as `samplePreview` gives them, where somebody reads them nearer to the file; null where nobody does. */
  readonly readPreview?: () => Promise<Uint8Array | Float32Array | null>;
  /** Overviews that are being built: where they are there, levels above the raster's own are made of them. */
  readonly growing?: GrowingSource;
  /**
   * px of the raster: a tile of more, and of more than a small part of it, waits for overviews as long as somebody builds them. 32
   * million when left out.
   */
  readonly patientFrom?: number;
  /** Told of blocks that could not be read or decoded, where the rest of the tile is shown all the same. */
  readonly onDamage?: (error: unknown) => void;
}

const CACHE_BYTES = 96 * 1024 * 1024;
/** Blocks that one call may ask for (the contract of `rasters.readBlocks`). */
const MOST_INDICES = 64;

/**
 * Loads the tiles of a raster. Where its own tiles are fit to be shown, a worker decodes and finishes each; strips and odd
 * tiles are decoded once each and put together here. Samples of less than 8 bits are spread over 0–255; where small samples
 * are light they are turned round.
 */
export function createTileLoader(options: TileLoaderOptions): TileLoader {
  return new RasterTileLoader(options);
}

class RasterTileLoader implements TileLoader {
  readonly levels: readonly TileLevel[];
  readonly channels: readonly TileChannel[];
  readonly dtype: 'uint8' | 'float32';
  readonly preview: PreviewSource | null;
  readonly #options: TileLoaderOptions;
  readonly #plan: TilePlan;
  readonly #levels: readonly PlannedLevel[];
  readonly #store: BlockStore;
  readonly #tiles: ByteCache<Uint8Array | Float32Array>;
  readonly #reduced: ReducedTiles;

  constructor(options: TileLoaderOptions) {
    const description = splitDescription(options.description);
    const cacheBytes = options.cacheBytes ?? CACHE_BYTES;
    this.#options = options;
    this.#plan = planTiles(description, options.bands ?? null);
    this.#levels = planLevels(description, this.#plan);
    this.#store = new BlockStore(options.readBlocks, options.pool, cacheBytes);
    this.#tiles = new ByteCache(cacheBytes, (tile) => tile.byteLength);
    this.channels = this.#plan.channels;
    this.dtype = this.#plan.dtype;
    const own = this.#levels.map(({ tile }) => tile);
    this.#reduced = new ReducedTiles(this.#plan, this.#levels.at(-1) as PlannedLevel, {
      ...options,
      cacheBytes,
    });
    this.levels = [...own, ...this.#reduced.levels];
    this.preview = this.#reduced.preview;
  }

  async load(
    level: number,
    column: number,
    row: number,
    signal?: AbortSignal,
  ): Promise<Uint8Array | Float32Array> {
    signal?.throwIfAborted();
    const key = `${level}/${column}/${row}`;
    const known = this.#tiles.peek(key);
    if (known) return known;
    const tile = await this.#make(level, column, row, signal);
    return this.#tiles.get(key, () => Promise.resolve(tile));
  }

  #make(
    level: number,
    column: number,
    row: number,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array | Float32Array> {
    const reduced = this.#reduced.levels[level - this.#levels.length];
    if (reduced) return this.#reduced.load(reduced, column, row, signal);
    const planned = this.#levels[level];
    if (!planned) throw new RangeError(`level ${level}`);
    const { tileWidth, tileHeight } = planned.tile;
    const window = { x: column * tileWidth, y: row * tileHeight, width: tileWidth, height: tileHeight };
    return planned.aligned
      ? this.#loadAligned(planned, window, signal)
      : this.#loadShared(planned, window, signal);
  }

  dispose(): void {
    this.#tiles.clear();
    this.#store.clear();
    this.#reduced.clear();
  }

  /** A tile that is one block: the worker does it all. */
  async #loadAligned(
    { tile, image, mask, maskIndex }: PlannedLevel,
    window: PixelWindow,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array | Float32Array> {
    const needed = tileBlocks(this.#plan, image, mask, window);
    const [imageBytes, maskBytes] = await Promise.all([
      this.#read('image', tile.level, needed.image, signal),
      this.#read('mask', maskIndex, needed.mask, signal),
    ]);
    const task = { plan: this.#plan, image, mask, window, imageBytes, maskBytes };
    return this.#options.pool.decodeTile(task, signal);
  }

  async #read(
    kind: 'image' | 'mask',
    level: number,
    indices: readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<StoredBlocks> {
    const stored: [number, Uint8Array | null][] = [];
    for (let at = 0; at < indices.length; at += MOST_INDICES) {
      const some = indices.slice(at, at + MOST_INDICES);
      const bytes = await this.#options.readBlocks({ kind, level, indices: some }, signal);
      some.forEach((index, i) => stored.push([index, bytes[i] ?? null]));
    }
    return stored;
  }

  /** A tile of blocks that others share: they come decoded from the store. */
  async #loadShared(
    { tile, image, mask, maskIndex }: PlannedLevel,
    window: PixelWindow,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array | Float32Array> {
    const needed = tileBlocks(this.#plan, image, mask, window);
    const [images, masks] = await Promise.all([
      this.#store.get({ kind: 'image', level: tile.level, geometry: image }, needed.image, signal),
      this.#store.get({ kind: 'mask', level: maskIndex, geometry: mask as Level }, needed.mask, signal),
    ]);
    this.#tellDamage(images, needed.image.length);
    this.#tellDamage(masks, needed.mask.length);
    return assembleTile({
      plan: this.#plan,
      image,
      mask,
      window,
      imageBlocks: images.blocks,
      maskBlocks: masks.blocks,
    });
  }

  #tellDamage({ failures }: FoundBlocks, needed: number): void {
    if (failures.length === 0) return;
    if (failures.length === needed) throw failures[0];
    for (const failure of failures) this.#options.onDamage?.(failure);
  }
}
