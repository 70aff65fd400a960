/**
 * Right-angled outlines. A building's own axes are those that most of its outline's length follows; its edges are laid along
 * them, steps shorter than the picture can show are taken out, and the outcome is kept only where it covers what was found.
 */
import { simplify } from './simplify';
import type { Ring } from './chains';
import { signedArea } from './rings';

export interface RightAngled {
  /** x0, y0, x1, y1, … px */
  readonly corners: Float64Array;
  /** 0–1: intersection over union with the outline that was found. */
  readonly agreement: number;
}

/** px; staircases and wobbles of the outline are within this */
const TOLERANCE = 1.6;
/** Share of the outline's length that follows the axes; round and crooked outlines have less. */
const LEAST_EVIDENCE = 0.55;
const LEAST_AGREEMENT = 0.8;

export interface RightAngleLimits {
  /** px; a shorter wall is none */
  readonly shortest: number;
  /** px; a corner farther from the outline that was found is no corner of it */
  readonly farthest: number;
}

/** The outline with right angles, or null where the evidence does not support them. */
export function rightAngled(ring: Ring, { shortest, farthest }: RightAngleLimits): RightAngled | null {
  const rough = simplify(ring, TOLERANCE);
  if (rough.length < 8) return null;
  const axis = mainAxis(rough);
  if (axis.evidence < LEAST_EVIDENCE) return null;
  const turned = rotate(rough, -axis.angle);
  const walls = withoutShort(wallsOf(turned), shortest);
  if (walls.length < 4) return null;
  const corners = rotate(cornersOf(walls), axis.angle);
  if (farthestFrom(rough, corners) > farthest) return null;
  const agreement = overlap(Float64Array.from(ring.corners), corners);
  return agreement >= LEAST_AGREEMENT ? { corners, agreement } : null;
}

/** The direction (radians, modulo a right angle) of the outline's edges, and how much of its length agrees. */
export function mainAxis(corners: ArrayLike<number>): { readonly angle: number; readonly evidence: number } {
  let [across, along, total] = [0, 0, 0];
  eachEdge(corners, (dx, dy) => {
    const length = Math.hypot(dx, dy);
    const turn = 4 * Math.atan2(dy, dx);
    // Long walls say more about the axes than short ones, beyond their length.
    across += length * length * Math.cos(turn);
    along += length * length * Math.sin(turn);
    total += length * length;
  });
  const angle = Math.atan2(along, across) / 4;
  return { angle, evidence: total === 0 ? 0 : Math.hypot(across, along) / total };
}

function eachEdge(corners: ArrayLike<number>, use: (dx: number, dy: number) => void): void {
  for (let i = 0; i < corners.length; i += 2) {
    const next = (i + 2) % corners.length;
    use(corners[next]! - corners[i]!, corners[next + 1]! - corners[i + 1]!);
  }
}

function rotate(corners: ArrayLike<number>, angle: number): Float64Array {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const out = new Float64Array(corners.length);
  for (let i = 0; i < corners.length; i += 2) {
    out[i] = corners[i]! * cos - corners[i + 1]! * sin;
    out[i + 1] = corners[i]! * sin + corners[i + 1]! * cos;
  }
  return out;
}

/** An edge along an axis: where it lies across that axis, and how long it is. Neighbours are at right angles. */
interface Wall {
  readonly level: boolean;
  /** y of a level wall, x of an upright one */
  readonly at: number;
  readonly weight: number;
}

function wallsOf(corners: Float64Array): Wall[] {
  const walls: Wall[] = [];
  for (let i = 0; i < corners.length; i += 2) {
    const next = (i + 2) % corners.length;
    const dx = corners[next]! - corners[i]!;
    const dy = corners[next + 1]! - corners[i + 1]!;
    const level = Math.abs(dx) >= Math.abs(dy);
    const at = level ? (corners[i + 1]! + corners[next + 1]!) / 2 : (corners[i]! + corners[next]!) / 2;
    walls.push({ level, at, weight: Math.hypot(dx, dy) });
  }
  return merged(walls);
}

/** Neighbours along the same axis become one wall, at the mean weighted by length. */
function merged(walls: readonly Wall[]): Wall[] {
  const start = walls.findIndex(
    (wall, i) => wall.level !== walls[(i + walls.length - 1) % walls.length]!.level,
  );
  if (start < 0) return [];
  const out: Wall[] = [];
  for (let i = 0; i < walls.length; i++) {
    const wall = walls[(start + i) % walls.length]!;
    const last = out.at(-1);
    if (last?.level !== wall.level) out.push(wall);
    else {
      const weight = last.weight + wall.weight;
      out[out.length - 1] = {
        level: wall.level,
        at: (last.at * last.weight + wall.at * wall.weight) / weight,
        weight,
      };
    }
  }
  return out;
}

/** Takes out the shortest wall as long as it is shorter than `shortest`: its neighbours become one. */
function withoutShort(given: Wall[], shortest: number): Wall[] {
  let walls = given;
  for (;;) {
    if (walls.length <= 4) return walls;
    let least = -1;
    let length = shortest;
    walls.forEach((_, i) => {
      const own = lengthOf(walls, i);
      if (own < length) [least, length] = [i, own];
    });
    if (least < 0) return walls;
    walls = merged(walls.filter((_, i) => i !== least));
  }
}

/** The length of a wall: how far apart its neighbours are. */
function lengthOf(walls: readonly Wall[], i: number): number {
  const before = walls[(i + walls.length - 1) % walls.length]!;
  const after = walls[(i + 1) % walls.length]!;
  return Math.abs(after.at - before.at);
}

function cornersOf(walls: readonly Wall[]): Float64Array {
  const corners = new Float64Array(2 * walls.length);
  walls.forEach((wall, i) => {
    const after = walls[(i + 1) % walls.length]!;
    corners[2 * i] = wall.level ? after.at : wall.at;
    corners[2 * i + 1] = wall.level ? wall.at : after.at;
  });
  return corners;
}

/** px; the largest distance of a corner from an outline: a slanting wall made into steps, or a house that the picture's edge cuts. */
function farthestFrom(outline: Float64Array, corners: Float64Array): number {
  let farthest = 0;
  for (let i = 0; i < corners.length; i += 2) {
    let nearest = Infinity;
    for (let j = 0; j < outline.length; j += 2) {
      const next = (j + 2) % outline.length;
      const [x, y] = [corners[i]! - outline[j]!, corners[i + 1]! - outline[j + 1]!];
      const [dx, dy] = [outline[next]! - outline[j]!, outline[next + 1]! - outline[j + 1]!];
      const along = Math.max(0, Math.min(1, (x * dx + y * dy) / (dx * dx + dy * dy || 1)));
      nearest = Math.min(nearest, Math.hypot(x - along * dx, y - along * dy));
    }
    farthest = Math.max(farthest, nearest);
  }
  return farthest;
}

/** Intersection over union of two outlines, counted at the centres of pixels. */
export function overlap(one: Float64Array, other: Float64Array): number {
  let [top, bottom] = [Infinity, -Infinity];
  for (const ring of [one, other]) {
    for (let i = 1; i < ring.length; i += 2) {
      top = Math.min(top, ring[i]!);
      bottom = Math.max(bottom, ring[i]!);
    }
  }
  let both = 0;
  for (let y = Math.floor(top) + 0.5; y < bottom; y++) both += shared(spans(one, y), spans(other, y));
  const union = Math.abs(signedArea(one)) + Math.abs(signedArea(other)) - both;
  return union <= 0 ? 0 : both / union;
}

/** Where a row lies inside: x from, x to, … */
function spans(ring: Float64Array, y: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < ring.length; i += 2) {
    const next = (i + 2) % ring.length;
    const [y0, y1] = [ring[i + 1]!, ring[next + 1]!];
    if (y0 <= y === y1 <= y) continue;
    found.push(ring[i]! + ((y - y0) / (y1 - y0)) * (ring[next]! - ring[i]!));
  }
  return found.sort((a, b) => a - b);
}

function shared(one: readonly number[], other: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i + 1 < one.length; i += 2) {
    for (let j = 0; j + 1 < other.length; j += 2) {
      sum += Math.max(0, Math.min(one[i + 1]!, other[j + 1]!) - Math.max(one[i]!, other[j]!));
    }
  }
  return sum;
}
