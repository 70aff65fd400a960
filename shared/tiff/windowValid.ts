import { markDifferent } from './samples';
import type { Level, PixelWindow, RasterDescription, SampleArray } from './types';

/**
 * The mask level that serves an image level: the one of its size, else the smallest that is not smaller. The second case
 * is sampled by nearest neighbour.
 */
export function maskLevelFor(description: RasterDescription, level: Level): Level | null {
  const { maskLevels } = description;
  const same = maskLevels.find((mask) => mask.width === level.width && mask.height === level.height);
  if (same) return same;
  const finer = maskLevels.filter((mask) => mask.width >= level.width && mask.height >= level.height);
  return finer.at(-1) ?? maskLevels[0] ?? null;
}

/** The window of the mask level that covers a window of the image level. */
export function maskWindow(window: PixelWindow, level: Level, mask: Level): PixelWindow {
  if (mask.width === level.width && mask.height === level.height) return window;
  const x = maskPosition(window.x, level.width, mask.width);
  const y = maskPosition(window.y, level.height, mask.height);
  return {
    x,
    y,
    width: maskPosition(window.x + window.width - 1, level.width, mask.width) - x + 1,
    height: maskPosition(window.y + window.height - 1, level.height, mask.height) - y + 1,
  };
}

function maskPosition(position: number, length: number, maskLength: number): number {
  return Math.min(Math.floor(((position + 0.5) * maskLength) / length), maskLength - 1);
}

/** Turns a window of mask samples (any value but 0 is valid) into 255 and 0 for each pixel of the image window. */
export function validFromMask(
  mask: SampleArray,
  from: PixelWindow,
  window: PixelWindow,
  level: Level,
  maskLevel: Level,
): Uint8Array {
  const valid = new Uint8Array(window.width * window.height);
  const samples = mask as Uint8Array;
  const columns = Int32Array.from(
    { length: window.width },
    (_, i) => maskPosition(window.x + i, level.width, maskLevel.width) - from.x,
  );
  for (let row = 0; row < window.height; row++) {
    const at = (maskPosition(window.y + row, level.height, maskLevel.height) - from.y) * from.width;
    const to = row * window.width;
    for (let i = 0; i < window.width; i++) {
      valid[to + i] = samples[at + (columns[i] as number)] === 0 ? 0 : 255;
    }
  }
  return valid;
}

/** 255 where at least one band differs from nodata. A band alone is valid where it differs itself. */
export function validFromNodata(bands: readonly SampleArray[], nodata: number, pixels: number): Uint8Array {
  const valid = new Uint8Array(pixels);
  for (const band of bands) markDifferent(band, nodata, valid);
  return valid;
}

/** Makes invalid what a full transparency in the alpha band hides. */
export function applyAlpha(valid: Uint8Array, alpha: SampleArray): void {
  const samples = alpha as Uint8Array;
  for (let i = 0; i < valid.length; i++) if (!samples[i]) valid[i] = 0;
}

/** Makes parts of a window invalid. */
export function invalidate(valid: Uint8Array, width: number, parts: readonly PixelWindow[]): void {
  for (const part of parts) {
    for (let row = part.y; row < part.y + part.height; row++) {
      valid.fill(0, row * width + part.x, row * width + part.x + part.width);
    }
  }
}
