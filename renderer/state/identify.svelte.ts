import { toErrorData, type ErrorData } from '@shared/errors';
import type { IdentifiedFeature } from '@shared/ipc/types';
import type { Api } from '../bridge';

/** A raster's pixel under the point, at full resolution. */
export interface PixelReading {
  readonly layerId: string;
  readonly layerName: string;
  readonly column: number;
  readonly row: number;
  /** In the raster's own coordinate system; null for a picture without a place. */
  readonly place: {
    readonly x: number;
    readonly y: number;
    readonly crs: string;
    readonly degrees: boolean;
  } | null;
  /** One value for each band, as the file has it. */
  readonly values: readonly number[];
  /** False where nodata, mask or alpha say that there is nothing. */
  readonly valid: boolean;
  /** Whether the values are whole numbers. */
  readonly whole: boolean;
  /** What the palette makes of the value, 0–255; null without one. */
  readonly colour: readonly [number, number, number, number] | null;
}

export interface FeatureReading {
  readonly layerName: string;
  readonly processingId: string;
  readonly feature: IdentifiedFeature;
}

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly lon: number | null;
  readonly lat: number | null;
  readonly toleranceMetres: number;
}

export interface Identified {
  readonly place: Place;
  readonly pixels: readonly PixelReading[];
  readonly features: readonly FeatureReading[];
}

/** What lies under a clicked point: features of results, pixels of rasters. */
export class Identify {
  readonly #api: Api;
  #found = $state.raw<Identified | null>(null);
  #busy = $state(false);
  #error = $state.raw<ErrorData | null>(null);
  #turn = 0;

  constructor(api: Api) {
    this.#api = api;
  }

  get found(): Identified | null {
    return this.#found;
  }

  get busy(): boolean {
    return this.#busy;
  }

  get error(): ErrorData | null {
    return this.#error;
  }

  /** Whether there is something to say about a point. */
  get showsCard(): boolean {
    return this.#found !== null || this.#busy || this.#error !== null;
  }

  /** `results`: the visible ones, topmost first; `pixels` reads the rasters, which only the map can. */
  async at(
    place: Place,
    results: readonly { readonly processingId: string; readonly name: string }[],
    pixels: () => Promise<readonly PixelReading[]>,
  ): Promise<void> {
    const turn = ++this.#turn;
    this.#busy = true;
    this.#error = null;
    try {
      const [features, readings] = await Promise.all([this.#features(place, results), pixels()]);
      if (turn === this.#turn) this.#found = { place, pixels: readings, features };
    } catch (error) {
      if (turn === this.#turn) this.#error = toErrorData(error);
    } finally {
      if (turn === this.#turn) this.#busy = false;
    }
  }

  clear(): void {
    this.#turn += 1;
    this.#found = null;
    this.#busy = false;
    this.#error = null;
  }

  async #features(
    place: Place,
    results: readonly { readonly processingId: string; readonly name: string }[],
  ): Promise<readonly FeatureReading[]> {
    const { lon, lat, toleranceMetres } = place;
    if (lon === null || lat === null) return [];
    const found = await Promise.all(
      results.map(async ({ processingId, name }) => {
        const features = await this.#api.call('results.identify', {
          processingId,
          lon,
          lat,
          toleranceMetres,
        });
        return features.map((feature) => ({ layerName: name, processingId, feature }));
      }),
    );
    return found.flat();
  }
}
