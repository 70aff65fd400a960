import type { RasterInfo } from '@shared/ipc/types';
import { needsOverviews } from '@shared/tiff/overviews';
import type { Api } from '../bridge';
import { createDecoderPool, type DecoderPool } from '../workers/decoderPool';
import { createTileLoader, type TileLoader } from '../workers/tileLoader';
import { GrowingOverviews } from './growingOverviews';
import type { RasterDisplay } from './rasterDisplay';

/** A raster with more bands than this is not loaded whole: only what is on show. */
const mostBands = 11;

interface Held {
  readonly loader: TileLoader;
  readonly growing: GrowingOverviews | null;
  users: number;
}

/** One loader for each raster, shared by all maps that draw it; closed when the last one lets go. */
export class TileLoaders {
  readonly #api: Api;
  readonly #held = new Map<string, Held>();
  readonly #ondamage: (error: unknown, about: string) => void;
  #pool: DecoderPool | null = null;

  /** `ondamage` hears of parts of a raster that cannot be read while the rest of it is shown. */
  constructor(api: Api, ondamage: (error: unknown, about: string) => void = () => undefined) {
    this.#api = api;
    this.#ondamage = ondamage;
  }

  /** Makes ready what the first raster will need. */
  warmUp(): void {
    this.#pool ??= createDecoderPool();
    this.#pool.warmUp();
  }

  /** What tells two loaders of one raster apart; a change of the display that changes it needs a new loader. */
  keyOf(raster: RasterInfo, display: RasterDisplay): string {
    return [raster.id, raster.description.levels.length, ...(bandsOf(raster, display) ?? [])].join(' ');
  }

  /** To be given back with `release` under the same key. */
  take(key: string, raster: RasterInfo, display: RasterDisplay): TileLoader {
    const held = this.#held.get(key) ?? this.#create(raster, display);
    held.users += 1;
    this.#held.set(key, held);
    return held.loader;
  }

  release(key: string): void {
    const held = this.#held.get(key);
    if (!held) return;
    held.users -= 1;
    if (held.users > 0) return;
    this.#held.delete(key);
    end(held);
  }

  close(): void {
    for (const held of this.#held.values()) end(held);
    this.#held.clear();
    this.#pool?.close();
    this.#pool = null;
  }

  #create(raster: RasterInfo, display: RasterDisplay): Held {
    this.#pool ??= createDecoderPool();
    const bands = bandsOf(raster, display);
    const growing = needsOverviews(raster.description) ? new GrowingOverviews(this.#api, raster.id) : null;
    const loader = createTileLoader({
      description: raster.description,
      pool: this.#pool,
      readBlocks: ({ kind, level, indices }) =>
        this.#api.call('rasters.readBlocks', { rasterId: raster.id, kind, level, indices: [...indices] }),
      readPreview: () =>
        this.#api.call('rasters.preview', { rasterId: raster.id, bands: bands && [...bands] }),
      readStored: (level) => this.#api.call('rasters.storedBlocks', { rasterId: raster.id, level }),
      onDamage: (error) => this.#ondamage(error, raster.name),
      ...(bands ? { bands } : {}),
      ...(growing ? { growing } : {}),
    });
    return { loader, growing, users: 0 };
  }
}

function end({ loader, growing }: Held): void {
  loader.dispose();
  growing?.close();
}

/** The bands to load; null for all of them. */
function bandsOf(raster: RasterInfo, display: RasterDisplay): readonly number[] | null {
  const { bands, palette } = raster.description;
  if (palette !== null || bands <= mostBands) return null;
  return [...new Set(display.channels.map((channel) => channel.band))].sort((a, b) => a - b);
}
