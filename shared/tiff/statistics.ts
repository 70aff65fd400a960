import { asNumbers } from './samples';
import type { CodecRegistry, Level, PixelWindow, Raster, RasterDescription, SampleArray } from './types';
import { readWindow } from './window';

/** What a sample of a band's valid pixels tells. */
export interface SampledBand {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Of the sample; 0 where all values are equal. */
  readonly deviation: number;
  /** The cuts below which 2 % and 98 % of the pixels lie. */
  readonly low: number;
  readonly high: number;
  /**
   * Counts in bins of equal width, HISTOGRAM_BINS at most: values 0–255 for 8 bits; otherwise the cuts and as much again on
   * their sides, as far as there are values, so that a few outliers do not take all the room. Bins of whole numbers are whole.
   */
  readonly histogram: readonly number[];
  /** Where the first bin begins and the last one ends. */
  readonly histogramFrom: number;
  readonly histogramTo: number;
}

export const HISTOGRAM_BINS = 256;
/** px looked at, roughly */
const PIXELS = 1024 * 1024;
/** px below which an overview is too coarse to stand for the image */
const COARSEST = 256 * 256;
/** Bands looked at: hyperspectral images have some hundreds, damaged files claim thousands. */
const MOST_BANDS = 512;
/** Values kept for each band to find the cuts. */
const KEPT = 256 * 1024;

/**
 * Statistics of each band from about a million pixels: a whole overview where one is small enough, else blocks spread
 * evenly over the smallest level; fewer pixels where there are many bands. Invalid pixels, NaN and infinities are left out. A
 * band without any valid pixel gives zeros, as do those beyond the 512th.
 * Throws as readWindow does.
 */
export async function sampledStatistics(
  raster: Raster,
  codecs: CodecRegistry,
  signal?: AbortSignal,
): Promise<SampledBand[]> {
  const { description } = raster;
  const level = sampledLevel(description);
  const chosen = Array.from({ length: Math.min(description.bands, MOST_BANDS) }, (_, band) => band);
  const windows = sampledWindows(description.levels[level] as Level, chosen.length);
  const pixels = windows.reduce((sum, window) => sum + window.width * window.height, 0);
  const bands = Array.from({ length: description.bands }, () => new Sample(Math.ceil(pixels / KEPT) | 1));
  for (const window of windows) {
    const read = await readWindow(raster, codecs, { level, window, bands: chosen, signal });
    read.bands.forEach((samples, band) => bands[band]?.add(samples, read.valid));
  }
  const bytes = description.sampleType === 'uint8';
  const whole = !description.sampleType.startsWith('float');
  return bands.map((band) => band.summary(bytes, whole));
}

function sampledLevel(description: RasterDescription): number {
  const sizes = description.levels.map(({ width, height }) => width * height);
  const small = sizes.findIndex((size) => size <= PIXELS * 2);
  if (small < 0) return sizes.length - 1;
  return small > 0 && (sizes[small] as number) < COARSEST ? small - 1 : small;
}

/** Blocks on an even grid, or the whole level where it is small. Of very large blocks some runs of rows. */
function sampledWindows(level: Level, bands: number): PixelWindow[] {
  const { width, height, blockWidth, blockHeight, columns, rows } = level;
  if (width * height <= PIXELS * 2) return [{ x: 0, y: 0, width, height }];
  const budget = PIXELS / Math.max(1, bands / 8);
  const wanted = Math.max(16, Math.min(256, Math.floor(budget / (blockWidth * blockHeight))));
  const down = Math.min(rows, Math.ceil(Math.sqrt((wanted * rows) / columns)));
  const across = Math.min(columns, Math.ceil(wanted / down));
  const windows: PixelWindow[] = [];
  for (let i = 0; i < down; i++) {
    const y = Math.floor(((i + 0.5) * rows) / down) * blockHeight;
    for (let j = 0; j < across; j++) {
      const x = Math.floor(((j + 0.5) * columns) / across) * blockWidth;
      const block = {
        x,
        y,
        width: Math.min(blockWidth, width - x),
        height: Math.min(blockHeight, height - y),
      };
      windows.push(...(block.width * block.height > PIXELS ? rowRuns(block) : [block]));
    }
  }
  return windows;
}

const RUNS = 16;

function rowRuns(block: PixelWindow): PixelWindow[] {
  const height = Math.ceil(PIXELS / RUNS / block.width);
  return Array.from({ length: RUNS }, (_, i) => {
    const y = block.y + Math.floor(((i + 0.5) * (block.height - height)) / RUNS);
    return { ...block, y: Math.max(block.y, y), height: Math.min(height, block.height) };
  });
}

class Sample {
  readonly #values: number[] = [];
  #skip = 0;

  /** @param step of how many pixels one is kept; odd, so as not to stay on the same columns */
  constructor(readonly step: number) {}

  add(samples: SampleArray, valid: Uint8Array | null): void {
    const numbers = asNumbers(samples);
    let at = this.#skip;
    for (; at < numbers.length; at += this.step) {
      const value = numbers[at] as number;
      if (valid?.[at] !== 0 && Number.isFinite(value)) this.#values.push(value);
    }
    this.#skip = at - numbers.length;
  }

  summary(bytes: boolean, whole: boolean): SampledBand {
    const sorted = Float64Array.from(this.#values).sort();
    if (sorted.length === 0) {
      const histogram = Array<number>(HISTOGRAM_BINS).fill(0);
      return {
        min: 0,
        max: 0,
        mean: 0,
        deviation: 0,
        low: 0,
        high: 0,
        histogram,
        histogramFrom: 0,
        histogramTo: HISTOGRAM_BINS,
      };
    }
    const min = sorted[0] as number;
    const max = sorted[sorted.length - 1] as number;
    const at = (share: number): number => sorted[Math.round((sorted.length - 1) * share)] as number;
    const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
    const [low, high] = [at(0.02), at(0.98)];
    const range = bytes ? byteRange : usefulRange(min, max, low, high, whole);
    const spread = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return {
      min,
      max,
      mean,
      deviation: Math.sqrt(spread / sorted.length),
      low,
      high,
      histogram: histogramOf(sorted, range),
      histogramFrom: range.from,
      histogramTo: range.to,
    };
  }
}

interface BinRange {
  readonly from: number;
  readonly to: number;
  readonly bins: number;
}

const byteRange: BinRange = { from: 0, to: HISTOGRAM_BINS, bins: HISTOGRAM_BINS };

function usefulRange(min: number, max: number, low: number, high: number, whole: boolean): BinRange {
  const margin = (high - low) / 2;
  const from = margin > 0 ? Math.max(min, low - margin) : min;
  const to = margin > 0 ? Math.min(max, high + margin) : max;
  if (!whole) return { from, to, bins: HISTOGRAM_BINS };
  const first = Math.floor(from);
  const values = Math.floor(to) - first + 1;
  const width = Math.ceil(values / HISTOGRAM_BINS);
  const bins = Math.ceil(values / width);
  return { from: first, to: first + bins * width, bins };
}

function histogramOf(values: Float64Array, { from, to, bins }: BinRange): number[] {
  const counts = Array<number>(bins).fill(0);
  const scale = to > from ? bins / (to - from) : 0;
  for (const value of values) {
    if (value < from || value > to) continue;
    counts[Math.min(bins - 1, Math.floor((value - from) * scale))]!++;
  }
  return counts;
}
