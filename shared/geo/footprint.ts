import type { Polygon } from 'geojson';
import type { Crs, RasterDescription } from '../tiff/types';
import { applyGeotransform, rasterCorners, type Position } from './affine';
import { projectionFor, type Projection } from './crs';
import { geodesicDistance } from './geodesic';

/** Why a raster has no place on the map; null where it has one. */
export type ExtentProblem = 'no_geotransform' | 'no_crs' | 'local_crs' | 'unknown_crs' | 'impossible_latlon';

/**
 * Whether the raster's corners are places on Earth. `impossible_latlon`: its coordinates cannot be those of the system
 * that it names, most often metres labelled as degrees.
 */
export function extentProblem(description: RasterDescription): ExtentProblem | null {
  const corners = rasterCorners(description);
  const { crs } = description.georeference;
  if (!corners) return 'no_geotransform';
  if (!crs) return 'no_crs';
  if (crs.kind === 'local') return 'local_crs';
  const projection = projectionFor(crs);
  if (!projection) return 'unknown_crs';
  return corners.every((corner) => isOnEarth(corner, crs, projection)) ? null : 'impossible_latlon';
}

/** Global rasters reach a pixel beyond the poles, and longitudes may count from 0 to 360. */
const LATITUDE_LIMIT = 91;
const LONGITUDE_LIMIT = 361;

function isOnEarth(corner: Position, crs: Crs, projection: Projection): boolean {
  const [lon, lat] = crs.kind === 'geographic' ? degrees(corner, crs) : projection.toLonLat(corner);
  return Math.abs(lon) <= LONGITUDE_LIMIT && Math.abs(lat) <= LATITUDE_LIMIT;
}

function degrees([x, y]: Position, crs: Crs): Position {
  return [x * crs.unitFactor, y * crs.unitFactor];
}

/**
 * The raster's outline in longitude and latitude, counter-clockwise, closed. Edges that bend on the way to WGS 84 get
 * positions in between, so that the outline stays within half a pixel of the truth. Longitudes run on beyond 180° where
 * the raster crosses the antimeridian. Null where `extentProblem` says why.
 */
export function rasterFootprint(description: RasterDescription): Polygon | null {
  const projection = placedProjection(description);
  const corners = rasterCorners(description);
  if (!projection || !corners) return null;
  const tolerance = (groundSampleDistance(description) ?? 1) / 2;
  const ring: [number, number][] = [];
  corners.forEach((corner, index) => {
    const next = corners[(index + 1) % corners.length] as [number, number];
    ring.push(...edge(projection, corner, next, tolerance));
  });
  const outline = unwrap(ring);
  if (signedArea(outline) < 0) outline.reverse();
  return { type: 'Polygon', coordinates: [[...outline, outline[0] as [number, number]]] };
}

function placedProjection(description: RasterDescription): Projection | null {
  const { crs } = description.georeference;
  return crs && extentProblem(description) === null ? projectionFor(crs) : null;
}

/** Halvings of an edge at most: 64 parts. */
const MAX_DEPTH = 6;

/** Positions along an edge in longitude and latitude, without its end. */
function edge(projection: Projection, from: Position, to: Position, tolerance: number): [number, number][] {
  const split = (a: Position, b: Position, depth: number): [number, number][] => {
    const start = projection.toLonLat(a);
    const middle: Position = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    if (depth === 0) return [start];
    const bent = projection.toLonLat(middle);
    const end = projection.toLonLat(b);
    const straight: Position = [(start[0] + nearest(end[0], start[0])) / 2, (start[1] + end[1]) / 2];
    // The middle alone misses an edge that bends both ways, so the first halvings are only left out for small rasters.
    const isStraight = geodesicDistance([...straight], bent) <= tolerance;
    if (isStraight && (depth < MAX_DEPTH - 1 || geodesicDistance(start, end) < 10_000)) return [start];
    return [...split(a, middle, depth - 1), ...split(middle, b, depth - 1)];
  };
  return split(from, to, MAX_DEPTH);
}

/** The longitude that means the same and lies nearest to another. */
function nearest(lon: number, to: number): number {
  return lon - Math.round((lon - to) / 360) * 360;
}

function unwrap(ring: readonly [number, number][]): [number, number][] {
  let before = ring[0]?.[0] ?? 0;
  return ring.map(([lon, lat]) => {
    before = nearest(lon, before);
    return [before, lat];
  });
}

function signedArea(ring: readonly Position[]): number {
  return ring.reduce((sum, [x, y], index) => {
    const [nextX, nextY] = ring[(index + 1) % ring.length] as Position;
    return sum + x * nextY - nextX * y;
  }, 0);
}

/** m: [width, height] of the pixel in the raster's middle, on the ground. Null where the raster has no scale. */
export function pixelSize(description: RasterDescription): [number, number] | null {
  const { width, height, georeference } = description;
  const { geotransform: g, crs } = georeference;
  if (!g || !crs) return null;
  const at = (column: number, row: number): [number, number] => applyGeotransform(g, column, row);
  const [column, row] = [Math.floor(width / 2), Math.floor(height / 2)];
  const projection = placedProjection(description);
  if (!projection) {
    if (crs.kind !== 'local' && crs.kind !== 'projected') return null;
    return [Math.hypot(g[1], g[4]) * crs.unitFactor, Math.hypot(g[2], g[5]) * crs.unitFactor];
  }
  const centre = projection.toLonLat(at(column, row));
  const right = projection.toLonLat(at(column + 1, row));
  const below = projection.toLonLat(at(column, row + 1));
  return [geodesicDistance(centre, right), geodesicDistance(centre, below)];
}

/** m: side of a square as large as the pixel in the raster's middle. Null where the raster has no scale. */
export function groundSampleDistance(description: RasterDescription): number | null {
  const size = pixelSize(description);
  return size && Math.sqrt(size[0] * size[1]);
}
