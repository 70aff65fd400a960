import type { Geometry } from '@shared/api';
import { projectionFor } from '@shared/geo/crs';
import type { Crs, Geotransform } from '@shared/tiff/types';
import { AreaMask } from '../imagery/areaMask';
import { polygonsOf } from '@shared/api';
import { worldSize, type TileAddress } from '../tiles/mercator';
import { tileSide, type TileSource } from './tileSource';

/** The tiles that an area needs, as a rectangle of the tile grid and a choice within it. */
export interface Coverage {
  /** Address of the top left tile. */
  readonly column: number;
  readonly row: number;
  readonly columns: number;
  readonly rows: number;
  /** Indexes into the rectangle, row by row. */
  readonly wanted: readonly number[];
  readonly geotransform: Geotransform;
}

/** Tiles that touch an area. `crs` is the source's. */
export function coverageOf(areas: readonly Geometry[], source: Pick<TileSource, 'zoom'>, crs: Crs): Coverage {
  const projection = projectionFor(crs);
  if (!projection) throw new Error(`no projection for ${crs.name}`);
  const size = worldSize / 2 ** source.zoom;
  const rings = areas.flatMap((area) =>
    polygonsOf(area).flatMap((polygon) =>
      polygon.map((ring) =>
        ring.map(([longitude = NaN, latitude = NaN]): [number, number] => {
          const [x, y] = projection.fromLonLat([longitude, latitude]);
          return [(x + worldSize / 2) / size, (worldSize / 2 - y) / size];
        }),
      ),
    ),
  );
  const xs = rings.flat().map(([x]) => x);
  const ys = rings.flat().map(([, y]) => y);
  const count = 2 ** source.zoom;
  const clamp = (value: number): number => Math.max(0, Math.min(count - 1, value));
  const column = clamp(Math.floor(least(xs)));
  const row = clamp(Math.floor(least(ys)));
  const columns = clamp(Math.ceil(-least(xs.map((x) => -x))) - 1) - column + 1;
  const rows = clamp(Math.ceil(-least(ys.map((y) => -y))) - 1) - row + 1;
  const pixel = size / tileSide;
  return {
    column,
    row,
    columns,
    rows,
    wanted: touched(rings, { column, row, columns, rows }),
    geotransform: [column * size - worldSize / 2, pixel, 0, worldSize / 2 - row * size, 0, -pixel],
  };
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity);
}

/** Rasterises the area finely enough that no tile it touches is missed by much: the detector needs a margin anyway. */
function touched(
  rings: readonly (readonly [number, number])[][],
  { column, row, columns, rows }: Pick<Coverage, 'column' | 'row' | 'columns' | 'rows'>,
): readonly number[] {
  const fine = columns * rows > 250_000 ? 1 : 8;
  const mask = new AreaMask(rings.map((ring) => ring.map(([x, y]) => [x * fine, y * fine] as const)));
  const wanted = new Set<number>();
  for (let y = 0; y < rows * fine; y++) {
    for (const [from, to] of mask.spans(row * fine + y, column * fine, columns * fine)) {
      for (let x = Math.floor(from / fine); x * fine < to; x++)
        wanted.add(Math.floor(y / fine) * columns + x);
    }
  }
  // Slivers between the centres: the tiles of the corners at least.
  for (const [x, y] of rings.flat()) {
    const [i, j] = [Math.floor(x) - column, Math.floor(y) - row];
    if (i >= 0 && j >= 0 && i < columns && j < rows) wanted.add(j * columns + i);
  }
  return [...wanted].sort((a, b) => a - b);
}

export function tileAt(coverage: Coverage, zoom: number, index: number): TileAddress {
  return {
    z: zoom,
    x: coverage.column + (index % coverage.columns),
    y: coverage.row + Math.floor(index / coverage.columns),
  };
}
