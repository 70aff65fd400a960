import { AppError } from '../errors';
import { blockBytes } from './blockIndex';
import type { CodecRegistry, Level, Raster, SampleArray } from './types';
import { readWindow } from './window';
import { BlockCache } from './windowCache';

/** Some full rows of the image. */
export interface RowChunk {
  /** px: first row, and how many there are */
  readonly y: number;
  readonly height: number;
  /** One array for each band asked for, width·height samples in the raster's own type (64-bit integers as bigints). */
  readonly bands: readonly SampleArray[];
  /** As in WindowPixels; null when the mask was not asked for. */
  readonly valid: Uint8Array | null;
}

export interface ReadRowsOptions {
  readonly level?: number;
  /** Zero-based; all when left out. */
  readonly bands?: readonly number[];
  readonly mask?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** bytes of samples in one chunk, roughly; 16 MiB when left out */
  readonly chunkBytes?: number;
}

/**
 * Reads a level from top to bottom in chunks of rows, in constant memory: a row of blocks is decoded at a time, each block
 * once, and strips are taken together until a chunk is large enough to be worth its call.
 */
export async function* readBandFull(
  raster: Raster,
  codecs: CodecRegistry,
  options: ReadRowsOptions = {},
): AsyncGenerator<RowChunk, void, undefined> {
  const { description } = raster;
  const level = description.levels[options.level ?? 0];
  if (!level) throw new AppError('tiff.unknown_level', { file: description.name });
  const bands = options.bands ?? Array.from({ length: description.bands }, (_, band) => band);
  const rows = chunkRows(level, bands.length, options.chunkBytes ?? 16 * 1024 * 1024);
  // Only blocks that reach from one chunk into the next are needed twice: those of strips taller than a chunk.
  const shared = rows % level.blockHeight === 0 ? 0 : blockBytes(level, level.blockHeight);
  const cache = new BlockCache(shared * Math.min(level.planes, bands.length));
  for (let y = 0; y < level.height; y += rows) {
    const height = Math.min(rows, level.height - y);
    const window = { x: 0, y, width: level.width, height };
    const read = await readWindow(raster, codecs, { ...options, bands, window, cache, exact64: true });
    yield { y, height, bands: read.bands, valid: read.valid };
  }
}

function chunkRows(level: Level, bands: number, chunkBytes: number): number {
  const rowBytes = level.width * bands * Math.max(1, level.coding.bitsPerSample / 8);
  const wanted = Math.max(1, Math.floor(chunkBytes / rowBytes));
  if (level.blockHeight <= wanted) return Math.floor(wanted / level.blockHeight) * level.blockHeight;
  return level.tiled ? level.blockHeight : wanted;
}
