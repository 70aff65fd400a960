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
  constructor(loader: TileLoader, placement: Placement, width: number, height: number) {
    const steps = pyramidOf(loader.levels);
    super({
      projection: placement.projection,
      tileGrid: gridOf(steps, placement, width, height),
      bandCount: loader.channels.length,
      hasAlpha: true,
      interpolate: true,
      transition: 0,
      wrapX: false,
      loader: (z, x, y, { signal }) => {
        const step = steps[z];
        return step ? loadSmooth(loader, step, x, y, signal) : new Uint8Array(0);
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

async function loadSmooth(
  loader: TileLoader,
  step: PyramidStep,
  column: number,
  row: number,
  signal: AbortSignal,
): Promise<Uint8Array | Float32Array> {
  const tile = await loadTile(loader, step, column, row, signal);
  bleed(tile, step.level.tileWidth, step.level.tileHeight, loader.channels.length);
  return tile;
}

async function loadTile(
  loader: TileLoader,
  step: PyramidStep,
  column: number,
  row: number,
  signal: AbortSignal,
): Promise<Uint8Array | Float32Array> {
  const { level, index, factor } = step;
  if (factor === 1) return loader.load(index, column, row, signal);
  const { tileWidth, tileHeight } = level;
  const channels = loader.channels.length;
  const size = tileWidth * tileHeight * channels;
  const target = loader.dtype === 'uint8' ? new Uint8Array(size) : new Float32Array(size);
  const parts: Promise<void>[] = [];
  for (let down = 0; down < factor; down += 1) {
    for (let across = 0; across < factor; across += 1) {
      const x = column * factor + across;
      const y = row * factor + down;
      if (x >= level.columns || y >= level.rows) continue;
      const left = (across * tileWidth) / factor;
      const top = (down * tileHeight) / factor;
      parts.push(
        loader.load(index, x, y, signal).then((tile) => {
          averageInto(target, tileWidth, left, top, tile, tileWidth, tileHeight, channels, factor);
        }),
      );
    }
  }
  await Promise.all(parts);
  return target;
}
