import type { Extent } from 'ol/extent';
import DataTileSource from 'ol/source/DataTile';
import type Projection from 'ol/proj/Projection';
import type Tile from 'ol/Tile';
import type { TileSourceEvent } from 'ol/source/Tile';
import TileGrid from 'ol/tilegrid/TileGrid';
import TileState from 'ol/TileState';
import { getKeyZXY } from 'ol/tilecoord';
import type { TilePixels } from '@shared/tiff/tiles/average';
import { NotYetMade } from '../workers/reducedTiles';
import type { TileLoader } from '../workers/tileLoader';
import { bleed } from './bleed';
import { PixelGrid } from './pixelGrid';
import type { Placement } from './placement';
import type { UploadPace } from './uploadPace';

/** One zoom level of the map. */
interface Step {
  /** Full-resolution pixels per pixel of the map's grid. */
  readonly scale: number;
  /** Full-resolution pixels that a tile covers. */
  readonly covers: Size;
  /** px of a tile's picture */
  readonly picture: Size;
  load(column: number, row: number, signal: AbortSignal): Promise<TilePixels>;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** How much coarser than the coarsest level the preview says it is: it stands in for others and is never the one asked for. */
const previewCoarser = 64;

/** The tiles of one raster for the map: at its own levels, at averaged ones above them, and one preview of the whole. */
export class RasterSource extends DataTileSource {
  /** The zoom level of full resolution, in the grid of its own projection. */
  readonly finest: number;
  /** The zoom level of the preview, where there is one. */
  readonly preview: number | null;
  readonly #loading = new Map<string, AbortController>();
  #closed = false;

  /** `onerror` hears of every tile that could not be read, except those that nobody wants any more, and those that come later. */
  constructor(
    loader: TileLoader,
    placement: Placement,
    width: number,
    height: number,
    onerror: (error: unknown) => void,
    pace: UploadPace,
  ) {
    const steps = stepsOf(loader);
    super({
      projection: placement.upright ? placement.projection : new PixelGrid(placement, width, height),
      tileGrid: gridOf(steps, placement, width, height),
      bandCount: loader.channels.length,
      hasAlpha: true,
      interpolate: true,
      transition: 0,
      wrapX: false,
      loader: (z, x, y) => this.#load(steps, z, x, y, loader.channels.length, onerror, pace),
    });
    this.finest = steps.length - 1;
    this.preview = loader.preview ? 0 : null;
    this.setTileSizes(steps.map(({ picture }) => [picture.width, picture.height]));
    this.addEventListener('tileloaderror', (event) => revive(event as TileSourceEvent));
  }

  override getTileGridForProjection(view: Projection): TileGrid {
    const own = this.getProjection();
    if (own instanceof PixelGrid) own.linkTo(view);
    return super.getTileGridForProjection(view);
  }

  /** Gives up what is under way and not among these tiles, by `z/x/y`. */
  keepOnly(wanted: ReadonlySet<string>): void {
    for (const [key, controller] of this.#loading) {
      if (!wanted.has(key)) controller.abort(new OutOfView());
    }
  }

  /** Gives up all that is under way and loads nothing any more; what is loaded stays to be drawn. */
  stopLoading(): void {
    this.#closed = true;
    this.keepOnly(new Set());
  }

  async #load(
    steps: readonly Step[],
    z: number,
    x: number,
    y: number,
    channels: number,
    onerror: (error: unknown) => void,
    pace: UploadPace,
  ): Promise<TilePixels> {
    const step = steps[z];
    if (!step) throw new RangeError(`zoom level ${z}`);
    if (this.#closed) throw new Closed();
    const controller = new AbortController();
    const key = getKeyZXY(z, x, y);
    this.#loading.set(key, controller);
    try {
      const pixels = await step.load(x, y, controller.signal);
      bleed(pixels, step.picture.width, step.picture.height, channels);
      await pace.pass(pixels.byteLength);
      controller.signal.throwIfAborted();
      return pixels;
    } catch (error) {
      if (!controller.signal.aborted && !(error instanceof NotYetMade)) onerror(error);
      throw error;
    } finally {
      if (this.#loading.get(key) === controller) this.#loading.delete(key);
    }
  }
}

class OutOfView extends Error {}

/** The source loads nothing any more. */
class Closed extends Error {}

/** A tile that was given up, or whose time has not come, has failed for the map library: it must be able to begin anew. */
function revive({ tile }: TileSourceEvent): void {
  const given = tile as Tile & { getError?(): unknown };
  const error = given.getError?.();
  const beginAnew = (): void => {
    if (given.getState() === TileState.ERROR) given.setState(TileState.IDLE);
  };
  if (error instanceof OutOfView) queueMicrotask(beginAnew);
  if (error instanceof NotYetMade) void error.made.then(beginAnew);
}

/** Coarsest first, as the map counts its zoom levels. */
function stepsOf(loader: TileLoader): readonly Step[] {
  const steps = loader.levels.map((level, index): Step => ({
    scale: level.scaleX,
    covers: { width: level.tileWidth * level.scaleX, height: level.tileHeight * level.scaleY },
    picture: { width: level.tileWidth, height: level.tileHeight },
    load: (column, row, signal) => loader.load(index, column, row, signal),
  }));
  const { preview } = loader;
  const scale = (steps.at(-1)?.scale ?? 1) * previewCoarser;
  if (preview) steps.push({ scale, covers: preview.covers, picture: preview, load: () => preview.load() });
  return steps.reverse();
}

/**
 * The zoom levels. Where the raster lies upright the grid is in coordinates of its projection, else in its pixels. The
 * map library has one resolution for a level, so a level that is scaled differently down and across has tiles whose height
 * is a fraction of pixels.
 */
function gridOf(steps: readonly Step[], placement: Placement, width: number, height: number): TileGrid {
  const { extent, transform, upright } = placement;
  const pixelWidth = upright ? transform[1] : 1;
  const pixelHeight = upright ? -transform[5] : 1;
  const gridExtent: Extent = upright ? extent : [0, -height, width, 0];
  return new TileGrid({
    extent: gridExtent,
    origin: [gridExtent[0] ?? 0, gridExtent[3] ?? 0],
    resolutions: steps.map(({ scale }) => pixelWidth * scale),
    tileSizes: steps.map(({ covers, scale }) => [
      covers.width / scale,
      (covers.height * pixelHeight) / (pixelWidth * scale),
    ]),
  });
}
