import { blockSpan } from './sliceBlocks';
import { encodedRowBytes, type DecodeBlock } from './sliceEncode';
import { maskLevelOf } from './sliceMask';
import type { Level, PixelWindow, Raster, SampleArray } from './types';

/** A window this much smaller than its pixels may hold nothing but one value. */
const SUSPICIOUS_SHARE = 0.05;

/** Whether a window's stored bytes are so few that it is worth looking whether it holds anything. */
export function mayBeEmpty(level: Level, window: PixelWindow, storedBytes: number): boolean {
  if (level.coding.compression === 'none') return true;
  const pixelBytes = encodedRowBytes(level, window.width) * window.height * level.planes;
  return storedBytes < pixelBytes * SUSPICIOUS_SHARE;
}

/**
 * Whether a window can be left out without losing anything: every sample is nodata, or, where mask or alpha say that no pixel
 * is valid, zero. A raster without nodata, mask and alpha has no empty pixels: black may be what was seen. Stops at the first
 * block that holds something.
 */
export async function isEmptyWindow(
  raster: Raster,
  window: PixelWindow,
  decode: DecodeBlock,
): Promise<boolean> {
  const { nodata, alphaBand } = raster.description;
  const mask = maskLevelOf(raster);
  if (nodata === null && alphaBand === null && !mask) return false;
  const level = raster.description.levels[0] as Level;
  if (!(await holdsOnly(level, window, nodata ?? 0, decode))) return false;
  return nodata !== null || !mask || holdsOnly(mask, window, 0, decode);
}

async function holdsOnly(
  level: Level,
  window: PixelWindow,
  value: number,
  decode: DecodeBlock,
): Promise<boolean> {
  const span = blockSpan(level, window);
  for (let plane = 0; plane < level.planes; plane++) {
    for (let row = span.firstRow; row < span.firstRow + span.rows; row++) {
      for (let column = span.firstColumn; column < span.firstColumn + span.columns; column++) {
        const block = await decode(level, (plane * level.rows + row) * level.columns + column);
        if (!block) continue;
        const left = column * level.blockWidth;
        const top = row * level.blockHeight;
        const fromX = Math.max(window.x, left) - left;
        const toX = Math.min(window.x + window.width, left + block.width, level.width) - left;
        const fromY = Math.max(window.y, top) - top;
        const toY = Math.min(window.y + window.height, top + block.height, level.height) - top;
        for (let y = fromY; y < toY; y++) {
          const start = (y * block.width + fromX) * block.channels;
          const end = (y * block.width + toX) * block.channels;
          if (!equals(block.samples, start, end, value)) return false;
        }
      }
    }
  }
  return true;
}

function equals(samples: SampleArray, from: number, to: number, value: number): boolean {
  const isNaN = Number.isNaN(value);
  const wanted = samples instanceof Float32Array ? Math.fround(value) : value;
  for (let index = from; index < to; index++) {
    const sample = Number(samples[index]);
    if (isNaN ? !Number.isNaN(sample) : sample !== wanted) return false;
  }
  return true;
}
