import type { OpenRaster, RasterAccess } from '../rasterAccess';

/** Open files that are kept; each holds a cache of decoded blocks. */
const mostOpen = 8;

/** Rasters by path, opened when first needed; those that were used longest ago are closed. */
export class OpenImages {
  readonly #open = new Map<string, Promise<OpenRaster>>();

  constructor(private readonly rasters: RasterAccess) {}

  get(path: string): Promise<OpenRaster> {
    const known = this.#open.get(path);
    if (known) {
      this.#open.delete(path);
      this.#open.set(path, known);
      return known;
    }
    const opening = this.rasters.open(path);
    this.#open.set(path, opening);
    opening.catch(() => this.#open.delete(path));
    for (const [oldest] of this.#open) {
      if (this.#open.size <= mostOpen) break;
      this.#close(oldest);
    }
    return opening;
  }

  close(): void {
    for (const path of [...this.#open.keys()]) this.#close(path);
  }

  #close(path: string): void {
    const closing = this.#open.get(path);
    this.#open.delete(path);
    closing?.then((raster) => raster.close()).catch(() => undefined);
  }
}
