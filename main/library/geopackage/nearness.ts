import type { FlatPart } from './flat';

/** Metres in a degree of latitude; near enough to judge what a pointer is over. */
const METRES_PER_DEGREE = 111_320;

export interface Nearness {
  /** Metres to the nearest part; 0 inside an area. */
  readonly distance: number;
  /** Rough size (m²), to put what is small and on top first; 0 for points and lines. */
  readonly area: number;
}

/** How near a place (degrees) is to a geometry, on a plane that touches the ellipsoid there. */
export function nearness(parts: readonly FlatPart[], longitude: number, latitude: number): Nearness {
  const scaleY = METRES_PER_DEGREE;
  const scaleX = METRES_PER_DEGREE * Math.cos((latitude * Math.PI) / 180);
  let distance = Infinity;
  let area = 0;
  for (const { dimension, lines } of parts) {
    let inside = false;
    for (const [i, line] of lines.entries()) {
      const local = line.map((value, at) =>
        at % 2 === 0 ? (value - longitude) * scaleX : (value - latitude) * scaleY,
      );
      distance = Math.min(distance, distanceToOrigin(local));
      if (dimension !== 2) continue;
      if (surroundsOrigin(local)) inside = !inside;
      area += (i === 0 ? 1 : -1) * Math.abs(ringArea(local));
    }
    if (inside) distance = 0;
  }
  return { distance, area };
}

function distanceToOrigin(line: Float64Array): number {
  let least = Math.hypot(line[0]!, line[1]!);
  for (let i = 0; i + 3 < line.length; i += 2) {
    const [x, y] = [line[i]!, line[i + 1]!];
    const dx = line[i + 2]! - x;
    const dy = line[i + 3]! - y;
    const length = dx * dx + dy * dy;
    const share = length === 0 ? 0 : Math.min(1, Math.max(0, -(x * dx + y * dy) / length));
    least = Math.min(least, Math.hypot(x + share * dx, y + share * dy));
  }
  return least;
}

function surroundsOrigin(ring: Float64Array): boolean {
  let inside = false;
  for (let i = 0; i + 3 < ring.length; i += 2) {
    const [x1, y1, x2, y2] = [ring[i]!, ring[i + 1]!, ring[i + 2]!, ring[i + 3]!];
    if (y1 > 0 !== y2 > 0 && x1 - (y1 * (x2 - x1)) / (y2 - y1) > 0) inside = !inside;
  }
  return inside;
}

function ringArea(ring: Float64Array): number {
  let twice = 0;
  for (let i = 0; i + 3 < ring.length; i += 2) twice += ring[i]! * ring[i + 3]! - ring[i + 2]! * ring[i + 1]!;
  return twice / 2;
}

/** A margin in degrees that is at least so many metres at a latitude. */
export function degreesFor(metres: number, latitude: number): readonly [longitude: number, latitude: number] {
  const shrink = Math.max(0.01, Math.cos((latitude * Math.PI) / 180));
  return [metres / (METRES_PER_DEGREE * shrink), metres / METRES_PER_DEGREE];
}
