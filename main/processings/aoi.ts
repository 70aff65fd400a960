import { Geodesic } from 'geographiclib-geodesic';
import type { Geometry, MultiPolygon, Polygon, Position } from 'geojson';
import { intersection, type Geom } from 'polyclip-ts';
import { boundsOf, type Bounds } from '@shared/api';

type Area = Polygon | MultiPolygon;

/** m² on the WGS 84 ellipsoid; holes do not count. Edges are geodesics, as C. Karney's GeographicLib defines them. */
export function geodesicArea(area: Area): number {
  const polygons = area.type === 'Polygon' ? [area.coordinates] : area.coordinates;
  return polygons.reduce((sum, [outer = [], ...holes]) => {
    const inside = holes.reduce((missing, hole) => missing + ringArea(hole), 0);
    return sum + Math.max(0, ringArea(outer) - inside);
  }, 0);
}

function ringArea(ring: readonly Position[]): number {
  const polygon = Geodesic.WGS84.Polygon(false);
  for (const [lon = 0, lat = 0] of ring.slice(0, -1)) polygon.AddPoint(lat, lon);
  return Math.abs(polygon.Compute(false, true).area ?? 0);
}

/** Whether an area and imagery have any ground in common. Imagery of unknown outline is given the benefit of the doubt. */
export function overlaps(area: Area, imagery: Geometry | null): boolean {
  if (!imagery || (imagery.type !== 'Polygon' && imagery.type !== 'MultiPolygon')) return true;
  const [ours, theirs] = [boundsOf(area), boundsOf(imagery)];
  if (!ours || !theirs || !boxesMeet(ours, theirs)) return false;
  return intersection(area.coordinates as Geom, imagery.coordinates as Geom).length > 0;
}

function boxesMeet(a: Bounds, b: Bounds): boolean {
  return a.west <= b.east && b.west <= a.east && a.south <= b.north && b.south <= a.north;
}
