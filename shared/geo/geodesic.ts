import type { MultiPolygon, Polygon, Position } from 'geojson';
import geographiclib from 'geographiclib-geodesic';

const wgs84 = geographiclib.Geodesic.WGS84;

/** m² on the WGS 84 ellipsoid, holes taken off; whatever the direction of the rings. Longitude and latitude in degrees. */
export function geodesicArea(geometry: Polygon | MultiPolygon): number {
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
  return polygons.reduce((sum, rings) => sum + polygonArea(rings), 0);
}

function polygonArea([outer, ...holes]: Position[][]): number {
  if (!outer) return 0;
  return holes.reduce((area, hole) => area - ringArea(hole), ringArea(outer));
}

/** m² enclosed by a ring, which may repeat its first position at the end. */
export function ringArea(ring: readonly Position[]): number {
  const polygon = wgs84.Polygon(false);
  for (const [lon, lat] of withoutClosing(ring)) polygon.AddPoint(lat as number, lon as number);
  return Math.abs(polygon.Compute(false, true).area ?? 0);
}

/** m along the geodesics between the positions of a line. */
export function geodesicLength(line: readonly Position[]): number {
  let metres = 0;
  for (let index = 1; index < line.length; index++) {
    metres += geodesicDistance(line[index - 1] as Position, line[index] as Position);
  }
  return metres;
}

/** m around a ring, whether its first position is repeated or not. */
export function geodesicPerimeter(ring: readonly Position[]): number {
  const open = withoutClosing(ring);
  return open.length < 2 ? 0 : geodesicLength([...open, open[0] as Position]);
}

/** m */
export function geodesicDistance(from: Position, to: Position): number {
  const [lon1, lat1] = from as [number, number];
  const [lon2, lat2] = to as [number, number];
  return wgs84.Inverse(lat1, lon1, lat2, lon2, geographiclib.Geodesic.DISTANCE).s12 ?? NaN;
}

function withoutClosing(ring: readonly Position[]): readonly Position[] {
  const first = ring[0];
  const last = ring.at(-1);
  const isClosed = ring.length > 1 && first?.[0] === last?.[0] && first?.[1] === last?.[1];
  return isClosed ? ring.slice(0, -1) : ring;
}
