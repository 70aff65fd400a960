import Flatbush from 'flatbush';

/** A ring without its closing point: x0, y0, x1, y1, … in whole numbers, so that orientation is exact. */
export type FlatRing = Float64Array;

/** Below this every pair is tried; an index costs more. */
const FEW = 40;

interface Segments {
  readonly count: number;
  readonly ring: Int32Array;
  /** Index of the segment within its ring, and the ring's length. */
  readonly place: Int32Array;
  readonly length: Int32Array;
  /** x1, y1, x2, y2 of each */
  readonly ends: Float64Array;
}

/**
 * Whether rings make a valid polygon (OGC 06-103r4, 6.1.11): simple rings that do not cross; two rings may touch at a corner
 * of both. That holes lie inside is the caller's business.
 */
export function ringsAreValid(rings: readonly FlatRing[]): boolean {
  if (rings.some((ring) => ring.length < 6)) return false;
  const segments = collect(rings);
  const touches: Touch[] = [];
  const valid = everyPair(segments, (i, j) => pairIsValid(segments, i, j, touches));
  return valid && touches.every((touch) => !crosses(rings, touch));
}

function collect(rings: readonly FlatRing[]): Segments {
  const count = rings.reduce((sum, ring) => sum + ring.length / 2, 0);
  const segments = {
    count,
    ring: new Int32Array(count),
    place: new Int32Array(count),
    length: new Int32Array(count),
    ends: new Float64Array(4 * count),
  };
  let at = 0;
  rings.forEach((ring, number) => {
    const length = ring.length / 2;
    for (let i = 0; i < length; i++, at++) {
      const next = (i + 1) % length;
      segments.ring[at] = number;
      segments.place[at] = i;
      segments.length[at] = length;
      segments.ends.set([ring[2 * i]!, ring[2 * i + 1]!, ring[2 * next]!, ring[2 * next + 1]!], 4 * at);
    }
  });
  return segments;
}

function everyPair(segments: Segments, test: (i: number, j: number) => boolean): boolean {
  const { count, ends } = segments;
  if (count <= FEW) {
    for (let i = 0; i < count; i++) for (let j = i + 1; j < count; j++) if (!test(i, j)) return false;
    return true;
  }
  const box = (i: number): [number, number, number, number] => {
    const [x1, y1, x2, y2] = [ends[4 * i]!, ends[4 * i + 1]!, ends[4 * i + 2]!, ends[4 * i + 3]!];
    return [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
  };
  const index = new Flatbush(count);
  for (let i = 0; i < count; i++) index.add(...box(i));
  index.finish();
  for (let i = 0; i < count; i++) {
    if (index.search(...box(i), (j) => j > i).some((j) => !test(i, j))) return false;
  }
  return true;
}

interface Touch {
  readonly x: number;
  readonly y: number;
  readonly rings: readonly [number, number];
}

/** Sign of the turn from a to b to c. */
function turn(ax: number, ay: number, bx: number, by: number, cx: number, cy: number): number {
  return Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));
}

function within(value: number, one: number, other: number): boolean {
  return value >= Math.min(one, other) && value <= Math.max(one, other);
}

function pairIsValid(segments: Segments, i: number, j: number, touches: Touch[]): boolean {
  const { ends, ring, place, length } = segments;
  const [ax, ay, bx, by] = [ends[4 * i]!, ends[4 * i + 1]!, ends[4 * i + 2]!, ends[4 * i + 3]!];
  const [cx, cy, dx, dy] = [ends[4 * j]!, ends[4 * j + 1]!, ends[4 * j + 2]!, ends[4 * j + 3]!];
  if ((ax === bx && ay === by) || (cx === dx && cy === dy)) return false;
  const c = turn(ax, ay, bx, by, cx, cy);
  const d = turn(ax, ay, bx, by, dx, dy);
  const a = turn(cx, cy, dx, dy, ax, ay);
  const b = turn(cx, cy, dx, dy, bx, by);
  if (ring[i] === ring[j]) {
    const step = (place[j]! - place[i]! + length[i]!) % length[i]!;
    if (step === 1) return d !== 0 || (bx - ax) * (dx - cx) + (by - ay) * (dy - cy) > 0;
    if (step === length[i]! - 1) return c !== 0 || (bx - ax) * (dx - cx) + (by - ay) * (dy - cy) > 0;
  }
  const apart =
    c * d > 0 ||
    a * b > 0 ||
    (a === 0 &&
      b === 0 &&
      !(within(ax, cx, dx) && within(ay, cy, dy)) &&
      !(within(bx, cx, dx) && within(by, cy, dy)) &&
      !(within(cx, ax, bx) && within(cy, ay, by)));
  if (apart) return true;
  if (ring[i] === ring[j] || (a === 0 && b === 0 && !touchAtEnd(ax, ay, bx, by, cx, cy, dx, dy)))
    return false;
  const first = (ax === cx && ay === cy) || (ax === dx && ay === dy);
  const second = (bx === cx && by === cy) || (bx === dx && by === dy);
  if (first === second) return false;
  touches.push({ x: first ? ax : bx, y: first ? ay : by, rings: [ring[i]!, ring[j]!] });
  return true;
}

/** Two collinear segments that have an end in common and lie on either side of it. */
function touchAtEnd(
  ax: number,
  ay: number,
  bx: number,
  by: number,
  cx: number,
  cy: number,
  dx: number,
  dy: number,
): boolean {
  const away = (px: number, py: number, qx: number, qy: number, rx: number, ry: number): boolean =>
    (qx - px) * (rx - px) + (qy - py) * (ry - py) < 0;
  if (ax === cx && ay === cy) return away(ax, ay, bx, by, dx, dy);
  if (ax === dx && ay === dy) return away(ax, ay, bx, by, cx, cy);
  if (bx === cx && by === cy) return away(bx, by, ax, ay, dx, dy);
  return bx === dx && by === dy && away(bx, by, ax, ay, cx, cy);
}

/** Whether two rings change sides at a corner they have in common. */
function crosses(rings: readonly FlatRing[], { x, y, rings: [one, other] }: Touch): boolean {
  const [before, after] = neighbours(rings[one]!, x, y);
  const between = neighbours(rings[other]!, x, y).map((angle) => liesBetween(angle, before, after));
  return between[0] !== between[1];
}

/** Directions, as angles, of the edges before and after a ring's corner. */
function neighbours(ring: FlatRing, x: number, y: number): [number, number] {
  const length = ring.length / 2;
  let at = 0;
  while (ring[2 * at] !== x || ring[2 * at + 1] !== y) at++;
  const angle = (i: number): number => Math.atan2(ring[2 * i + 1]! - y, ring[2 * i]! - x);
  return [angle((at + length - 1) % length), angle((at + 1) % length)];
}

function liesBetween(angle: number, from: number, to: number): boolean {
  const turned = (value: number): number => (value - from + 4 * Math.PI) % (2 * Math.PI);
  return turned(angle) < turned(to);
}
