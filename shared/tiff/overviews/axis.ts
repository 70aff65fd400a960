/**
 * How pixels of one axis become those of the next smaller level. Sizes are halved and rounded up, and both levels cover
 * the same ground: where a size is odd, a pixel of the smaller level covers a little less than two of the larger one, and
 * the pixels at its ends count in part. GDAL averages in the same way.
 */
export interface Axis {
  readonly from: number;
  readonly to: number;
  /** True where each pixel covers two whole ones. */
  readonly exact: boolean;
}

/** Beyond what a division of sizes can be off; GDAL's value. */
const EPSILON = 1e-8;

export function halved(size: number): number {
  return Math.ceil(size / 2);
}

export function axisOf(from: number): Axis {
  const to = halved(from);
  return { from, to, exact: from === 2 * to };
}

/** The pixels of the larger level that [start, end) of the smaller one covers, in part or whole. */
export function sourceRange(
  { from, to }: Axis,
  start: number,
  end: number,
): readonly [start: number, end: number] {
  const ratio = from / to;
  const first = Math.floor(start * ratio + EPSILON);
  return [first, Math.min(from, Math.max(first + 1, Math.ceil(end * ratio - EPSILON)))];
}

/** What a run of pixels of the smaller level covers: for each the first pixel, their number, and what the ends count. */
export interface AxisWeights {
  readonly first: Int32Array;
  readonly count: Uint8Array;
  /** Weight of the first pixel and of the last one; those between count whole. */
  readonly head: Float64Array;
  readonly tail: Float64Array;
}

/** The weights of [start, end) of the smaller level. */
export function axisWeights(axis: Axis, start: number, end: number): AxisWeights {
  const ratio = axis.from / axis.to;
  const length = end - start;
  const first = new Int32Array(length);
  const count = new Uint8Array(length);
  const head = new Float64Array(length).fill(1);
  const tail = new Float64Array(length).fill(1);
  for (let i = 0; i < length; i++) {
    const [from, to] = sourceRange(axis, start + i, start + i + 1);
    first[i] = from;
    count[i] = to - from;
    if (to - from === 1) continue;
    head[i] = 1 - Math.max(0, (start + i) * ratio - from);
    tail[i] = 1 - Math.max(0, to - (start + i + 1) * ratio);
  }
  return { first, count, head, tail };
}
