import type { Ring } from './chains';

/** Area of a closed outline; positive when it runs counter-clockwise as seen with y down. Source: the shoelace formula. */
export function signedArea(corners: ArrayLike<number>): number {
  let twice = 0;
  let x = corners[corners.length - 2]!;
  let y = corners[corners.length - 1]!;
  for (let i = 0; i < corners.length; i += 2) {
    const nextX = corners[i]!;
    const nextY = corners[i + 1]!;
    twice += nextX * y - x * nextY;
    x = nextX;
    y = nextY;
  }
  return twice / 2;
}

/**
 * An outline that passes a point twice becomes several that touch there, as polygons must have it: a bay that closes
 * at a corner is a hole, a hole pinched at a corner is two.
 */
export function splitAtTouches(ring: Ring): Ring[] {
  if (!ring.pinned.includes(1)) return [ring];
  const { corners, pinned } = ring;
  const key = (i: number): string => `${corners[2 * i]},${corners[2 * i + 1]}`;
  const parts: Ring[] = [];
  const path: number[] = [];
  const placeOf = new Map<string, number>();
  for (let i = 0; i < pinned.length; i++) {
    if (pinned[i]) {
      const place = placeOf.get(key(i));
      if (place !== undefined) {
        const loop = path.splice(place);
        for (const passed of loop) if (pinned[passed]) placeOf.delete(key(passed));
        parts.push(pick(ring, loop));
      }
      placeOf.set(key(i), path.length);
    }
    path.push(i);
  }
  parts.push(pick(ring, path));
  return parts;
}

function pick(ring: Ring, indices: readonly number[]): Ring {
  const corners = new Int32Array(2 * indices.length);
  indices.forEach((index, i) => {
    corners[2 * i] = ring.corners[2 * index]!;
    corners[2 * i + 1] = ring.corners[2 * index + 1]!;
  });
  return { corners, pinned: Uint8Array.from(indices, (index) => ring.pinned[index]!) };
}
