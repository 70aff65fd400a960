import { AppError } from '../errors';
import type { SliceMethod } from './slice';
import { chooseCutting, type Cutting } from './sliceCutting';
import { isEmptyWindow } from './sliceEmpty';
import type { DecodeBlock } from './sliceEncode';
import { partition } from './slicePartition';
import type { Level, PixelWindow, Raster } from './types';

/** What a chunk may be. */
export interface SliceLimits {
  /** bytes that chunks should have at most; a single block may be larger. 64 MiB by default. */
  readonly targetBytes?: number;
  /** bytes that no chunk exceeds */
  readonly maxBytes?: number;
  /** px that no side of a chunk exceeds */
  readonly maxSide?: number;
}

export interface SliceChunk {
  readonly index: number;
  /** File name, the same in every run: it names the window, so that equal names mean equal bytes. */
  readonly name: string;
  readonly window: PixelWindow;
  readonly method: SliceMethod;
  /** Whether the pixels' stored bytes are those of the source. */
  readonly verbatim: boolean;
  /** bytes of the chunk's file, at most; exact but for tag values that vary with the place */
  readonly estimatedBytes: number;
}

export interface SkippedWindow {
  readonly window: PixelWindow;
  /** `sparse`: no block is stored; `empty`: every pixel is nodata. */
  readonly why: 'sparse' | 'empty';
}

export interface SlicePlan {
  readonly chunks: readonly SliceChunk[];
  /** Windows that hold nothing. Chunks and these together are the raster, without gap or overlap. */
  readonly skipped: readonly SkippedWindow[];
}

export interface SlicePlanOptions {
  /** Begins the chunks' names; the raster's name without its extension where absent. */
  readonly stem?: string;
  /**
   * With it, windows of nothing but nodata are left out, and a raster that would have to be decoded and cannot be is refused
   * here, not in the middle of an upload.
   */
  readonly decode?: DecodeBlock;
  readonly signal?: AbortSignal;
}

const MEBIBYTE = 1024 * 1024;
/** Far more than any upload can be made of; a damaged header may ask for trillions. */
const MAX_CHUNKS = 250_000;

/**
 * Cuts a raster into chunks that partition it exactly, aligned to its tiles or strips, each within the limits and nearly
 * square. Even a raster that fits one chunk becomes a slice: without its overviews it is smaller, and every chunk is then
 * made, named and checked in the same way.
 * Throws `tiff.slice_limits` when even a single pixel would exceed the limits, `tiff.bad_block` for a damaged index,
 * `tiff.slice_too_many_blocks`, `tiff.slice_too_many_chunks`, and what the decoder throws where pixels have to be decoded.
 */
export async function planSlices(
  raster: Raster,
  limits: SliceLimits = {},
  options: SlicePlanOptions = {},
): Promise<SlicePlan> {
  const { maxBytes = Infinity, maxSide = Infinity } = limits;
  const cutting = await chooseCutting(raster, maxBytes, maxSide, options.signal);
  const { method } = cutting;
  if (method === 'encode' && options.decode) await tryDecoding(raster, options.decode);
  const { kept, skipped } = await cutWithin(raster, cutting, limits, options);
  const stem = options.stem ?? stemOf(raster);
  const chunks = kept.map(({ window, bytes }, index): SliceChunk => ({
    index,
    name: chunkName(stem, raster.description, window),
    window,
    method,
    verbatim: method !== 'encode',
    estimatedBytes: bytes,
  }));
  return { chunks, skipped };
}

/** What chunks are called where no stem is given: the raster's name without its extension. */
export const stemOf = (raster: Raster): string => raster.description.name.replace(/\.[^.]*$/, '');

/** The windows of a raster for one way to cut it, each within the limits; those that hold nothing apart. */
export async function cutWithin(
  raster: Raster,
  cutting: Cutting,
  limits: SliceLimits,
  options: SlicePlanOptions,
): Promise<{
  readonly kept: readonly { readonly window: PixelWindow; readonly bytes: number }[];
  readonly skipped: readonly SkippedWindow[];
}> {
  const { maxBytes = Infinity, maxSide = Infinity, targetBytes = 64 * MEBIBYTE } = limits;
  const { width, height } = raster.description;
  const bySides = Math.ceil(width / maxSide) * Math.ceil(height / maxSide);
  const whole = cutting.bytesOf({ x: 0, y: 0, width, height });
  const wanted = Math.min(targetBytes, maxBytes);
  // A head of large tags (an ICC profile) must not starve the pixels, and a wish for tiny chunks must not fail the plan,
  // unless the hard limit says so.
  const soft = Math.max(wanted - cutting.head, wanted / 4, whole / (MAX_CHUNKS / 2));
  const room = Math.min(soft, maxBytes - cutting.head);
  if (Math.max(bySides, whole / Math.max(1, room)) > MAX_CHUNKS) {
    throw new AppError('tiff.slice_too_many_chunks', { file: raster.description.name });
  }
  const windows = partition(
    cutting.lattice,
    { targetBytes: Math.max(1, room), maxSide: Math.max(1, maxSide) },
    (window) => cutting.bytesOf(window),
  );
  const kept: { window: PixelWindow; bytes: number }[] = [];
  const skipped: SkippedWindow[] = [];
  for (const window of windows) {
    options.signal?.throwIfAborted();
    const why = await whyEmpty(raster, cutting, window, options.decode);
    if (why) {
      skipped.push({ window, why });
      continue;
    }
    const bytes = cutting.head + cutting.bytesOf(window);
    const tooLarge = window.width > maxSide || window.height > maxSide || bytes > maxBytes;
    if (tooLarge) throw new AppError('tiff.slice_limits', { file: raster.description.name });
    kept.push({ window, bytes });
  }
  return { kept, skipped };
}

async function whyEmpty(
  raster: Raster,
  cutting: Cutting,
  window: PixelWindow,
  decode: DecodeBlock | undefined,
): Promise<SkippedWindow['why'] | null> {
  if (cutting.isSparse(window)) return 'sparse';
  if (!decode || !cutting.looksEmpty(window)) return null;
  return (await isEmptyWindow(raster, window, decode)) ? 'empty' : null;
}

/** Decodes one stored block, so that what cannot be decoded is known beforehand. */
async function tryDecoding(raster: Raster, decode: DecodeBlock): Promise<void> {
  const level = raster.description.levels[0] as Level;
  for (let index = 0; index < Math.min(level.columns * level.rows, 64); index++) {
    if (await decode(level, index)) return;
  }
}

/** `stem_y004096_x012288_8192x8192.tif`: sorted by name, chunks go row by row. */
export function chunkName(
  stem: string,
  raster: { readonly width: number; readonly height: number },
  { x, y, width, height }: PixelWindow,
): string {
  const digits = String(Math.max(raster.width, raster.height)).length;
  const place = (value: number): string => String(value).padStart(digits, '0');
  const safe = stem.replace(/[^\p{L}\p{N}._-]+/gu, '_').slice(0, 120);
  return `${safe || 'image'}_y${place(y)}_x${place(x)}_${width}x${height}.tif`;
}
