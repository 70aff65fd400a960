import { intersection, union, type Geom } from 'polyclip-ts';
import { polygonsOf, type Geometry, type Position } from '@shared/api';
import { areaOf } from '../imagery/ground';
import { ServiceError } from '../http/serviceError';

/** Corners of one area; beyond that a request is not a drawing any more. */
const mostCorners = 200_000;

const invalid = (why: string): ServiceError =>
  new ServiceError(400, 'geometry.Invalid', { reason: why }, `the geometry is not valid: ${why}`);

/**
 * Checks an area of interest: closed rings inside the world, not crossing themselves. Returns its polygons, each with its
 * area in m². Throws `geometry.Invalid`.
 */
export function checkArea(
  geometry: Geometry,
): readonly { readonly geometry: Geometry; readonly area: number }[] {
  const polygons = polygonsOf(geometry);
  if (polygons.length === 0) throw invalid('no polygon');
  const corners = polygons.flat(2).length;
  if (corners > mostCorners) throw invalid(`${String(corners)} corners`);
  return polygons.map((polygon) => {
    if (polygon.length === 0) throw invalid('no ring');
    for (const ring of polygon) checkRing(ring);
    const flat: Position[][] = polygon.map((ring) => ring.map(([x = NaN, y = NaN]) => [x, y]));
    checkCrossings(flat);
    const single: Geometry = { type: 'Polygon', coordinates: flat };
    const area = areaOf(single);
    if (!(area > 0)) throw invalid('no area');
    return { geometry: single, area };
  });
}

function checkRing(ring: readonly Position[]): void {
  if (ring.length < 4) throw invalid('a ring of fewer than four positions');
  const first = ring[0];
  const last = ring[ring.length - 1];
  if (first?.[0] !== last?.[0] || first?.[1] !== last?.[1]) throw invalid('a ring that is not closed');
  for (const [x = NaN, y = NaN] of ring) {
    if (!(Math.abs(x) <= 180 && Math.abs(y) <= 90)) throw invalid('a position outside the world');
  }
}

/** A polygon that crosses itself covers another area than its rings enclose. */
function checkCrossings(polygon: readonly Position[][]): void {
  const [outer = [], ...holes] = polygon;
  const enclosed = holes.reduce((sum, hole) => sum - shoelace(hole), shoelace(outer));
  let covered: number;
  try {
    covered = union(polygon as Geom)
      .map(([exterior = [], ...inner]) =>
        inner.reduce((sum, hole) => sum - shoelace(hole), shoelace(exterior)),
      )
      .reduce((sum, part) => sum + part, 0);
  } catch {
    throw invalid('its edges cross');
  }
  if (Math.abs(covered - enclosed) > Math.max(enclosed, covered) * 1e-6) throw invalid('its edges cross');
}

function shoelace(ring: readonly (readonly number[])[]): number {
  const [originX = 0, originY = 0] = ring[0] ?? [];
  let twice = 0;
  for (let i = 0; i + 1 < ring.length; i++) {
    const [x = 0, y = 0] = ring[i] ?? [];
    const [nextX = 0, nextY = 0] = ring[i + 1] ?? [];
    twice += (x - originX) * (nextY - originY) - (nextX - originX) * (y - originY);
  }
  return Math.abs(twice / 2);
}

/** Whether an area and any of the footprints share ground. */
export function overlapsAny(geometry: Geometry, footprints: readonly Geometry[]): boolean {
  return footprints.some((footprint) => overlap(geometry, footprint).length > 0);
}

/** The share of an area that footprints cover, 0–1. */
export function coveredShare(geometry: Geometry, footprints: readonly Geometry[]): number {
  const parts = footprints.map((footprint) => overlap(geometry, footprint)).filter((part) => part.length > 0);
  const [first, ...rest] = parts;
  if (!first) return 0;
  const covered = areaOf({ type: 'MultiPolygon', coordinates: union(first as Geom, ...(rest as Geom[])) });
  return Math.min(1, covered / areaOf(geometry));
}

function overlap(a: Geometry, b: Geometry): Position[][][] {
  try {
    return intersection(a.coordinates as Geom, b.coordinates as Geom);
  } catch {
    return [];
  }
}
