import type { Geometry, Position } from '@shared/api';
import { projectionFor } from '@shared/geo/crs';
import type { RasterDescription } from '@shared/tiff/types';
import type { RgbWindow } from '../models/types';
import { vectorize } from '../vectorize/index';
import { ringArea } from './ground';
import { pixelMetres, toCrs } from './profile';

/**
 * The outline of the valid data, traced on a small picture of the raster; null when the data fill the rectangle (the
 * rectangle is exact then) or cannot be placed.
 */
export async function dataOutline(
  picture: RgbWindow,
  description: RasterDescription,
): Promise<Geometry | null> {
  const { crs, geotransform } = description.georeference;
  const projection = crs ? projectionFor(crs) : null;
  if (!projection || !geotransform || !picture.valid.includes(0) || !picture.valid.includes(1)) return null;
  const scaleX = description.width / picture.width;
  const scaleY = description.height / picture.height;
  const metres = pixelMetres(geotransform, description.width, description.height, projection);
  const gsd = Math.sqrt(metres[0] * scaleX * metres[1] * scaleY);
  const band = { y: 0, width: picture.width, height: picture.height, classes: picture.valid };
  const polygons: Position[][][] = [];
  for await (const feature of vectorize([band], {
    width: picture.width,
    gsd,
    classes: [{ value: 1, objectType: 'data', classId: 'data' }],
    rules: { minArea: 16 * gsd * gsd, minHole: 16 * gsd * gsd, tolerance: 1 },
    toLonLat: (x, y) => projection.toLonLat(toCrs(geotransform, x * scaleX, y * scaleY)),
    ringArea,
  })) {
    polygons.push(feature.geometry.coordinates);
  }
  const [first] = polygons;
  if (!first) return null;
  return polygons.length === 1
    ? { type: 'Polygon', coordinates: first }
    : { type: 'MultiPolygon', coordinates: polygons };
}
