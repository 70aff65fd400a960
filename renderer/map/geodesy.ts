import type { Position } from 'geojson';
import geodesic from 'geographiclib-geodesic';
import type { Aoi, LonLatBox } from '@shared/ipc/types';

const wgs84 = geodesic.Geodesic.WGS84;

function ringMeasures(ring: readonly Position[]): { area: number; perimeter: number } {
  const polygon = wgs84.Polygon(false);
  for (const [lon, lat] of ring.slice(0, -1)) polygon.AddPoint(lat ?? 0, lon ?? 0);
  const { area, perimeter } = polygon.Compute(false, true);
  return { area: Math.abs(area ?? 0), perimeter: perimeter ?? 0 };
}

const polygonsOf = (shape: Aoi): readonly (readonly (readonly Position[])[])[] =>
  shape.type === 'Polygon' ? [shape.coordinates] : shape.coordinates;

/** m² on the WGS 84 ellipsoid, holes left out. */
export function areaOf(shape: Aoi): number {
  return polygonsOf(shape).reduce((sum, [outer, ...holes]) => {
    const inside = holes.reduce((holeSum, hole) => holeSum + ringMeasures(hole).area, 0);
    return sum + (outer ? ringMeasures(outer).area - inside : 0);
  }, 0);
}

/** m along the outer rings. */
export function outlineOf(shape: Aoi): number {
  return polygonsOf(shape).reduce((sum, [outer]) => sum + (outer ? ringMeasures(outer).perimeter : 0), 0);
}

/** m along a line of [longitude, latitude]. */
export function lengthOf(line: readonly Position[]): number {
  let sum = 0;
  for (let index = 1; index < line.length; index += 1) {
    const [lon1 = 0, lat1 = 0] = line[index - 1] ?? [];
    const [lon2 = 0, lat2 = 0] = line[index] ?? [];
    sum += wgs84.Inverse(lat1, lon1, lat2, lon2).s12 ?? 0;
  }
  return sum;
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
