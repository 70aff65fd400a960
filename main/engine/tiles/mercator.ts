/** A tile of the XYZ scheme: y grows to the south. */
export interface TileAddress {
  readonly z: number;
  readonly x: number;
  readonly y: number;
}

export const deepestZoom = 25;

/** m along the equator and the other way round the world */
export const worldSize = 2 * Math.PI * 6_378_137;

/** The address in a path; null for one that does not exist. `yText` may be negative for TMS's count from the south. */
export function parseTile(zText: string, xText: string, yText: string): TileAddress | null {
  const [z, x, y] = [zText, xText, yText].map((text) => (/^\d{1,9}$/.test(text) ? Number(text) : NaN));
  if (z === undefined || x === undefined || y === undefined || !(z <= deepestZoom)) return null;
  const count = 2 ** z;
  return x < count && y < count ? { z, x, y } : null;
}

/** Longitude and latitude (degrees) -> position in a world of unit size, origin in the north-west. */
export function toUnit(longitude: number, latitude: number): [number, number] {
  const clamped = Math.max(-85.0511287798, Math.min(85.0511287798, latitude));
  const sine = Math.sin((clamped * Math.PI) / 180);
  return [longitude / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
}

/** The other way round. */
export function fromUnit(x: number, y: number): [number, number] {
  const latitude = (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
  return [(x - 0.5) * 360, latitude];
}

/** [west, south, east, north] in degrees, with a margin of a share of the tile on each side. */
export function tileBounds({ z, x, y }: TileAddress, margin = 0): [number, number, number, number] {
  const size = 2 ** -z;
  const [west, north] = fromUnit((x - margin) * size, (y - margin) * size);
  const [east, south] = fromUnit((x + 1 + margin) * size, (y + 1 + margin) * size);
  return [west, south, east, north];
}

/** The quadkey of a tile, as some services address it. */
export function quadkey({ z, x, y }: TileAddress): string {
  let key = '';
  for (let level = z - 1; level >= 0; level--) key += String(((x >> level) & 1) + 2 * ((y >> level) & 1));
  return key;
}
