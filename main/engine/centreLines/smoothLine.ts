/**
 * A line whose vertices are means over `reach` to either side along it, px; less near the ends, which stay where they are. Parked
 * cars and shadows make a road's edges ragged, and its middle with them. `points`: x and y in turn.
 */
export function smoothLine(points: readonly number[], reach: number): number[] {
  const [x0 = 0, y0 = 0] = points;
  const xs = integralOf(points, 0, x0);
  const ys = integralOf(points, 1, y0);
  const { along } = xs;
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
    smooth[2 * i] = x0 + (xs.until(end, last) - xs.until(begin, first)) / (2 * half);
    smooth[2 * i + 1] = y0 + (ys.until(end, last) - ys.until(begin, first)) / (2 * half);
  }
  return smooth;
}

interface Integral {
  /** px along the line to each vertex */
  readonly along: Float64Array;
  /** From the line's start to a place along it, which lies in the given segment. */
  until(place: number, segment: number): number;
}

/** Of one coordinate along a line, counted from `origin`, so that it is the same to the last bit wherever the line lies. */
function integralOf(points: readonly number[], axis: 0 | 1, origin: number): Integral {
  const count = points.length / 2;
  const value = (i: number): number => points[2 * i + axis]! - origin;
  const along = new Float64Array(count);
  const sums = new Float64Array(count);
  for (let i = 1; i < count; i++) {
    const step = Math.hypot(points[2 * i]! - points[2 * i - 2]!, points[2 * i + 1]! - points[2 * i - 1]!);
    along[i] = along[i - 1]! + step;
    sums[i] = sums[i - 1]! + (step * (value(i) + value(i - 1))) / 2;
  }
  return {
    along,
    until: (place, segment) => {
      const start = along[segment]!;
      const step = along[segment + 1]! - start;
      const from = value(segment);
      const to = step === 0 ? from : from + ((place - start) / step) * (value(segment + 1) - from);
      return sums[segment]! + ((place - start) * (from + to)) / 2;
    },
  };
}
