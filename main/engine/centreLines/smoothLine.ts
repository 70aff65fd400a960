/**
 * A line whose vertices are means over `reach` to either side along it, px; less near the ends, which stay where they are. Parked
 * cars and shadows make a road's edges ragged, and its middle with them. `points`: x and y in turn.
 */
export function smoothLine(points: readonly number[], reach: number): number[] {
  const [x0 = 0, y0 = 0] = points;
  const along = lengthsAlong(points);
  const xs = integralOf(points, along, 0, x0);
  const ys = integralOf(points, along, 1, y0);
  const count = along.length;
  const length = along[count - 1] ?? 0;
  const smooth = [...points];
  let [first, last] = [0, 0];
  for (let i = 1; i < count - 1; i++) {
    const half = Math.min(reach, along[i]!, length - along[i]!);
    if (half === 0) continue;
    const [begin, end] = [along[i]! - half, along[i]! + half];
    // Both places only ever move on: a vertex's stretch begins and ends no earlier than that of the one before it.
    while (first < count - 2 && along[first + 1]! <= begin) first++;
    while (last < count - 2 && along[last + 1]! <= end) last++;
    smooth[2 * i] = x0 + (xs(end, last) - xs(begin, first)) / (2 * half);
    smooth[2 * i + 1] = y0 + (ys(end, last) - ys(begin, first)) / (2 * half);
  }
  return smooth;
}

/** px along the line to each vertex */
function lengthsAlong(points: readonly number[]): Float64Array {
  const along = new Float64Array(points.length / 2);
  for (let i = 1; i < along.length; i++) {
    const step = Math.hypot(points[2 * i]! - points[2 * i - 2]!, points[2 * i + 1]! - points[2 * i - 1]!);
    along[i] = along[i - 1]! + step;
  }
  return along;
}

/**
 * The integral of one coordinate from a line's start to a place along it, which lies in the given segment. Counted from `origin`, so
 * that it is the same to the last bit wherever the line lies.
 */
function integralOf(
  points: readonly number[],
  along: Float64Array,
  axis: 0 | 1,
  origin: number,
): (place: number, segment: number) => number {
  const value = (i: number): number => points[2 * i + axis]! - origin;
  const sums = new Float64Array(along.length);
  for (let i = 1; i < along.length; i++) {
    sums[i] = sums[i - 1]! + ((along[i]! - along[i - 1]!) * (value(i) + value(i - 1))) / 2;
  }
  return (place, segment) => {
    const start = along[segment]!;
    const step = along[segment + 1]! - start;
    const from = value(segment);
    const to = step === 0 ? from : from + ((place - start) / step) * (value(segment + 1) - from);
    return sums[segment]! + ((place - start) * (from + to)) / 2;
  };
}
