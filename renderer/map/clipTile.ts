/** Rings of a polygon as one array of x and y, with the index after each ring's last value. */
export interface FlatRings {
  readonly coordinates: readonly number[];
  readonly ends: readonly number[];
}

/** True when nothing of it leaves the unit square. */
export function insideUnitSquare({ coordinates }: FlatRings): boolean {
  return coordinates.every((value) => value >= 0 && value <= 1);
}

type Side = readonly [axis: 0 | 1, limit: 0 | 1];

const sides: readonly Side[] = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];

const isInside = (value: number, limit: 0 | 1): boolean => (limit === 0 ? value >= 0 : value <= 1);

/**
 * The part of a polygon inside the unit square, by cutting at one side after the other (Sutherland and Hodgman 1974).
 * Rings keep their direction; what falls outside leaves no ring.
 */
export function clipRings(rings: FlatRings): FlatRings {
  const coordinates: number[] = [];
  const ends: number[] = [];
  let start = 0;
  for (const end of rings.ends) {
    let ring = rings.coordinates.slice(start, end);
    for (const side of sides) ring = clipRingAtSide(ring, side);
    if (ring.length >= 6) {
      coordinates.push(...closed(ring));
      ends.push(coordinates.length);
    }
    start = end;
  }
  return { coordinates, ends };
}

/** Doubled end points are taken off first: the cut works on a ring that is understood to be closed. */
function clipRingAtSide(ring: readonly number[], [axis, limit]: Side): number[] {
  const result: number[] = [];
  const points = ring.length / 2;
  for (let index = 0; index < points; index += 1) {
    const from = ((index + points - 1) % points) * 2;
    const to = index * 2;
    const fromInside = isInside(ring[from + axis] ?? 0, limit);
    const toInside = isInside(ring[to + axis] ?? 0, limit);
    if (fromInside !== toInside) result.push(...crossing(ring, from, to, axis, limit));
    if (toInside) result.push(ring[to] ?? 0, ring[to + 1] ?? 0);
  }
  return result;
}

/** Where the segment between two points meets the line axis = limit. */
function crossing(
  values: readonly number[],
  from: number,
  to: number,
  axis: 0 | 1,
  limit: 0 | 1,
): [number, number] {
  const ax = values[from] ?? 0;
  const ay = values[from + 1] ?? 0;
  const bx = values[to] ?? 0;
  const by = values[to + 1] ?? 0;
  const t = axis === 0 ? (limit - ax) / (bx - ax) : (limit - ay) / (by - ay);
  return axis === 0 ? [limit, ay + t * (by - ay)] : [ax + t * (bx - ax), limit];
}

function closed(ring: readonly number[]): readonly number[] {
  const [x = 0, y = 0] = ring;
  return ring.at(-2) === x && ring.at(-1) === y ? ring : [...ring, x, y];
}

/**
 * The outlines of a polygon inside the unit square, as lines: the cuts along the square's sides are not part of them, so
 * that neighbouring tiles join without a seam.
 */
export function clipOutlines(rings: FlatRings): FlatRings {
  const coordinates: number[] = [];
  const ends: number[] = [];
  let start = 0;
  for (const end of rings.ends) {
    let open = false;
    for (let at = start; at + 3 < end; at += 2) {
      const piece = clipSegment(rings.coordinates, at);
      if (!piece) {
        if (open) ends.push(coordinates.length);
        open = false;
        continue;
      }
      const [ax, ay, bx, by] = piece;
      if (!open) coordinates.push(ax, ay);
      coordinates.push(bx, by);
      const leaves = bx !== rings.coordinates[at + 2] || by !== rings.coordinates[at + 3];
      if (leaves) ends.push(coordinates.length);
      open = !leaves;
    }
    if (open) ends.push(coordinates.length);
    start = end;
  }
  return { coordinates, ends };
}

/** The part of a segment inside the unit square (Liang and Barsky 1984); null where there is none. */
function clipSegment(values: readonly number[], at: number): [number, number, number, number] | null {
  const ax = values[at] ?? 0;
  const ay = values[at + 1] ?? 0;
  const bx = values[at + 2] ?? 0;
  const by = values[at + 3] ?? 0;
  let from = 0;
  let to = 1;
  for (const [p, q] of [
    [ax - bx, ax],
    [bx - ax, 1 - ax],
    [ay - by, ay],
    [by - ay, 1 - ay],
  ] as const) {
    if (p === 0 && q < 0) return null;
    if (p < 0) from = Math.max(from, q / p);
    if (p > 0) to = Math.min(to, q / p);
  }
  if (from >= to) return null;
  return [
    from === 0 ? ax : ax + from * (bx - ax),
    from === 0 ? ay : ay + from * (by - ay),
    to === 1 ? bx : ax + to * (bx - ax),
    to === 1 ? by : ay + to * (by - ay),
  ];
}
