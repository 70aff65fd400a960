import { projectionFor } from '@shared/geo/crs';
import type { PixelWindow } from '@shared/tiff/types';
import { toGrid, type WorkingGrid } from '../imagery/grid';
import type { Database } from '../store/database';
import { fromUnit, type TileAddress } from '../tiles/mercator';
import { levelsOf, readPyramid } from './pyramid';

/** px */
export const tileSize = 256;
/** Cells along a side between whose corners positions are interpolated. */
const cells = 16;

/**
 * A tile of probabilities in Web Mercator: levels of the object's probability, row by row, nearest neighbour; the highest where areas
 * overlap. Null where nothing is likely.
 */
export function probabilityTile(
  database: Database,
  grid: WorkingGrid,
  windows: readonly PixelWindow[],
  tile: TileAddress,
): Uint8Array | null {
  const positions = positionsOf(grid, tile);
  if (!positions) return null;
  const values = new Uint8Array(tileSize * tileSize);
  let some = false;
  for (const [area, window] of windows.entries()) {
    if (draw(values, database, area, window, positions)) some = true;
  }
  return some ? values : null;
}

/** x and y on the grid for each pixel of the tile. */
function positionsOf(grid: WorkingGrid, { z, x, y }: TileAddress): Float64Array | null {
  const projection = projectionFor(grid.crs);
  if (!projection) return null;
  const nodes: (readonly [number, number])[] = [];
  for (let row = 0; row <= cells; row++) {
    for (let column = 0; column <= cells; column++) {
      const lonLat = fromUnit((x + column / cells) / 2 ** z, (y + row / cells) / 2 ** z);
      nodes.push(toGrid(grid, projection, lonLat));
    }
  }
  const positions = new Float64Array(tileSize * tileSize * 2);
  const step = tileSize / cells;
  for (let row = 0; row < tileSize; row++) {
    for (let column = 0; column < tileSize; column++) {
      const [i, j] = [Math.floor(column / step), Math.floor(row / step)];
      const [u, v] = [(column + 0.5) / step - i, (row + 0.5) / step - j];
      const [a, b] = [nodes[j * (cells + 1) + i]!, nodes[j * (cells + 1) + i + 1]!];
      const [c, d] = [nodes[(j + 1) * (cells + 1) + i]!, nodes[(j + 1) * (cells + 1) + i + 1]!];
      for (const axis of [0, 1] as const) {
        const value = (a[axis] * (1 - u) + b[axis] * u) * (1 - v) + (c[axis] * (1 - u) + d[axis] * u) * v;
        positions[(row * tileSize + column) * 2 + axis] = value;
      }
    }
  }
  return positions;
}

/** False where the area has nothing likely in the tile. */
function draw(
  values: Uint8Array,
  database: Database,
  area: number,
  window: PixelWindow,
  positions: Float64Array,
): boolean {
  const scale = Math.hypot(positions[2]! - positions[0]!, positions[3]! - positions[1]!);
  const level = Math.max(0, Math.min(levelsOf(window.width) - 1, Math.floor(Math.log2(scale) + 0.01)));
  const part = reached(window, positions, level);
  if (!part) return false;
  const packed = readPyramid(database, area, level, part);
  let some = false;
  for (let at = 0; at < values.length; at++) {
    const x = Math.floor((positions[at * 2]! - window.x) / 2 ** level) - part.x;
    const y = Math.floor((positions[at * 2 + 1]! - window.y) / 2 ** level) - part.y;
    if (x < 0 || y < 0 || x >= part.width || y >= part.height) continue;
    const value = packed[y * part.width + x]! >> 4;
    if (value > values[at]!) values[at] = value;
    if (value > 0) some = true;
  }
  return some;
}

/** The part of a level of the area that the tile touches; null where it lies beside it. */
function reached(window: PixelWindow, positions: Float64Array, level: number): PixelWindow | null {
  let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < positions.length; i += 2) {
    west = Math.min(west, positions[i]!);
    east = Math.max(east, positions[i]!);
    north = Math.min(north, positions[i + 1]!);
    south = Math.max(south, positions[i + 1]!);
  }
  const scale = 2 ** level;
  const x = Math.max(0, Math.floor((west - window.x) / scale));
  const y = Math.max(0, Math.floor((north - window.y) / scale));
  const width = Math.min(Math.ceil(window.width / scale), Math.floor((east - window.x) / scale) + 1) - x;
  const height = Math.min(Math.ceil(window.height / scale), Math.floor((south - window.y) / scale) + 1) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}
