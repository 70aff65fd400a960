import { applyGeotransform } from '@shared/geo/affine';
import { projectionFor } from '@shared/geo/crs';
import { geodesicDistance } from '@shared/geo/geodesic';
import type { RasterDescription } from '@shared/tiff/types';

/** Metres on the ground that a pixel in the middle of the raster is wide and high, as one figure; null where nobody can tell. */
export function groundPixelSize({ georeference, width, height }: RasterDescription): number | null {
  const { crs, geotransform } = georeference;
  const projection = crs && projectionFor(crs);
  if (!projection || !geotransform) return null;
  const at = (column: number, row: number): [number, number] => {
    const [lon, lat] = projection.toLonLat(applyGeotransform(geotransform, column, row));
    return [lon, lat];
  };
  const [column, row] = [width / 2, height / 2];
  const here = at(column, row);
  const size = Math.sqrt(
    geodesicDistance(here, at(column + 1, row)) * geodesicDistance(here, at(column, row + 1)),
  );
  return Number.isFinite(size) && size > 0 ? size : null;
}
