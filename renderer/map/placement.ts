import type { RasterInfo } from '@shared/ipc/types';
import type { Geotransform } from '@shared/tiff/types';
import { applyGeotransform, invertGeotransform } from '@shared/geo/affine';
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
  if (!projection || !geotransform || invertGeotransform(geotransform) === null) {
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
    applyGeotransform(transform, 0, 0),
    applyGeotransform(transform, width, 0),
    applyGeotransform(transform, width, height),
    applyGeotransform(transform, 0, height),
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

/** Coordinates to column and row, with fractions. */
export function toPixel(transform: Geotransform, x: number, y: number): [number, number] {
  const back = invertGeotransform(transform);
  return back ? applyGeotransform(back, x, y) : [NaN, NaN];
}
