import { Geodesic } from 'geographiclib-geodesic';
import { polygonsOf, type Geometry } from '@shared/api';

/** m along the ground between two points in degrees, on the WGS 84 ellipsoid (Karney 2013). */
export function distance(a: readonly [number, number], b: readonly [number, number]): number {
  return Geodesic.WGS84.Inverse(a[1], a[0], b[1], b[0]).s12 ?? NaN;
}

/** m² of a ring on the ellipsoid, whichever way it turns. */
export function ringArea(ring: readonly (readonly number[])[]): number {
  const polygon = Geodesic.WGS84.Polygon(false);
  const closed = ring.length > 1 && samePosition(ring[0], ring[ring.length - 1]);
  for (const [x = NaN, y = NaN] of closed ? ring.slice(0, -1) : ring) polygon.AddPoint(y, x);
  return Math.abs(polygon.Compute(false, true).area ?? 0);
}

function samePosition(a: readonly number[] | undefined, b: readonly number[] | undefined): boolean {
  return a?.[0] === b?.[0] && a?.[1] === b?.[1];
}

/** m² of a polygon, holes taken off, or of all polygons of an area. */
export function areaOf(geometry: Geometry): number {
  let sum = 0;
  for (const [outer = [], ...holes] of polygonsOf(geometry)) {
    sum += holes.reduce((area, hole) => area - ringArea(hole), ringArea(outer));
  }
  return Math.max(0, sum);
}
