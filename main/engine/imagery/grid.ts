import { polygonsOf, type Geometry } from '@shared/api';
import { projectionFor, type Projection } from '@shared/geo/crs';
import type { Crs, PixelWindow } from '@shared/tiff/types';
import type { ImageProfile } from '../store';
import { fromLattice, latticeOf, placeOn, toLattice, type Lattice } from './lattice';
import { pixelMetres } from './profile';

/**
 * The working grid of a processing: pixels of `ratio` lattice pixels a side, counted from the lattice's origin, over all of
 * the imagery. Plain data, kept with the processing.
 */
export interface WorkingGrid {
  readonly crs: Crs;
  readonly lattice: Lattice;
  /** Lattice pixels for each working pixel, along rows and down columns. */
  readonly ratio: readonly [number, number];
  /** m, of a working pixel */
  readonly gsd: number;
  /** Index of the grid's top left working pixel, counted from the lattice's origin. */
  readonly column: number;
  readonly row: number;
  /** px */
  readonly width: number;
  readonly height: number;
}

/** px of one working grid; beyond that no array of a row could be held */
const widestGrid = 1 << 22;

/** Lays the grid over the imagery. `workingGsd` gives the pixel size to work at for imagery of a pixel size (m). */
export function planGrid(
  images: readonly ImageProfile[],
  workingGsd: (imageGsd: number) => number,
): WorkingGrid {
  const [base] = images;
  if (!base) throw new Error('a grid needs an image');
  const projection = needProjection(base.system);
  const lattice = latticeOf(base.geotransform);
  const metres = pixelMetres(base.geotransform, base.width, base.height, projection);
  const imageGsd = Math.sqrt(metres[0] * metres[1]);
  const gsd = workingGsd(imageGsd);
  const ratio = [wholeRatio(gsd / metres[0]), wholeRatio(gsd / metres[1])] as const;

  const corners = images.flatMap((image) => cornersOn(lattice, image));
  const columns = corners.map(([u]) => u / ratio[0]);
  const rows = corners.map(([, v]) => v / ratio[1]);
  const column = Math.floor(Math.min(...columns) + 1e-6);
  const row = Math.floor(Math.min(...rows) + 1e-6);
  return {
    crs: base.system,
    lattice,
    ratio,
    gsd,
    column,
    row,
    width: Math.min(widestGrid, Math.ceil(Math.max(...columns) - 1e-6) - column),
    height: Math.ceil(Math.max(...rows) - 1e-6) - row,
  };
}

/** Whole ratios keep pixels whole: an axis is stretched by up to a tenth for that. */
function wholeRatio(ratio: number): number {
  const whole = Math.max(1, Math.round(ratio));
  return Math.abs(ratio - whole) <= whole * 0.15 ? whole : ratio;
}

function cornersOn(lattice: Lattice, image: ImageProfile): [number, number][] {
  const placed = placeOn(lattice, image);
  const { geotransform: g, width, height } = image;
  if (placed) {
    return [
      [placed.column, placed.row],
      [placed.column + width, placed.row + height],
    ];
  }
  return [
    [0, 0],
    [width, 0],
    [0, height],
    [width, height],
  ].map(([x = 0, y = 0]) => toLattice(lattice, g[0] + x * g[1] + y * g[2], g[3] + x * g[4] + y * g[5]));
}

/** Grid pixel coordinates -> longitude, latitude. */
export function gridToLonLat(grid: WorkingGrid): (x: number, y: number) => [number, number] {
  const projection = needProjection(grid.crs);
  return (x, y) =>
    projection.toLonLat(
      fromLattice(grid.lattice, (grid.column + x) * grid.ratio[0], (grid.row + y) * grid.ratio[1]),
    );
}

/** A place on the grid, px. */
export function toGrid(
  grid: WorkingGrid,
  projection: Projection,
  lonLat: readonly [number, number],
): [number, number] {
  const [u, v] = toLattice(grid.lattice, ...projection.fromLonLat([lonLat[0], lonLat[1]]));
  return [u / grid.ratio[0] - grid.column, v / grid.ratio[1] - grid.row];
}

/** What of a window of the grid lies in a box of degrees, with a margin (px), counted from the window's corner; null for nothing. */
export function windowOfBox(
  grid: WorkingGrid,
  [west, south, east, north]: readonly [number, number, number, number],
  window: PixelWindow,
  margin: number,
): PixelWindow | null {
  const ring = [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
  const corners = areaOnGrid(grid, { type: 'Polygon', coordinates: [ring] });
  const placed = corners.map((line) =>
    line.map(([x, y]) => [x - window.x, y - window.y] as [number, number]),
  );
  return windowOf(window, placed, margin);
}

/** Rings in pixel coordinates of the grid. Edges of a degree-straight area are bent where the projection bends them. */
export function areaOnGrid(grid: WorkingGrid, area: Geometry): [number, number][][] {
  const projection = needProjection(grid.crs);
  return polygonsOf(area).flatMap((polygon) =>
    polygon.map((ring) => densified(ring).map((lonLat) => toGrid(grid, projection, lonLat))),
  );
}

/** degrees; over this length an edge that is straight in degrees stays within centimetres of its projection's chord */
const longestEdge = 0.005;

function densified(ring: readonly (readonly number[])[]): [number, number][] {
  const result: [number, number][] = [];
  for (let i = 0; i < ring.length; i++) {
    const [x = NaN, y = NaN] = ring[i] ?? [];
    const [nextX = x, nextY = y] = ring[i + 1] ?? [];
    const pieces = Math.min(1000, Math.max(1, Math.ceil(Math.hypot(nextX - x, nextY - y) / longestEdge)));
    for (let piece = 0; piece < pieces; piece++) {
      const t = piece / pieces;
      result.push([x + (nextX - x) * t, y + (nextY - y) * t]);
    }
  }
  return result;
}

/** The part of the grid that the rings touch, with a margin around it; null where they lie outside. */
export function windowOf(
  grid: { readonly width: number; readonly height: number },
  rings: readonly (readonly [number, number])[][],
  margin: number,
): PixelWindow | null {
  let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings) {
    for (const [x, y] of ring) {
      west = Math.min(west, x);
      east = Math.max(east, x);
      north = Math.min(north, y);
      south = Math.max(south, y);
    }
  }
  if (!(east > 0 && south > 0 && west < grid.width && north < grid.height)) return null;
  const x = Math.max(0, Math.floor(west) - margin);
  const y = Math.max(0, Math.floor(north) - margin);
  return {
    x,
    y,
    width: Math.min(grid.width, Math.ceil(east) + margin) - x,
    height: Math.min(grid.height, Math.ceil(south) + margin) - y,
  };
}

function needProjection(crs: Crs): Projection {
  const projection = projectionFor(crs);
  if (!projection) throw new Error(`no projection for ${crs.name}`);
  return projection;
}
