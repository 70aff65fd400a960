/**
 * The tile pyramid of web maps (XYZ): spherical Mercator, one tile at zoom 0, y down from the north. Sources: OGC's
 * WebMercatorQuad, the OSM wiki ("Slippy map tilenames"), Bing's tile system for quadkeys.
 */
import type { Bbox } from './affine';

/** m: half the side of the square that the pyramid covers. */
export const MERCATOR_LIMIT = Math.PI * 6378137;

/** Degrees: beyond this latitude there are no tiles. */
export const MAX_LATITUDE = 85.0511287798066;

export const MAX_ZOOM = 30;

export interface Tile {
  readonly z: number;
  readonly x: number;
  readonly y: number;
}

/** EPSG:4326 to EPSG:3857; latitudes beyond the limit are moved to it. */
export function lonLatToMercator(lon: number, lat: number): [number, number] {
  const clamped = Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, lat));
  const y = Math.log(Math.tan(Math.PI / 4 + (clamped * Math.PI) / 360));
  return [(lon / 180) * MERCATOR_LIMIT, (y / Math.PI) * MERCATOR_LIMIT];
}

export function mercatorToLonLat(x: number, y: number): [number, number] {
  const lat = (Math.atan(Math.exp((y / MERCATOR_LIMIT) * Math.PI)) * 360) / Math.PI - 90;
  return [(x / MERCATOR_LIMIT) * 180, lat];
}

/** The tile in which a position lies; positions on the far edges belong to the last tile. */
export function tileAt(lon: number, lat: number, z: number): Tile {
  const [column, row] = tilePosition(lon, lat, z);
  const last = 2 ** z - 1;
  return { z, x: clamp(Math.floor(column), last), y: clamp(Math.floor(row), last) };
}

/** The position in tiles from the north-west corner, with fractions. */
export function tilePosition(lon: number, lat: number, z: number): [number, number] {
  const [x, y] = lonLatToMercator(lon, lat);
  const side = 2 ** z / (2 * MERCATOR_LIMIT);
  return [(x + MERCATOR_LIMIT) * side, (MERCATOR_LIMIT - y) * side];
}

function clamp(value: number, last: number): number {
  return Math.max(0, Math.min(last, value));
}

/** m, EPSG:3857 */
export function tileMercatorBounds({ z, x, y }: Tile): Bbox {
  const side = (2 * MERCATOR_LIMIT) / 2 ** z;
  const west = x * side - MERCATOR_LIMIT;
  const north = MERCATOR_LIMIT - y * side;
  return [west, north - side, west + side, north];
}

/** degrees */
export function tileLonLatBounds(tile: Tile): Bbox {
  const [west, south, east, north] = tileMercatorBounds(tile);
  return [...mercatorToLonLat(west, south), ...mercatorToLonLat(east, north)];
}

/** The tiles that a box in longitude and latitude needs, row by row; a shared edge alone asks for none. */
export function* tilesCovering(
  [west, south, east, north]: Bbox,
  z: number,
): Generator<Tile, void, undefined> {
  const { first, last } = tileRange([west, south, east, north], z);
  for (let y = first.y; y <= last.y; y++) for (let x = first.x; x <= last.x; x++) yield { z, x, y };
}

/** How many tiles `tilesCovering` gives, at once. */
export function tileCount(bbox: Bbox, z: number): number {
  const { first, last } = tileRange(bbox, z);
  return Math.max(0, last.x - first.x + 1) * Math.max(0, last.y - first.y + 1);
}

function tileRange([west, south, east, north]: Bbox, z: number): { first: Tile; last: Tile } {
  const [right, bottom] = tilePosition(east, south, z);
  const limit = 2 ** z - 1;
  const last = { z, x: clamp(Math.ceil(right) - 1, limit), y: clamp(Math.ceil(bottom) - 1, limit) };
  return { first: tileAt(west, north, z), last };
}

/** The same tile where rows are counted from the south, as in TMS. Its own inverse. */
export function flipY({ z, x, y }: Tile): Tile {
  return { z, x, y: 2 ** z - 1 - y };
}

/** Bing's name of a tile: one digit for each zoom level; empty for zoom 0. */
export function quadkey({ z, x, y }: Tile): string {
  let key = '';
  for (let level = z - 1; level >= 0; level--) {
    const bit = 2 ** level;
    key += String((Math.floor(x / bit) % 2) + 2 * (Math.floor(y / bit) % 2));
  }
  return key;
}

/** Null for a text that is no quadkey. */
export function tileOfQuadkey(key: string): Tile | null {
  if (!/^[0-3]*$/.test(key) || key.length > MAX_ZOOM) return null;
  let [x, y] = [0, 0];
  for (const digit of key) {
    x = x * 2 + (Number(digit) % 2);
    y = y * 2 + Math.floor(Number(digit) / 2);
  }
  return { z: key.length, x, y };
}

/** m of ground in a pixel of a tile. */
export function groundResolution(z: number, lat: number, tileSize = 256): number {
  return (2 * MERCATOR_LIMIT * Math.cos((lat * Math.PI) / 180)) / (tileSize * 2 ** z);
}

/** The lowest zoom whose pixels are as fine as a ground sample distance, m. */
export function zoomForResolution(metres: number, lat: number, tileSize = 256): number {
  const zoom = Math.log2(groundResolution(0, lat, tileSize) / metres);
  return Math.max(0, Math.min(MAX_ZOOM, Math.ceil(zoom - 1e-9)));
}
