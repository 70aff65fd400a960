import type { Level, RasterDescription } from '../types';
import { halved } from './axis';

export interface Size {
  /** px */
  readonly width: number;
  readonly height: number;
}

/** A picture that fits into this many pixels a side needs no smaller copy; GDAL's tools stop there too. */
const SMALLEST_SIDE = 256;
/** A level at most this much smaller than the one before leaves no gap that anyone would see. */
const LARGEST_STEP = 4.2;
/** px: an image whose coarsest level is no larger is drawn quickly as it is. */
const LARGE_SIDE = 2048;

/** Where overviews have to begin: the coarsest level before the first gap. Index into description.levels. */
export function lastBeforeGap({ levels }: RasterDescription): number {
  for (let index = 0; index < levels.length - 1; index++) {
    if (sideOf(levels[index] as Level) / sideOf(levels[index + 1] as Level) > LARGEST_STEP) return index;
  }
  return levels.length - 1;
}

/** Whether drawing the whole raster would mean reading a large level. */
export function needsOverviews(description: RasterDescription): boolean {
  return sideOf(description.levels[lastBeforeGap(description)] as Level) > LARGE_SIDE;
}

const sideOf = ({ width, height }: Size): number => Math.max(width, height);

/**
 * Sizes of the levels under one of a size: halved until it fits. `always` gives at least one while there is anything to
 * halve.
 */
export function overviewSizes(base: Size, always: boolean): Size[] {
  const sizes: Size[] = [];
  let { width, height } = base;
  while (sideOf({ width, height }) > (always && sizes.length === 0 ? 1 : SMALLEST_SIDE)) {
    width = halved(width);
    height = halved(height);
    sizes.push({ width, height });
  }
  return sizes;
}
