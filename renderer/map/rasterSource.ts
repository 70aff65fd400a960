import { invertGeotransform } from '@shared/geo/affine';
import type { Geotransform } from '@shared/tiff/types';
import type { Extent } from 'ol/extent';
import DataTileSource from 'ol/source/DataTile';
import TileGrid from 'ol/tilegrid/TileGrid';
import type { TileLoader } from '../workers/tileLoader';
import { bleed } from './bleed';
import type { Placement } from './placement';
import { averageInto, pyramidOf, type PyramidStep } from './pyramid';

/** The tiles of one raster for the map, at its own levels and, above them, at averaged ones. */
export class RasterSource extends DataTileSource {
  /** `onerror` hears of every tile that could not be read, except those that nobody wants any more. */
  constructor(
    loader: TileLoader,
    placement: Placement,
    width: number,
    height: number,
    onerror: (error: unknown) => void,
  ) {
    const steps = pyramidOf(loader.levels);
    super({
      projection: placement.projection,
      tileGrid: gridOf(steps, placement, width, height),
      bandCount: loader.channels.length,
      hasAlpha: true,
      interpolate: true,
      transition: 0,
      wrapX: false,
      loader: async (z, x, y, { signal }) => {
        const step = steps[z];
        if (!step) return new Uint8Array(0);
        try {
          return await loadSmooth({ loader, step, signal, onerror }, x, y);
        } catch (error) {
          if (!signal.aborted) onerror(error);
          throw error;
        }
      },
    });
    this.setTileSizes(steps.map(({ level }) => [level.tileWidth, level.tileHeight]));
    if (!placement.upright) {
      this.transformMatrix = gridMatrix(placement.transform);
    }
  }
}

/**
 * From coordinates to the grid of a raster that does not lie upright, in the map library's order. The grid counts in pixels
 * with y up: rows go into the negative.
 */
function gridMatrix(transform: Geotransform): number[] | null {
  const back = invertGeotransform(transform);
  return back ? [back[1], -back[4], back[2], -back[5], back[0], -back[3]] : null;
}

/**
 * The zoom levels. Where the raster lies upright the grid is in coordinates of its projection, else in its pixels. The
 * map library has one resolution for a level, so a level that is scaled differently down and across has tiles whose height
 * is a fraction of pixels.
 */
function gridOf(
  steps: readonly PyramidStep[],
  placement: Placement,
  width: number,
  height: number,
): TileGrid {
  const { extent, transform, upright } = placement;
  const pixelWidth = upright ? transform[1] : 1;
  const pixelHeight = upright ? -transform[5] : 1;
  const gridExtent: Extent = upright ? extent : [0, -height, width, 0];
  return new TileGrid({
    extent: gridExtent,
    origin: [gridExtent[0] ?? 0, gridExtent[3] ?? 0],
    resolutions: steps.map((step) => pixelWidth * step.scaleX),
    tileSizes: steps.map(({ level, scaleX, scaleY }) => [
      level.tileWidth,
      (level.tileHeight * pixelHeight * scaleY) / (pixelWidth * scaleX),
    ]),
  });
}

interface TileJob {
  readonly loader: TileLoader;
  readonly step: PyramidStep;
  readonly signal: AbortSignal;
  onerror(error: unknown): void;
}

async function loadSmooth(job: TileJob, column: number, row: number): Promise<Uint8Array | Float32Array> {
  const { loader, step, signal } = job;
  const tile =
    step.factor === 1
      ? await loader.load(step.index, column, row, signal)
      : await loadAveraged(job, column, row);
  bleed(tile, step.level.tileWidth, step.level.tileHeight, loader.channels.length);
  return tile;
}

/** A part that cannot be read leaves a hole; only when none can be read does the tile fail. */
async function loadAveraged(
  { loader, step, signal, onerror }: TileJob,
  column: number,
  row: number,
): Promise<Uint8Array | Float32Array> {
  const { level, index, factor } = step;
  const { tileWidth, tileHeight } = level;
  const channels = loader.channels.length;
  const size = tileWidth * tileHeight * channels;
  const target = loader.dtype === 'uint8' ? new Uint8Array(size) : new Float32Array(size);
  const errors: unknown[] = [];
  const places = placesOf(step, column, row);
  await Promise.all(
    places.map(async ({ x, y, across, down }) => {
      try {
        const tile = await loader.load(index, x, y, signal);
        const left = (across * tileWidth) / factor;
        const top = (down * tileHeight) / factor;
        averageInto(target, tileWidth, left, top, tile, tileWidth, tileHeight, channels, factor);
      } catch (error) {
        errors.push(error);
      }
    }),
  );
  signal.throwIfAborted();
  if (errors.length > 0 && errors.length === places.length) throw errors[0];
  for (const error of errors) onerror(error);
  return target;
}

interface PartPlace {
  /** The tile of the raster's level. */
  readonly x: number;
  readonly y: number;
  /** Where its average goes, counted in parts. */
  readonly across: number;
  readonly down: number;
}

function placesOf({ level, factor }: PyramidStep, column: number, row: number): readonly PartPlace[] {
  const places: PartPlace[] = [];
  for (let down = 0; down < factor; down += 1) {
    for (let across = 0; across < factor; across += 1) {
      const x = column * factor + across;
      const y = row * factor + down;
      if (x < level.columns && y < level.rows) places.push({ x, y, across, down });
    }
  }
  return places;
}
