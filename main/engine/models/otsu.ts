/** A histogram over a fixed range of values; what lies outside counts in the end bins. */
export class Histogram {
  readonly counts: Float64Array;

  constructor(
    private readonly low: number,
    private readonly high: number,
    bins = 256,
  ) {
    this.counts = new Float64Array(bins);
  }

  add(value: number): void {
    const bin = Math.floor(((value - this.low) / (this.high - this.low)) * this.counts.length);
    this.counts[Math.min(this.counts.length - 1, Math.max(0, bin))]! += 1;
  }

  /** The centre of a bin. */
  centre(bin: number): number {
    return this.low + ((bin + 0.5) * (this.high - this.low)) / this.counts.length;
  }

  get total(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  /** The value below which this share of the counts lies; `low` of an empty histogram. */
  quantile(share: number): number {
    const wanted = share * this.total;
    let seen = 0;
    for (let bin = 0; bin < this.counts.length; bin++) {
      seen += this.counts[bin]!;
      if (seen >= wanted && seen > 0) return this.centre(bin);
    }
    return this.low;
  }
}

export interface Split {
  readonly threshold: number;
  /** Mean above the threshold minus the mean below it: how far apart the two classes lie. */
  readonly distance: number;
}

/**
 * The threshold that parts a histogram into two classes with the greatest variance between them.
 * Source: N. Otsu, A threshold selection method from gray-level histograms, 1979. Null for a histogram of one value.
 */
export function otsu(histogram: Histogram): Split | null {
  const total = histogram.total;
  let totalSum = 0;
  histogram.counts.forEach((count, bin) => (totalSum += count * histogram.centre(bin)));
  let below = 0;
  let belowSum = 0;
  let best = 0;
  let split: Split | null = null;
  for (let bin = 0; bin < histogram.counts.length - 1; bin++) {
    below += histogram.counts[bin]!;
    belowSum += histogram.counts[bin]! * histogram.centre(bin);
    const above = total - below;
    if (below === 0 || above === 0) continue;
    const distance = (totalSum - belowSum) / above - belowSum / below;
    const between = below * above * distance * distance;
    if (between > best) {
      best = between;
      split = { threshold: (histogram.centre(bin) + histogram.centre(bin + 1)) / 2, distance };
    }
  }
  return split;
}
