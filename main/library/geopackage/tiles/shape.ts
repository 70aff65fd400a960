/** Lines and rings made fit for a tile: cut to its frame, thinned, and rounded to whole units. */

/** Cuts a ring (without closing point) to the square [low, high]²; empty where nothing is inside. Source: Sutherland and Hodgman, 1974. */
export function clipRing(ring: Float64Array, low: number, high: number): Float64Array {
  let out = ring;
  for (const axis of [0, 1] as const) {
    out = cutRing(out, axis, low, 1);
    out = cutRing(out, axis, high, -1);
  }
  return out;
}

function cutRing(ring: Float64Array, axis: 0 | 1, limit: number, sign: 1 | -1): Float64Array {
  let crosses = false;
  for (let i = axis; i < ring.length; i += 2) {
    if (sign * (ring[i]! - limit) < 0) {
      crosses = true;
      break;
    }
  }
  if (!crosses) return ring;
  const out: number[] = [];
  const count = ring.length;
  for (let i = 0; i < count; i += 2) {
    const before = (i + count - 2) % count;
    const a = sign * (ring[before + axis]! - limit);
    const b = sign * (ring[i + axis]! - limit);
    if (a >= 0 !== b >= 0) out.push(...pointBetween(ring, before, i, a / (a - b)));
    if (b >= 0) out.push(ring[i]!, ring[i + 1]!);
  }
  return Float64Array.from(out);
}

function pointBetween(line: Float64Array, from: number, to: number, share: number): [number, number] {
  return [
    line[from]! + share * (line[to]! - line[from]!),
    line[from + 1]! + share * (line[to + 1]! - line[from + 1]!),
  ];
}

/** The pieces of a line inside the square [low, high]². Source: Liang and Barsky, 1984, for each segment. */
export function clipLine(line: Float64Array, low: number, high: number): Float64Array[] {
  const pieces: Float64Array[] = [];
  let piece: number[] = [];
  const end = (): void => {
    if (piece.length > 2) pieces.push(Float64Array.from(piece));
    piece = [];
  };
  for (let i = 0; i + 3 < line.length; i += 2) {
    const shares = insideShares(line, i, low, high);
    if (!shares) {
      end();
      continue;
    }
    const [enter, leave] = shares;
    if (piece.length === 0 || enter > 0) {
      end();
      piece.push(...pointBetween(line, i, i + 2, enter));
    }
    piece.push(...pointBetween(line, i, i + 2, leave));
    if (leave < 1) end();
  }
  end();
  return pieces;
}

function insideShares(line: Float64Array, at: number, low: number, high: number): [number, number] | null {
  let enter = 0;
  let leave = 1;
  for (const axis of [0, 1]) {
    const from = line[at + axis]!;
    const step = line[at + 2 + axis]! - from;
    if (step === 0) {
      if (from < low || from > high) return null;
      continue;
    }
    const one = (low - from) / step;
    const other = (high - from) / step;
    enter = Math.max(enter, Math.min(one, other));
    leave = Math.min(leave, Math.max(one, other));
  }
  return enter <= leave ? [enter, leave] : null;
}

/**
 * Thins a line to what shows at `tolerance` units and rounds it. `closed` rings come without a closing point and may come back
 * with fewer than three points: then nothing of them shows. Source: Douglas and Peucker, 1973.
 */
export function thin(line: Float64Array, tolerance: number, closed: boolean): Int32Array {
  const count = line.length / 2;
  const keep = new Uint8Array(count);
  keep[0] = 1;
  if (closed) {
    const far = farthestFrom(line, 0, 1, count - 1, 0).index;
    keep[far] = 1;
    mark(line, 0, far, tolerance, keep);
    mark(line, far, count, tolerance, keep);
  } else {
    keep[count - 1] = 1;
    mark(line, 0, count - 1, tolerance, keep);
  }
  return rounded(line, keep, closed);
}

function mark(line: Float64Array, first: number, last: number, tolerance: number, keep: Uint8Array): void {
  const count = line.length / 2;
  const limit = tolerance * tolerance;
  const waiting = [first, last];
  while (waiting.length > 0) {
    const to = waiting.pop()!;
    const from = waiting.pop()!;
    const far = farthestFrom(line, from, from + 1, to - 1, to % count);
    if (far.squared <= limit) continue;
    keep[far.index] = 1;
    waiting.push(from, far.index, far.index, to);
  }
}

/** The point from `low` to `high` that is farthest from the segment between the points `from` and `to`. */
function farthestFrom(
  line: Float64Array,
  from: number,
  low: number,
  high: number,
  to: number,
): { index: number; squared: number } {
  const [fromX, fromY] = [line[2 * from]!, line[2 * from + 1]!];
  const dx = line[2 * to]! - fromX;
  const dy = line[2 * to + 1]! - fromY;
  const length = dx * dx + dy * dy;
  let index = low;
  let squared = -1;
  for (let i = low; i <= high; i++) {
    const x = line[2 * i]! - fromX;
    const y = line[2 * i + 1]! - fromY;
    const share = length === 0 ? 0 : Math.min(1, Math.max(0, (x * dx + y * dy) / length));
    const distance = (x - share * dx) ** 2 + (y - share * dy) ** 2;
    if (distance > squared) {
      squared = distance;
      index = i;
    }
  }
  return { index, squared };
}

function rounded(line: Float64Array, keep: Uint8Array, closed: boolean): Int32Array {
  const out: number[] = [];
  for (let i = 0; i < keep.length; i++) {
    if (!keep[i]) continue;
    const x = Math.round(line[2 * i]!);
    const y = Math.round(line[2 * i + 1]!);
    if (x !== out.at(-2) || y !== out.at(-1)) out.push(x, y);
  }
  if (closed && out.length > 2 && out[0] === out.at(-2) && out[1] === out.at(-1)) out.length -= 2;
  return Int32Array.from(out);
}

/** Twice the area of a ring; positive when it runs clockwise as seen with y down. */
export function doubleArea(ring: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < ring.length; i += 2) {
    const next = (i + 2) % ring.length;
    sum += ring[i]! * ring[next + 1]! - ring[next]! * ring[i + 1]!;
  }
  return sum;
}

/** The ring in the direction asked for. */
export function oriented(ring: Int32Array, clockwise: boolean): Int32Array {
  if (doubleArea(ring) > 0 === clockwise) return ring;
  const out = new Int32Array(ring.length);
  for (let i = 0; i < ring.length; i += 2) {
    out[i] = ring[ring.length - 2 - i]!;
    out[i + 1] = ring[ring.length - 1 - i]!;
  }
  return out;
}
