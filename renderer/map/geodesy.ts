import type { Position } from 'geojson';
import { geodesicArea, geodesicPerimeter } from '@shared/geo/geodesic';
import type { Aoi, LonLatBox } from '@shared/ipc/types';

const polygonsOf = (shape: Aoi): readonly (readonly (readonly Position[])[])[] =>
  shape.type === 'Polygon' ? [shape.coordinates] : shape.coordinates;

/** m² on the WGS 84 ellipsoid, holes left out. */
export const areaOf = (shape: Aoi): number => geodesicArea(shape);

/** m along the outer rings. */
export function outlineOf(shape: Aoi): number {
  return polygonsOf(shape).reduce((sum, [outer]) => sum + (outer ? geodesicPerimeter(outer) : 0), 0);
}

/** The box around a shape, in degrees. */
export function boxOf(shape: Aoi): LonLatBox {
  const box: [number, number, number, number] = [180, 90, -180, -90];
  for (const [outer] of polygonsOf(shape)) {
    for (const [lon = 0, lat = 0] of outer ?? []) {
      box[0] = Math.min(box[0], lon);
      box[1] = Math.min(box[1], lat);
      box[2] = Math.max(box[2], lon);
      box[3] = Math.max(box[3], lat);
    }
  }
  return box;
}
