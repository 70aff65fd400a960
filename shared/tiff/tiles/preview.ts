import type { Compression, Level } from '../types';
import { createPixels, type TilePixels } from './average';
import { cellGrid, type CellGrid } from './cellGrid';
import { reducedLevels, type PlannedLevel, type TilePlan } from './tilePlan';

/** Cells of 512 × 512 pixels that may be decoded for it: what a codec does in some tenths of a second. */
const SAMPLES: Readonly<Partial<Record<Compression, number>>> = {
  jpeg: 144,
  none: 196,
  packbits: 144,
  deflate: 100,
  zstd: 100,
};
const FEWEST = 36;
/** px a side of the picture at most */
const LARGEST = 256;

/** bytes that all reduced cells of the level may take together: then they are kept, and every coarser level is made of them */
const KEPT_BYTES = 24 * 1024 * 1024;
/** Which cells are looked at, and into how many parts each is averaged. */
export interface SamplePlan {
  /** Strata across and down; one cell of each is looked at. */
  readonly across: number;
  readonly down: number;
  /** Pixels of the picture for each sample. */
  readonly partsAcross: number;
  readonly partsDown: number;
}

/** A coarse picture of a whole level. */
export interface PreviewPlan {
  readonly grid: CellGrid;
  readonly samples: SamplePlan;
  /** The reduction that its cells have. */
  readonly factor: number;
}

/** Null where the level is small enough to be read as it is, or all cells are hardly more than the samples. */
export function planPreview(plan: TilePlan, { image, tile }: PlannedLevel): PreviewPlan | null {
  if (reducedLevels(tile).length === 0) return null;
  const factor = keptFactor(image, plan);
  const grid = cellGrid(image, factor);
  const samples = planSamples(grid, image.coding.compression, factor);
  return samples && { grid, samples, factor };
}

/** The finest reduction whose cells can all be kept. */
export function keptFactor({ width, height }: Level, { channels, dtype }: TilePlan): number {
  const bytes = width * height * channels.length * (dtype === 'uint8' ? 1 : 4);
  let factor = 2;
  while (bytes / (factor * factor) > KEPT_BYTES) factor *= 2;
  return factor;
}

/** Spreads the samples that a codec can afford evenly over the cells; null where all cells are hardly more. */
export function planSamples(grid: CellGrid, compression: Compression, factor: number): SamplePlan | null {
  const { cellWidth, cellHeight, columns, rows } = grid;
  const afford = ((SAMPLES[compression] ?? FEWEST) * 512 * 512) / (cellWidth * cellHeight);
  const samples = Math.max(FEWEST / 2, Math.floor(afford));
  if (columns * rows <= samples * 1.5) return null;
  const wide = Math.sqrt((samples * columns * cellWidth) / (rows * cellHeight));
  const across = clamp(Math.round(columns === 1 ? 1 : wide), 1, columns);
  const down = clamp(Math.floor(samples / across), 1, rows);
  const parts = (count: number, all: number, pixels: number): number =>
    count === all ? clamp(Math.floor(LARGEST / count), 1, pixels / factor) : 1;
  return {
    across,
    down,
    partsAcross: parts(across, columns, cellWidth),
    partsDown: parts(down, rows, cellHeight),
  };
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** The cells of one stratum, the most central one first; of damaged files there are millions, so none is made in vain. */
export function* cellsOfStratum(
  grid: CellGrid,
  plan: SamplePlan,
  column: number,
  row: number,
): Generator<number, void, undefined> {
  for (const y of centralFirst(row, plan.down, grid.rows))
    for (const x of centralFirst(column, plan.across, grid.columns)) yield y * grid.columns + x;
}

function* centralFirst(index: number, strata: number, length: number): Generator<number, void, undefined> {
  const from = Math.floor((index * length) / strata);
  const to = Math.max(from + 1, Math.floor(((index + 1) * length) / strata));
  const count = to - from;
  const middle = Math.floor((from + to - 1) / 2);
  const side = count % 2 === 1 ? -1 : 1;
  for (let i = 0; i < count; i++) yield middle + side * (i % 2 === 1 ? (i + 1) / 2 : -i / 2);
}

/** Pixels that stand for a stratum. */
export interface Sample {
  readonly pixels: TilePixels;
  readonly width: number;
  readonly height: number;
}

/** Puts the picture together from the samples, row by row; null ones are transparent. */
export function pictureOf(
  { samples: plan }: PreviewPlan,
  samples: readonly (Sample | null)[],
  { channels: { length: channels }, dtype }: TilePlan,
): TilePixels {
  const width = plan.across * plan.partsAcross;
  const height = plan.down * plan.partsDown;
  const pixels = createPixels(dtype, width * height * channels);
  samples.forEach((sample, index) => {
    if (!sample) return;
    const left = (index % plan.across) * plan.partsAcross;
    const top = Math.floor(index / plan.across) * plan.partsDown;
    for (let y = 0; y < plan.partsDown; y++) {
      for (let x = 0; x < plan.partsAcross; x++) {
        const mean = meanOf(sample, channels, plan, x, y);
        pixels.set(mean, ((top + y) * width + left + x) * channels);
      }
    }
  });
  return pixels;
}

/** The mean of one part of a sample, weighted by opacity. */
function meanOf(
  { pixels: sample, width, height }: Sample,
  channels: number,
  plan: SamplePlan,
  x: number,
  y: number,
): TilePixels {
  const left = Math.floor((x * width) / plan.partsAcross);
  const right = Math.max(left + 1, Math.floor(((x + 1) * width) / plan.partsAcross));
  const top = Math.floor((y * height) / plan.partsDown);
  const bottom = Math.max(top + 1, Math.floor(((y + 1) * height) / plan.partsDown));
  const opacity = channels - 1;
  const sums = new Float64Array(channels);
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const at = (row * width + column) * channels;
      const weight = sample[at + opacity] as number;
      for (let c = 0; c < opacity; c++) sums[c]! += (sample[at + c] as number) * weight;
      sums[opacity]! += weight;
    }
  }
  const total = sums[opacity] as number;
  const mean = createPixels(sample instanceof Uint8Array ? 'uint8' : 'float32', channels);
  if (total === 0) return mean;
  for (let c = 0; c < opacity; c++) mean[c] = (sums[c] as number) / total;
  mean[opacity] = total / ((right - left) * (bottom - top));
  return mean;
}
