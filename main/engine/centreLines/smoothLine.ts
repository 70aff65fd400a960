/**
 * A line whose vertices are means over `reach` to either side along it, px; less near the ends, which stay where they are. Parked
 * cars and shadows make a road's edges ragged, and its middle with them. `points`: x and y in turn.
 */
export function smoothLine(points: readonly number[], reach: number): number[] {
  const count = points.length / 2;
  const along = new Float64Array(count);
  // Integrals of x and y along the line, so that a mean over any stretch is a difference.
  const sums = [new Float64Array(count), new Float64Array(count)] as const;
  for (let i = 1; i < count; i++) {
    const [x, y, px, py] = [points[2 * i]!, points[2 * i + 1]!, points[2 * i - 2]!, points[2 * i - 1]!];
    const step = Math.hypot(x - px, y - py);
    along[i] = along[i - 1]! + step;
    sums[0][i] = sums[0][i - 1]! + (step * (x + px)) / 2;
    sums[1][i] = sums[1][i - 1]! + (step * (y + py)) / 2;
  }
  const length = along[count - 1] ?? 0;

  /** The integral from the line's start to a place along it, which lies in the given segment. */
  const integral = (axis: 0 | 1, place: number, segment: number): number => {
    const start = along[segment]!;
    const step = along[segment + 1]! - start;
    const from = points[2 * segment + axis]!;
    const part = step === 0 ? 0 : (place - start) / step;
    const to = from + part * (points[2 * segment + 2 + axis]! - from);
    return sums[axis][segment]! + ((place - start) * (from + to)) / 2;
  };

  const smooth = [...points];
  let [first, last] = [0, 0];
  for (let i = 1; i < count - 1; i++) {
    const half = Math.min(reach, along[i]!, length - along[i]!);
    if (half === 0) continue;
    const [begin, end] = [along[i]! - half, along[i]! + half];
    // Both places only ever move on: a vertex's stretch begins and ends no earlier than that of the one before it.
    while (first < count - 2 && along[first + 1]! <= begin) first++;
    while (last < count - 2 && along[last + 1]! <= end) last++;
    for (const axis of [0, 1] as const)
      smooth[2 * i + axis] = (integral(axis, end, last) - integral(axis, begin, first)) / (2 * half);
  }
  return smooth;
}
