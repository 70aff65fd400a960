import type { RasterInfo } from '@shared/ipc/types';
import type { Geotransform } from '@shared/tiff/types';
import { boundingExtent, type Extent } from 'ol/extent';
import type Projection from 'ol/proj/Projection';
import { pixelProjection, projectionOf } from './projections';

/** Where a raster lies and how its pixels map to coordinates. */
export interface Placement {
  /** Layers of one space can be drawn together: all that lie on the Earth, or one picture by itself. */
  readonly space: string;
  readonly projection: Projection;
  /** The box around the raster, in units of the projection. */
  readonly extent: Extent;
  readonly transform: Geotransform;
  /** Units of the projection a pixel, across. */
  readonly pixelSize: number;
  /** True where rows go straight down and columns to the right, so that no pixel needs to be moved. */
  readonly upright: boolean;
}

export const earth = 'earth';

const pictureTransform: Geotransform = [0, 1, 0, 0, 0, -1];

export function placementOf(raster: RasterInfo): Placement {
  const { georeference, width, height } = raster.description;
  const { crs, geotransform } = georeference;
  const projection = crs && geotransform ? projectionOf(crs) : null;
  if (!projection || !geotransform || determinant(geotransform) === 0) {
    return place(
      `picture:${raster.id}`,
      pixelProjection(raster.id, width, height),
      pictureTransform,
      width,
      height,
    );
  }
  return place(earth, projection, geotransform, width, height);
}

function place(
  space: string,
  projection: Projection,
  transform: Geotransform,
  width: number,
  height: number,
): Placement {
  const corners = [
    toMap(transform, 0, 0),
    toMap(transform, width, 0),
    toMap(transform, width, height),
    toMap(transform, 0, height),
  ];
  return {
    space,
    projection,
    extent: boundingExtent(corners),
    transform,
    pixelSize: Math.hypot(transform[1], transform[4]),
    upright: transform[2] === 0 && transform[4] === 0 && transform[1] > 0 && transform[5] < 0,
  };
}

/** Column and row, from the upper left corner of the upper left pixel, to coordinates. */
export function toMap(g: Geotransform, column: number, row: number): [number, number] {
  return [g[0] + column * g[1] + row * g[2], g[3] + column * g[4] + row * g[5]];
}

/** Coordinates to column and row, with fractions. */
export function toPixel(g: Geotransform, x: number, y: number): [number, number] {
  const [a, b, c, d, e, f] = pixelMatrix(g);
  return [a * x + c * y + e, b * x + d * y + f];
}

/** The matrix from coordinates to column and row, in the map library's order (a, b, c, d, e, f). */
export function pixelMatrix(g: Geotransform): [number, number, number, number, number, number] {
  const det = determinant(g);
  const a = g[5] / det;
  const b = -g[4] / det;
  const c = -g[2] / det;
  const d = g[1] / det;
  return [a, b, c, d, -(a * g[0] + c * g[3]), -(b * g[0] + d * g[3])];
}

function determinant(g: Geotransform): number {
  return g[1] * g[5] - g[2] * g[4];
}
