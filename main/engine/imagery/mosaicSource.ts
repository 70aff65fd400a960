import type { PixelWindow } from '@shared/tiff/types';
import type { PixelSource, RgbWindow } from '../models/types';
import type { ImageProfile } from '../store';
import { addStrip, createSums, finish } from './average';
import { paint, type Planes, type Stretch } from './colours';
import type { WorkingGrid } from './grid';
import { placeOn, type Placement } from './lattice';
import { OpenImages } from './openImages';
import { overlay } from './overlay';
import type { RasterAccess } from '../rasterAccess';

/** An image of a processing, in order of arrival: where images overlap, the latest lies on top. */
export interface SourceImage {
  readonly path: string;
  readonly profile: ImageProfile;
}

/** px of source pixels that are put together at once; some 14 MB */
const stripPixels = 2_000_000;

type OnLattice = SourceImage & { readonly placement: Placement };

/**
 * All images of a processing as one picture on the working grid. Source pixels are always read at full resolution and
 * averaged by area, so the picture does not depend on how the imagery was cut or which overviews it has.
 */
export class MosaicSource implements PixelSource {
  readonly width: number;
  readonly height: number;
  readonly gsd: number;
  readonly #images: OpenImages;
  /** Those that share the grid's lattice, and those that do not and are sampled one by one. */
  readonly #aligned: readonly OnLattice[];
  readonly #others: readonly SourceImage[];

  constructor(
    private readonly grid: WorkingGrid,
    images: readonly SourceImage[],
    private readonly stretch: Stretch | null,
    readonly colour: 'rgb' | 'grey',
    rasters: RasterAccess,
  ) {
    this.width = grid.width;
    this.height = grid.height;
    this.gsd = grid.gsd;
    this.#images = new OpenImages(rasters);
    const aligned: OnLattice[] = [];
    const others: SourceImage[] = [];
    for (const image of images) {
      const placement = placeOn(grid.lattice, image.profile);
      if (placement) aligned.push({ ...image, placement });
      else others.push(image);
    }
    this.#aligned = aligned;
    this.#others = others;
  }

  async read(window: PixelWindow, signal?: AbortSignal): Promise<RgbWindow> {
    const picture = await this.#readAligned(window, signal);
    for (const image of this.#others) {
      signal?.throwIfAborted();
      await overlay(picture, window, this.grid, image, await this.#images.get(image.path), this.stretch);
    }
    return picture;
  }

  close(): void {
    this.#images.close();
  }

  /** Puts source pixels together strip by strip and averages them into working pixels. */
  async #readAligned(window: PixelWindow, signal?: AbortSignal): Promise<RgbWindow> {
    const [ratioX, ratioY] = this.grid.ratio;
    const left = (this.grid.column + window.x) * ratioX;
    const top = (this.grid.row + window.y) * ratioY;
    const source = {
      x: Math.floor(left + 1e-6),
      y: Math.floor(top + 1e-6),
      right: Math.ceil(left + window.width * ratioX - 1e-6),
      bottom: Math.ceil(top + window.height * ratioY - 1e-6),
    };
    const width = source.right - source.x;
    if (ratioX === 1 && ratioY === 1) {
      const whole = { x: source.x, y: source.y, width: window.width, height: window.height };
      return asWindow(await this.#strip(whole, signal), window);
    }
    const stripRows = Math.max(1, Math.floor(stripPixels / width));
    const sums = createSums(window.width, window.height);
    const scale = { left: left - source.x, top, ratioX, ratioY };
    for (let y = source.y; y < source.bottom; y += stripRows) {
      signal?.throwIfAborted();
      const height = Math.min(stripRows, source.bottom - y);
      const strip = await this.#strip({ x: source.x, y, width, height }, signal);
      if (strip) addStrip(sums, strip, y, scale);
    }
    return finish(sums);
  }

  /** Source pixels of a rectangle of the lattice; null where no image touches it. */
  async #strip(rectangle: PixelWindow, signal?: AbortSignal): Promise<Strip | null> {
    const touching = this.#aligned.flatMap((image) => {
      const overlap = intersect(rectangle, image.placement);
      return overlap ? [{ image, overlap }] : [];
    });
    if (touching.length === 0) return null;
    const pixels = rectangle.width * rectangle.height;
    const planes: Planes = [new Uint8Array(pixels), new Uint8Array(pixels), new Uint8Array(pixels)];
    const strip: Strip = { ...rectangle, planes, valid: new Uint8Array(pixels) };
    for (const { image, overlap } of touching) {
      const raster = await this.#images.get(image.path);
      const { column, row } = image.placement;
      const inImage = { ...overlap, x: overlap.x - column, y: overlap.y - row };
      const read = await raster.readWindow(0, inImage, signal);
      const at = { x: overlap.x - rectangle.x, y: overlap.y - rectangle.y };
      paint(read, raster.description, this.stretch, strip, at);
    }
    return strip;
  }
}

export interface Strip {
  readonly width: number;
  readonly height: number;
  readonly planes: Planes;
  readonly valid: Uint8Array;
}

/** Source pixels that are working pixels as they are. */
function asWindow(strip: Strip | null, { width, height }: PixelWindow): RgbWindow {
  if (!strip) {
    const nothing = new Uint8Array(width * height);
    return { width, height, red: nothing, green: nothing, blue: nothing, valid: nothing };
  }
  const [red, green, blue] = strip.planes;
  return { width, height, red, green, blue, valid: strip.valid };
}

function intersect(a: PixelWindow, placement: Placement): PixelWindow | null {
  const x = Math.max(a.x, placement.column);
  const y = Math.max(a.y, placement.row);
  const width = Math.min(a.x + a.width, placement.column + placement.width) - x;
  const height = Math.min(a.y + a.height, placement.row + placement.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}
