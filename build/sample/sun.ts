import { add, corners, point, turned, type Point, type Ring } from './geometry';
import type { Building, Tree, Vehicle, Wing } from './scene';

/** The sun stands in the south-south-east, 47° high: late morning in summer. */
const DEGREES = { azimuth: 155, elevation: 47 } as const;
const AZIMUTH = (DEGREES.azimuth * Math.PI) / 180;
const ELEVATION = (DEGREES.elevation * Math.PI) / 180;

/** The sun as a picture's metadata tell it. */
export const SUN_METADATA = {
  SUN_AZIMUTH: String(DEGREES.azimuth),
  SUN_ELEVATION: String(DEGREES.elevation),
} as const;

/** Unit vector towards the sun: east, south, up. */
export const SUN = {
  x: Math.sin(AZIMUTH) * Math.cos(ELEVATION),
  y: -Math.cos(AZIMUTH) * Math.cos(ELEVATION),
  z: Math.sin(ELEVATION),
} as const;

/** Where the shadow of something one metre high ends. */
const CAST: Point = point(-SUN.x / SUN.z, -SUN.y / SUN.z);

/** m by which a roof rises for each metre away from its eaves: 35° on houses, less on wide halls. */
export function slopeOf(wing: Wing): number {
  return wing.roof === 'gable' || wing.roof === 'hip' ? Math.min(0.7, 4 / wing.halfWidth) : 0;
}

/** m by which a roof's ridge stands above its eaves */
const rise = (wing: Wing): number => wing.halfWidth * slopeOf(wing);

/** The ground that a wing keeps from the sun, the wing's own ground included. */
export function wingShadow(wing: Wing, height: number): Ring {
  const ground = corners(wing);
  const eaves = ground.map((corner) => add(corner, CAST, height));
  const ridgeHalf = wing.roof === 'gable' ? wing.halfLength : Math.max(0, wing.halfLength - wing.halfWidth);
  const ridge = [-1, 1].map((end) =>
    add(add(wing.centre, wing.along, end * ridgeHalf), CAST, height + rise(wing)),
  );
  return hull([...ground, ...eaves, ...ridge]);
}

export const buildingShadows = (building: Building): Ring[] =>
  building.wings.map((wing) => wingShadow(wing, building.height));

export function vehicleShadow(vehicle: Vehicle): Ring {
  const ground = corners(vehicle);
  return hull([...ground, ...ground.map((corner) => add(corner, CAST, 1.4))]);
}

/** The middle of a crown's shadow at its lower and upper end; its radius is the crown's. */
export function crownShadow({ centre, height, radius }: Tree): readonly [Point, Point] {
  return [add(centre, CAST, Math.max(0, height - 1.7 * radius)), add(centre, CAST, height - radius * 0.5)];
}

/** How bright a surface is that falls away to one side: 1 for level ground. */
export function brightness(downhill: Point, slope: number): number {
  const up = 1 / Math.hypot(1, slope);
  const towards = (downhill.x * SUN.x + downhill.y * SUN.y) * slope * up + SUN.z * up;
  return 0.42 + (0.58 * Math.max(0, towards)) / SUN.z;
}

/** Brightness of a wing's four sides: front and back along its length, then its two ends. */
export function sides(wing: Wing): readonly [number, number, number, number] {
  const across = turned(wing.along);
  const opposite = (v: Point): Point => point(-v.x, -v.y);
  const slope = slopeOf(wing);
  return [
    brightness(opposite(across), slope),
    brightness(across, slope),
    brightness(opposite(wing.along), slope),
    brightness(wing.along, slope),
  ];
}

/** The smallest convex ring around points (monotone chain). */
export function hull(points: readonly Point[]): Ring {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  const half = (list: readonly Point[]): Point[] => {
    const chain: Point[] = [];
    for (const p of list) {
      while (chain.length > 1 && cross(chain[chain.length - 2]!, chain[chain.length - 1]!, p) <= 0)
        chain.pop();
      chain.push(p);
    }
    chain.pop();
    return chain;
  };
  return [...half(sorted), ...half(sorted.reverse())];
}

const cross = (o: Point, a: Point, b: Point): number => (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
