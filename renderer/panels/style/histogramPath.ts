/** Values from `from` to `to` in bins of equal width. */
export interface Bins {
  readonly counts: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** px */
export interface Box {
  readonly width: number;
  readonly height: number;
}

/**
 * The outline of a histogram as an SVG path over `range`, one step for each column of px. Heights are square roots of the
 * counts, so that what is rare is seen beside what is common.
 */
export function histogramPath(bins: Bins, range: readonly [number, number], box: Box): string {
  const heights = columnHeights(bins, range, Math.max(1, Math.floor(box.width)));
  const highest = Math.max(0, ...heights);
  if (highest === 0) return '';
  const steps = heights.map((height, x) => {
    const y = box.height - (height / highest) * box.height;
    return `L${x} ${y.toFixed(1)}L${x + 1} ${y.toFixed(1)}`;
  });
  return `M0 ${box.height}${steps.join('')}L${heights.length} ${box.height}Z`;
}

function columnHeights({ counts, from, to }: Bins, range: readonly [number, number], columns: number) {
  const heights = new Array<number>(columns).fill(0);
  const width = (to - from) / counts.length;
  const scale = columns / (range[1] - range[0] || 1);
  for (let column = 0; column < columns; column += 1) {
    const start = (range[0] + column / scale - from) / width;
    const end = (range[0] + (column + 1) / scale - from) / width;
    heights[column] = Math.sqrt(meanCount(counts, start, end));
  }
  return heights;
}

/** The mean of the counts between two places among the bins; half a bin counts half. */
function meanCount(counts: readonly number[], start: number, end: number): number {
  const first = Math.max(0, Math.floor(start));
  const last = Math.min(counts.length - 1, Math.ceil(end) - 1);
  let sum = 0;
  for (let bin = first; bin <= last; bin += 1) {
    const share = Math.min(end, bin + 1) - Math.max(start, bin);
    sum += (counts[bin] ?? 0) * Math.max(0, share);
  }
  return sum / (end - start || 1);
}
