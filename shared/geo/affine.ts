import type { Geotransform, Level, RasterDescription } from '../tiff/types';

export type Position = readonly [number, number];

/** [west, south, east, north], or [minX, minY, maxX, maxY] in a system's own units. */
export type Bbox = readonly [number, number, number, number];

/** The coordinates of a place in pixels, whose origin is the top left corner of the top left pixel. */
export function applyGeotransform(g: Geotransform, column: number, row: number): [number, number] {
  return [g[0] + column * g[1] + row * g[2], g[3] + column * g[4] + row * g[5]];
}

/** From coordinates back to pixels; null for a transform that flattens the raster to a line. */
export function invertGeotransform(g: Geotransform): Geotransform | null {
  const determinant = g[1] * g[5] - g[2] * g[4];
  const size = Math.max(Math.abs(g[1] * g[5]), Math.abs(g[2] * g[4]));
  if (!(Math.abs(determinant) > 1e-12 * size)) return null;
  const a = g[5] / determinant;
  const b = -g[2] / determinant;
  const d = -g[4] / determinant;
  const e = g[1] / determinant;
  return [-g[0] * a - g[3] * b, a, b, -g[0] * d - g[3] * e, d, e];
}

/** The transform of a level of the pyramid, whose pixels are larger. */
export function levelGeotransform(g: Geotransform, full: Level, level: Level): Geotransform {
  const across = full.width / level.width;
  const down = full.height / level.height;
  return [g[0], g[1] * across, g[2] * down, g[3], g[4] * across, g[5] * down];
}

/** The raster's corners in its own coordinates, around it from the top left; null without a geotransform. */
export function rasterCorners(description: RasterDescription): [number, number][] | null {
  const { width, height, georeference } = description;
  const g = georeference.geotransform;
  if (!g) return null;
  return [
    applyGeotransform(g, 0, 0),
    applyGeotransform(g, width, 0),
    applyGeotransform(g, width, height),
    applyGeotransform(g, 0, height),
  ];
}

/** The upright box around positions. */
export function bboxOf(positions: readonly Position[]): Bbox {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of positions) {
    west = Math.min(west, x);
    south = Math.min(south, y);
    east = Math.max(east, x);
    north = Math.max(north, y);
  }
  return [west, south, east, north];
}

/** Boxes that only touch do not count as intersecting. */
export function intersectBbox(a: Bbox, b: Bbox): Bbox | null {
  const west = Math.max(a[0], b[0]);
  const south = Math.max(a[1], b[1]);
  const east = Math.min(a[2], b[2]);
  const north = Math.min(a[3], b[3]);
  return west < east && south < north ? [west, south, east, north] : null;
}
