import type { Position as XY } from '@shared/geo/affine';
import { applyGeotransform, invertGeotransform } from '@shared/geo/affine';
import { projectionFor, type Projection } from '@shared/geo/crs';
import type { Geotransform, PixelWindow } from '@shared/tiff/types';
import type { SourceImage } from '../imagery/mosaicSource';
import type { OpenRaster, RasterAccess } from '../rasterAccess';
import { boxOf, isInside, percentile, type Position } from './plane';

/** m around a footprint; ground is sought as far as `to`, or `far` amid others, but not in what eaves and blur reach over */
const ring = { from: 1, to: 8, far: 24 };
/** Shares of sorted surfaces: noise and chimneys lie above, trees and neighbours around. */
const roof = 0.9;
const ground = 0.15;
/** Samples that say too little. */
const fewest = { inside: 1, around: 8 };
/** m; between eaves that were measured and noise */
const lowest = 0.5;
/** px a side of the window around one footprint */
const largestWindow = 4096;

/** Heights above the ground of what stands within rings. */
export interface HeightModel {
  /** m; null where there is nothing to say. `others`: footprints around, which are no ground. */
  heightOf(
    rings: readonly (readonly Position[])[],
    others: readonly (readonly (readonly Position[])[])[],
    signal?: AbortSignal,
  ): Promise<number | null>;
  close(): Promise<void>;
}

/** Opens a model. Heights are in metres, as its samples are. Throws `tiff.*`. */
export async function openSurface(image: SourceImage, rasters: RasterAccess): Promise<HeightModel> {
  const { geotransform, system, width, height, gsd } = image.profile;
  const projection = projectionFor(system);
  const inverse = invertGeotransform(geotransform);
  if (!projection || !inverse) throw new Error(`no place for ${image.path}`);
  const raster = await rasters.open(image.path);
  const toPixel = pixelsOf(projection, inverse);
  return {
    heightOf: (rings, others, signal) =>
      heightIn({ raster, toPixel, width, height, gsd }, rings, others, signal),
    close: () => raster.close(),
  };
}

function pixelsOf(projection: Projection, inverse: Geotransform): (lonLat: Position) => XY {
  return ([longitude = NaN, latitude = NaN]) =>
    applyGeotransform(inverse, ...projection.fromLonLat([longitude, latitude]));
}

interface Opened {
  readonly raster: OpenRaster;
  readonly toPixel: (lonLat: Position) => XY;
  /** px */
  readonly width: number;
  readonly height: number;
  /** m */
  readonly gsd: number;
}

async function heightIn(
  opened: Opened,
  rings: readonly (readonly Position[])[],
  others: readonly (readonly (readonly Position[])[])[],
  signal?: AbortSignal,
  to = ring.to,
): Promise<number | null> {
  const { raster, toPixel, width, height, gsd } = opened;
  const own = rings.map((points) => points.map(toPixel));
  const around = others.map((polygon) => polygon.map((points) => points.map(toPixel)));
  const [outer = []] = own;
  const margin = Math.ceil(to / gsd) + 1;
  const window = within(boxOf(outer), margin, width, height);
  if (!window) return null;
  const pixels = await raster.readWindow(0, window, signal);
  const [samples] = pixels.bands;
  if (!samples) return null;
  const inside: number[] = [];
  const about: number[] = [];
  // The ring is a band of pixels within reach of the outline; distances count to its corners and edges.
  for (let row = 0, i = 0; row < window.height; row++) {
    for (let column = 0; column < window.width; column++, i++) {
      if (pixels.valid && pixels.valid[i] === 0) continue;
      const value = Number(samples[i]);
      if (!Number.isFinite(value)) continue;
      const centre: XY = [window.x + column + 0.5, window.y + row + 0.5];
      if (isInside(centre, own)) inside.push(value);
      else {
        const metres = distanceTo(outer, centre) * gsd;
        if (metres < ring.from || metres > to) continue;
        if (!around.some((polygon) => isInside(centre, polygon))) about.push(value);
      }
    }
  }
  if (inside.length < fewest.inside) return null;
  if (about.length < fewest.around)
    return to < ring.far ? await heightIn(opened, rings, others, signal, ring.far) : null;
  const [high, low] = [Float64Array.from(inside).sort(), Float64Array.from(about).sort()];
  const metres = percentile(high, roof) - percentile(low, ground);
  return metres >= lowest ? Math.round(metres * 10) / 10 : null;
}

function within(
  [west, north, east, south]: readonly [number, number, number, number],
  margin: number,
  width: number,
  height: number,
): PixelWindow | null {
  const x = Math.max(0, Math.floor(west) - margin);
  const y = Math.max(0, Math.floor(north) - margin);
  const right = Math.min(width, Math.ceil(east) + margin);
  const bottom = Math.min(height, Math.ceil(south) + margin);
  if (!(right > x && bottom > y) || right - x > largestWindow || bottom - y > largestWindow) return null;
  return { x, y, width: right - x, height: bottom - y };
}

/** px from a point to the nearest edge of a ring. */
function distanceTo(points: readonly XY[], [x, y]: XY): number {
  let least = Infinity;
  points.forEach(([x1, y1], i) => {
    const [x2, y2] = points[(i + 1) % points.length]!;
    const [dx, dy] = [x2 - x1, y2 - y1];
    const squared = dx * dx + dy * dy;
    const along = squared === 0 ? 0 : Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / squared));
    least = Math.min(least, Math.hypot(x - x1 - along * dx, y - y1 - along * dy));
  });
  return least;
}

/** The service's classes of forest by height, m. */
export function forestClass(height: number): string {
  return height < 4 ? '00m-04m' : height < 10 ? '04m-10m' : '10m-99m';
}
