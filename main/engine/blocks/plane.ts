/** Longitude and latitude, or metres; heights are not looked at. */
export type Position = readonly number[];

/** m, east and north of a point. */
export type Point = readonly [east: number, north: number];

/** m per degree of latitude at a latitude, and of longitude: WGS 84's radii of curvature. */
function metresPerDegree(latitude: number): { readonly east: number; readonly north: number } {
  const sin = Math.sin((latitude * Math.PI) / 180);
  const flat = 1 - 0.00669437999014 * sin * sin;
  const degree = (Math.PI / 180) * 6378137;
  return {
    east: (degree * Math.cos((latitude * Math.PI) / 180)) / Math.sqrt(flat),
    north: (degree * (1 - 0.00669437999014)) / flat ** 1.5,
  };
}

/**
 * A plane that touches the ground at a point: within some kilometres of it metres there are metres on the ground, which is
 * as far as what lies around a building reaches.
 */
export class Plane {
  readonly #origin: Position;
  readonly #scale: { readonly east: number; readonly north: number };

  constructor([longitude = 0, latitude = 0]: Position) {
    this.#origin = [longitude, latitude];
    this.#scale = metresPerDegree(latitude);
  }

  to([longitude = NaN, latitude = NaN]: Position): Point {
    const [x = 0, y = 0] = this.#origin;
    return [(longitude - x) * this.#scale.east, (latitude - y) * this.#scale.north];
  }

  from([east, north]: Point): [number, number] {
    const [x = 0, y = 0] = this.#origin;
    return [x + east / this.#scale.east, y + north / this.#scale.north];
  }
}

/** West, south, east, north. */
export type Box = readonly [number, number, number, number];

export function boxOf(points: Iterable<Position>): Box {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x = NaN, y = NaN] of points) {
    west = Math.min(west, x);
    south = Math.min(south, y);
    east = Math.max(east, x);
    north = Math.max(north, y);
  }
  return [west, south, east, north];
}

export function boxesMeet(a: Box, b: Box): boolean {
  return a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
}

/** Unsigned area of a ring, whether or not its first point is repeated. */
export function areaOfRing(ring: readonly Position[]): number {
  let twice = 0;
  const [originX = 0, originY = 0] = ring[0] ?? [];
  ring.forEach(([x = 0, y = 0], i) => {
    const [nextX = 0, nextY = 0] = ring[(i + 1) % ring.length] ?? [];
    twice += (x - originX) * (nextY - originY) - (nextX - originX) * (y - originY);
  });
  return Math.abs(twice / 2);
}

/** Whether a point lies within rings, by the even-odd rule: outside of the holes. */
export function isInside([x = NaN, y = NaN]: Position, rings: readonly (readonly Position[])[]): boolean {
  let inside = false;
  for (const ring of rings) {
    ring.forEach(([x1 = 0, y1 = 0], i) => {
      const [x2 = 0, y2 = 0] = ring[(i + 1) % ring.length] ?? [];
      if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
    });
  }
  return inside;
}

/** The value below which a share (0–1) of sorted values lies; NaN of none. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return NaN;
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const from = sorted[low]!;
  return from + (at - low) * ((sorted[low + 1] ?? from) - from);
}
