/** Tiles of Web Mercator: x to the right, y down from the north-west corner. */
import type { Box } from '../wkb';
import { EXTENT } from './mvt';

export interface TileAddress {
  readonly z: number;
  readonly x: number;
  readonly y: number;
}

/** Where Web Mercator ends, degrees. */
const MAX_LATITUDE = 85.0511287798066;

/** Longitude and latitude (degrees) of a flat line become units of a tile, in place. */
export function toTileUnits(line: Float64Array, { z, x, y }: TileAddress): Float64Array {
  const scale = EXTENT * 2 ** z;
  for (let i = 0; i < line.length; i += 2) {
    const latitude = Math.min(MAX_LATITUDE, Math.max(-MAX_LATITUDE, line[i + 1]!));
    const sine = Math.sin((latitude * Math.PI) / 180);
    line[i] = (line[i]! / 360 + 0.5) * scale - x * EXTENT;
    line[i + 1] = (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * scale - y * EXTENT;
  }
  return line;
}

/** The box in degrees of a tile grown by a margin (tile units) on all sides. */
export function tileBox({ z, x, y }: TileAddress, margin: number): Box {
  const tiles = 2 ** z;
  const grow = margin / EXTENT;
  const longitude = (column: number): number => (column / tiles) * 360 - 180;
  const latitude = (row: number): number =>
    (Math.atan(Math.sinh(Math.PI * (1 - (2 * row) / tiles))) * 180) / Math.PI;
  return [
    longitude(x - grow),
    latitude(Math.min(tiles, y + 1 + grow)),
    longitude(x + 1 + grow),
    latitude(Math.max(0, y - grow)),
  ];
}
