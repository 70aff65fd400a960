import type { Ring } from './chains';

/** Points between two that are kept for certain: bounds the work on an outline of any length. */
const SECTION = 2048;

/** Rounds a distance of exactly half a pixel down: outlines that lie a pixel apart must not meet. */
const EPSILON = 1e-6;

/**
 * A shorter outline, no part of which is farther than `tolerance` px from the given one and no corner of which is farther from
 * it; pinned corners stay. A staircase becomes the line through the middles of its steps, a corner between longer edges stays
 * where it is. x0, y0, x1, y1, … px. Source: Douglas and Peucker, 1973, with the corners that are left out as the measure.
 */
export function simplify(ring: Ring, tolerance: number): Float64Array {
  const corners = Float64Array.from(ring.corners);
  if (tolerance <= 0 || ring.pinned.length <= 4) return corners;
  const path = middles(ring, tolerance - EPSILON);
  const count = path.places.length;
  const keep = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const place = path.places[i]!;
    if (i % SECTION === 0 || (Number.isInteger(place) && ring.pinned[place])) keep[i] = 1;
  }
  for (const anchor of extremes(path.points, count)) keep[anchor] = 1;
  let from = 0;
  for (let to = 1; to <= count; to++) {
    if (!keep[to % count]) continue;
    thin(path, corners, from, to, tolerance - EPSILON, keep);
    from = to;
  }
  return pick(path.points, keep);
}

/** A closed path close to the outline, and where on the outline its points lie: 3 is corner 3, 3.5 the middle of the edge after. */
interface Path {
  readonly points: Float64Array;
  readonly places: Float64Array;
}

/** Cuts the corners beside short edges from the middle of one edge to that of the next. */
function middles(ring: Ring, tolerance: number): Path {
  const { corners, pinned } = ring;
  const count = pinned.length;
  const cut = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const before = edgeLength(corners, (i + count - 1) % count, i) / 2;
    const after = edgeLength(corners, i, (i + 1) % count) / 2;
    const depth = (before * after) / Math.hypot(before, after);
    cut[i] = !pinned[i] && depth <= tolerance ? 1 : 0;
  }
  const points: number[] = [];
  const places: number[] = [];
  for (let i = 0; i < count; i++) {
    const next = (i + 1) % count;
    if (!cut[i]) {
      points.push(corners[2 * i]!, corners[2 * i + 1]!);
      places.push(i);
    }
    if (cut[i] || cut[next]) {
      points.push(
        (corners[2 * i]! + corners[2 * next]!) / 2,
        (corners[2 * i + 1]! + corners[2 * next + 1]!) / 2,
      );
      places.push(i + 0.5);
    }
  }
  return { points: Float64Array.from(points), places: Float64Array.from(places) };
}

/** Edges run along an axis. */
function edgeLength(corners: Int32Array, from: number, to: number): number {
  return (
    Math.abs(corners[2 * to]! - corners[2 * from]!) + Math.abs(corners[2 * to + 1]! - corners[2 * from + 1]!)
  );
}

/** The extreme points of both diagonals: they span the outline, whatever its shape. */
function extremes(points: Float64Array, count: number): number[] {
  let [low, high, left, right] = [0, 0, 0, 0];
  const sum = (i: number): number => points[2 * i]! + points[2 * i + 1]!;
  const difference = (i: number): number => points[2 * i]! - points[2 * i + 1]!;
  for (let i = 1; i < count; i++) {
    if (sum(i) < sum(low)) low = i;
    if (sum(i) > sum(high)) high = i;
    if (difference(i) < difference(left)) left = i;
    if (difference(i) > difference(right)) right = i;
  }
  return [low, high, left, right];
}

/** Marks the points to keep between two kept ones; indices run on past the path's end. */
function thin(
  path: Path,
  corners: Float64Array,
  first: number,
  last: number,
  tolerance: number,
  keep: Uint8Array,
): void {
  const count = path.places.length;
  const waiting = [first, last];
  while (waiting.length > 0) {
    const to = waiting.pop()!;
    const from = waiting.pop()!;
    if (to - from < 2 || cornersLieWithin(path, corners, from, to, tolerance)) continue;
    const middle = farthestPoint(path, from, to);
    keep[middle % count] = 1;
    waiting.push(from, middle, middle, to);
  }
}

function cornersLieWithin(
  path: Path,
  corners: Float64Array,
  from: number,
  to: number,
  tolerance: number,
): boolean {
  const { points, places } = path;
  const count = places.length;
  const total = corners.length / 2;
  const distance = distanceTo(points, from % count, to % count);
  const begin = Math.ceil(places[from % count]!) + (from >= count ? total : 0);
  const end = Math.floor(places[to % count]!) + (to >= count ? total : 0);
  const limit = tolerance * tolerance;
  for (let i = begin; i <= end; i++) {
    const corner = i % total;
    if (distance(corners[2 * corner]!, corners[2 * corner + 1]!) > limit) return false;
  }
  return true;
}

function farthestPoint(path: Path, from: number, to: number): number {
  const { points, places } = path;
  const count = places.length;
  const distance = distanceTo(points, from % count, to % count);
  let best = -1;
  let index = from + 1;
  for (let i = from + 1; i < to; i++) {
    const away = distance(points[2 * (i % count)]!, points[2 * (i % count) + 1]!);
    if (away > best) {
      best = away;
      index = i;
    }
  }
  return index;
}

/** Squared distance of a point from the segment between two points of a path. */
function distanceTo(points: Float64Array, from: number, to: number): (x: number, y: number) => number {
  const fromX = points[2 * from]!;
  const fromY = points[2 * from + 1]!;
  const dx = points[2 * to]! - fromX;
  const dy = points[2 * to + 1]! - fromY;
  const squared = dx * dx + dy * dy;
  return (x, y) => {
    const along = squared === 0 ? 0 : ((x - fromX) * dx + (y - fromY) * dy) / squared;
    const share = Math.min(1, Math.max(0, along));
    return (x - fromX - share * dx) ** 2 + (y - fromY - share * dy) ** 2;
  };
}

function pick(points: Float64Array, keep: Uint8Array): Float64Array {
  const out: number[] = [];
  keep.forEach((kept, i) => {
    if (kept) out.push(points[2 * i]!, points[2 * i + 1]!);
  });
  return Float64Array.from(out);
}
