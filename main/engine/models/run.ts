import type { PixelWindow } from '@shared/tiff/types';
import type { Detector, DetectorContext, MaskBand, Networks, PixelSource, RgbWindow } from './types';

/**
 * px; larger windows cost less overlap and more memory. With a margin of 64 a network is shown 1.78 times the picture; with 512 it would
 * be 1.56 times, in 65 MB more where two work side by side on parts of the picture.
 */
const WINDOW_WIDTH = 384;
/** px; windows lie on the same places when the work is cut at multiples of it. */
export const bandHeight = 384;

export interface DetectionJob {
  readonly source: PixelSource;
  readonly detector: Detector;
  readonly context: DetectorContext;
  readonly networks: Networks;
  /** Rows [from, to) of the working grid: a partition. Any cut of the grid gives the same mask. */
  readonly rows: { readonly from: number; readonly to: number };
  readonly signal?: AbortSignal;
  /** Called with the share of the partition that is done, 0–1. */
  readonly onProgress?: (done: number) => void;
}

/**
 * The class mask of a partition, band by band from its top. Windows overlap by the detector's margin, so no pixel's class
 * depends on where a window or a partition ends. The next window is read while this one is classified.
 */
export async function* detectRows(job: DetectionJob): AsyncGenerator<MaskBand> {
  const { source, rows } = job;
  const windows = windowsOf(source.width, rows.from, rows.to);
  const margin = job.detector.margin(source.gsd);
  const read = (inner: PixelWindow | undefined): Promise<RgbWindow> | null => {
    const pending = inner ? source.read(grow(inner, margin, source), job.signal) : null;
    pending?.catch(() => undefined); // reported when it is awaited
    return pending;
  };
  let band: MaskBand | null = null;
  let next = read(windows[0]);
  for (const [i, inner] of windows.entries()) {
    job.signal?.throwIfAborted();
    const pixels = await next!;
    next = read(windows[i + 1]);
    band ??= {
      y: inner.y,
      width: source.width,
      height: inner.height,
      classes: new Uint8Array(source.width * inner.height),
    };
    const outer = grow(inner, margin, source);
    const { detector, context, networks } = job;
    const mask = await unless(job.signal, detector.classify(pixels, source.gsd, context, networks));
    copyInner(mask, outer, inner, band);
    job.onProgress?.((i + 1) / windows.length);
    if (inner.x + inner.width === source.width) {
      yield band;
      band = null;
    }
  }
}

/** What is under way ends by itself, unheard: a person who cancels does not wait for the rest of a window. */
function unless<T>(signal: AbortSignal | undefined, work: T | Promise<T>): T | Promise<T> {
  if (!signal || !(work instanceof Promise)) return work;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function windowsOf(width: number, from: number, to: number): PixelWindow[] {
  const windows: PixelWindow[] = [];
  for (let y = from; y < to; y += bandHeight) {
    for (let x = 0; x < width; x += WINDOW_WIDTH) {
      windows.push({
        x,
        y,
        width: Math.min(WINDOW_WIDTH, width - x),
        height: Math.min(bandHeight, to - y),
      });
    }
  }
  return windows;
}

/** The window with a margin, cut at the border of the source. */
function grow(inner: PixelWindow, margin: number, source: PixelSource): PixelWindow {
  const x = Math.max(0, inner.x - margin);
  const y = Math.max(0, inner.y - margin);
  return {
    x,
    y,
    width: Math.min(source.width, inner.x + inner.width + margin) - x,
    height: Math.min(source.height, inner.y + inner.height + margin) - y,
  };
}

function copyInner(mask: Uint8Array, outer: PixelWindow, inner: PixelWindow, band: MaskBand): void {
  for (let row = 0; row < inner.height; row++) {
    const from = (inner.y - outer.y + row) * outer.width + (inner.x - outer.x);
    band.classes.set(mask.subarray(from, from + inner.width), row * band.width + inner.x);
  }
}
