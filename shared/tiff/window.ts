import { AppError } from '../errors';
import { blockJob, decodeBlock } from './codecs';
import { asNumbers, createSamples } from './samples';
import type {
  CodecRegistry,
  DecodedBlock,
  Level,
  PixelWindow,
  Raster,
  RasterDescription,
  SampleArray,
  WindowPixels,
} from './types';
import { clipWindow, gatherWindow } from './windowBlocks';
import { BlockCache } from './windowCache';
import { splitStrips } from './windowStrips';
import {
  applyAlpha,
  invalidate,
  maskLevelFor,
  maskWindow,
  validFromMask,
  validFromNodata,
} from './windowValid';

export { BlockCache } from './windowCache';

export interface ReadWindowOptions {
  /** Index into description.levels; full resolution when left out. */
  readonly level?: number;
  /** px of that level; all of it when left out. What lies outside the level is cut off. */
  readonly window?: PixelWindow;
  /** Zero-based; all when left out. */
  readonly bands?: readonly number[];
  readonly signal?: AbortSignal | undefined;
  /** Keeps decoded blocks between calls; each raster has one of 64 MiB when left out. */
  readonly cache?: BlockCache;
  /** Gives 64-bit integers as bigints instead of doubles. */
  readonly exact64?: boolean;
  /** False leaves the mask unread and `valid` null. */
  readonly mask?: boolean;
}

const CACHE_BYTES = 64 * 1024 * 1024;
/** Blocks under way at once: enough to keep four threads of a codec that has some and the disk busy. */
const CONCURRENCY = 8;

/**
 * Reads a rectangle of pixels: decodes the blocks it touches (each once, while the cache holds it) and puts them together
 * band by band. A pixel is invalid where the mask says so, where alpha is 0, where all bands read equal nodata, and where
 * the block is sparse. Large uncompressed strips are read in part.
 * Throws `tiff.*` of reading and decoding, `tiff.no_such_band`, `tiff.unknown_level`, or the signal's reason.
 */
export async function readWindow(
  raster: Raster,
  codecs: CodecRegistry,
  options: ReadWindowOptions = {},
): Promise<WindowPixels> {
  const { raster: source, cache: own } = viewOf(raster);
  const { description } = source;
  const level = description.levels[options.level ?? 0];
  if (!level) throw new AppError('tiff.unknown_level', { file: description.name });
  const bands = options.bands ?? Array.from({ length: description.bands }, (_, band) => band);
  checkBands(bands, description);
  const reading: Reading = { source, codecs, cache: options.cache ?? own, signal: options.signal };
  const window = clipWindow(
    options.window ?? { x: 0, y: 0, width: level.width, height: level.height },
    level,
  );
  const { samples, sparse } = await gather(reading, level, 'image', window, bands);
  const valid =
    options.mask === false ? null : await validity(reading, level, window, { bands, samples, sparse });
  return {
    width: window.width,
    height: window.height,
    bands: options.exact64 ? samples : samples.map(asNumbers),
    valid,
  };
}

interface Reading {
  readonly source: Raster;
  readonly codecs: CodecRegistry;
  readonly cache: BlockCache;
  readonly signal: AbortSignal | undefined;
}

interface View {
  readonly raster: Raster;
  readonly cache: BlockCache;
}

const views = new WeakMap<Raster, View>();

function viewOf(raster: Raster): View {
  let view = views.get(raster);
  if (!view) views.set(raster, (view = { raster: splitStrips(raster), cache: new BlockCache(CACHE_BYTES) }));
  return view;
}

function checkBands(bands: readonly number[], description: RasterDescription): void {
  const wrong = bands.find((band) => !Number.isInteger(band) || band < 0 || band >= description.bands);
  if (wrong !== undefined) {
    throw new AppError('tiff.no_such_band', { file: description.name, band: wrong + 1 });
  }
}

interface Gathered {
  readonly samples: readonly SampleArray[];
  readonly sparse: readonly PixelWindow[];
}

async function gather(
  reading: Reading,
  level: Level,
  kind: 'image' | 'mask',
  window: PixelWindow,
  bands: readonly number[],
): Promise<Gathered> {
  const { source, cache, signal } = reading;
  const { description } = source;
  const ordinal = (kind === 'image' ? description.levels : description.maskLevels).indexOf(level);
  const provide = (index: number): Promise<DecodedBlock | null> =>
    cache.get(`${kind}/${ordinal}/${index}`, () => readAndDecode(reading, level, index));
  const samples = bands.map(() => createSamples(level.coding.sampleType, window.width * window.height));
  const fill = kind === 'image' ? (description.nodata ?? 0) : 0;
  const sparse = await gatherWindow(level, { window, bands, samples }, provide, {
    fill,
    signal,
    concurrency: CONCURRENCY,
  });
  return { samples, sparse };
}

async function readAndDecode(
  { source, codecs }: Reading,
  level: Level,
  index: number,
): Promise<DecodedBlock | null> {
  const bytes = await source.readBlock(level, index);
  return bytes && decodeBlock(bytes, blockJob(level, index), codecs);
}

async function validity(
  reading: Reading,
  level: Level,
  window: PixelWindow,
  read: Gathered & { readonly bands: readonly number[] },
): Promise<Uint8Array | null> {
  const { description } = reading.source;
  const { mask, nodata, alphaBand } = description;
  const pixels = window.width * window.height;
  let valid: Uint8Array | null = null;
  if (mask === 'internal' || mask === 'external') {
    const maskLevel = maskLevelFor(description, level);
    return maskLevel ? readMask(reading, level, maskLevel, window) : null;
  }
  if (mask === 'nodata' && nodata !== null) {
    const colours = read.samples.filter((_, i) => read.bands[i] !== alphaBand);
    valid = validFromNodata(colours.length > 0 ? colours : read.samples, nodata, pixels);
  }
  if (alphaBand !== null && mask !== 'none') {
    valid ??= new Uint8Array(pixels).fill(255);
    applyAlpha(valid, await readAlpha(reading, level, window, alphaBand, read));
  }
  if (read.sparse.length > 0) {
    valid ??= new Uint8Array(pixels).fill(255);
    invalidate(valid, window.width, read.sparse);
  }
  return valid;
}

async function readAlpha(
  reading: Reading,
  level: Level,
  window: PixelWindow,
  alphaBand: number,
  read: Gathered & { readonly bands: readonly number[] },
): Promise<SampleArray> {
  const at = read.bands.indexOf(alphaBand);
  if (at >= 0) return read.samples[at] as SampleArray;
  const { samples } = await gather(reading, level, 'image', window, [alphaBand]);
  return samples[0] as SampleArray;
}

async function readMask(
  reading: Reading,
  level: Level,
  maskLevel: Level,
  window: PixelWindow,
): Promise<Uint8Array> {
  if (window.width === 0 || window.height === 0) return new Uint8Array(0);
  const from = maskWindow(window, level, maskLevel);
  const { samples } = await gather(reading, maskLevel, 'mask', from, [0]);
  return validFromMask(samples[0] as SampleArray, from, window, level, maskLevel);
}

/**
 * The level to read for a picture in which one pixel stands for `scale` pixels of full resolution: the coarsest that is
 * still fine enough. Index into description.levels.
 */
export function bestLevel(description: RasterDescription, scale: number): number {
  let best = 0;
  description.levels.forEach((level, i) => {
    const across = description.width / level.width;
    const down = description.height / level.height;
    // Odd sizes round up or down: half a pixel of the level is no difference.
    const slack = 1 + 0.5 / Math.max(1, Math.min(level.width, level.height));
    if (Math.max(across, down) <= scale * slack) best = i;
  });
  return best;
}
