import type { PixelSource, RgbWindow } from '../types';

/** px; enough to hold several crowns at every resolution the model works at */
const WINDOW = 256;
/** Windows across and down of a large source: at most 4 megapixels are looked at. */
const ACROSS = 8;

/**
 * Windows on a regular lattice over the whole source: all of it when it is small. Their place depends on the source alone.
 */
export async function sampleWindows(source: PixelSource, signal?: AbortSignal): Promise<RgbWindow[]> {
  const windows: RgbWindow[] = [];
  for (const y of starts(source.height)) {
    for (const x of starts(source.width)) {
      signal?.throwIfAborted();
      const width = Math.min(WINDOW, source.width - x);
      const height = Math.min(WINDOW, source.height - y);
      windows.push(await source.read({ x, y, width, height }, signal));
    }
  }
  return windows;
}

function starts(length: number): number[] {
  const fitting = Math.ceil(length / WINDOW);
  if (fitting <= ACROSS) return Array.from({ length: fitting }, (_, i) => i * WINDOW);
  const stride = (length - WINDOW) / (ACROSS - 1);
  return Array.from({ length: ACROSS }, (_, i) => Math.floor(i * stride));
}
