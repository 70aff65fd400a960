import { AppError } from '../errors';
import type { Level, PixelWindow, Raster } from './types';
import type { LayoutPart, WriteBlock } from './write';

/** The blocks of a level that a window covers: half-open ranges of columns and rows. */
export interface BlockSpan {
  readonly firstColumn: number;
  readonly firstRow: number;
  readonly columns: number;
  readonly rows: number;
}

/** Whether the window begins on block borders and ends on them or at the raster's edge. */
export function isAligned(level: Level, { x, y, width, height }: PixelWindow): boolean {
  return (
    x % level.blockWidth === 0 &&
    y % level.blockHeight === 0 &&
    (x + width === level.width || (x + width) % level.blockWidth === 0) &&
    (y + height === level.height || (y + height) % level.blockHeight === 0)
  );
}

/** The blocks that a window touches. */
export function blockSpan(level: Level, { x, y, width, height }: PixelWindow): BlockSpan {
  const firstColumn = Math.floor(x / level.blockWidth);
  const firstRow = Math.floor(y / level.blockHeight);
  return {
    firstColumn,
    firstRow,
    columns: Math.ceil((x + width) / level.blockWidth) - firstColumn,
    rows: Math.ceil((y + height) / level.blockHeight) - firstRow,
  };
}

/** The stored blocks of an aligned window in the order of the format; null where sparse. */
export async function copiedBlocks(raster: Raster, level: Level, window: PixelWindow): Promise<WriteBlock[]> {
  const span = blockSpan(level, window);
  const blocks: WriteBlock[] = [];
  for (let plane = 0; plane < level.planes; plane++) {
    for (let row = 0; row < span.rows; row++) {
      const first = (plane * level.rows + span.firstRow + row) * level.columns + span.firstColumn;
      for (let column = 0; column < span.columns; column++) {
        const { offset, length } = await raster.blockRange(level, first + column);
        blocks.push(length === 0 ? null : { file: level.file, offset, length });
      }
    }
  }
  return blocks;
}

/** Bytes of a row of `width` pixels in one strip; NaN where rows do not end on whole bytes. */
export function rowBytes(level: Level, width: number): number {
  const { coding } = level;
  const bits = width * coding.bitsPerSample * (coding.interleave === 'pixel' ? coding.samplesPerPixel : 1);
  return bits % 8 === 0 ? bits / 8 : Number.NaN;
}

/**
 * Whether single rows, and parts of them, can be taken out of the strips without decoding: uncompressed samples of whole
 * bytes, not clustered as subsampled YCbCr is.
 */
export function hasAddressableRows(level: Level): boolean {
  const { coding } = level;
  const [across, down] = coding.ycbcrSubsampling;
  return (
    !level.tiled &&
    coding.compression === 'none' &&
    coding.bitsPerSample % 8 === 0 &&
    (coding.photometric !== 'ycbcr' || across * down === 1)
  );
}

const STRIP_BYTES = 256 * 1024;

/** Rows of each strip that a window of an uncompressed raster is cut into. */
export function rowsOfNewStrips(level: Level, window: PixelWindow): number {
  return Math.max(1, Math.min(window.height, Math.floor(STRIP_BYTES / rowBytes(level, window.width))));
}

/**
 * A window of an uncompressed raster as new strips, each a list of rows taken out of the source's strips.
 * `empty` gives that many bytes of the fill value, for rows of sparse strips. Throws `tiff.bad_block` for a strip that is
 * shorter than its rows.
 */
export async function cutRows(
  raster: Raster,
  level: Level,
  window: PixelWindow,
  empty: (bytes: number) => Uint8Array,
): Promise<WriteBlock[]> {
  const stripRows = rowsOfNewStrips(level, window);
  const strips: WriteBlock[] = [];
  for (let plane = 0; plane < level.planes; plane++) {
    for (let top = 0; top < window.height; top += stripRows) {
      const strip: LayoutPart[] = [];
      const bottom = Math.min(top + stripRows, window.height);
      for (let row = top; row < bottom; row++) {
        strip.push(await rowPart(raster, level, plane, window, window.y + row, empty));
      }
      strips.push(strip);
    }
  }
  return strips;
}

async function rowPart(
  raster: Raster,
  level: Level,
  plane: number,
  window: PixelWindow,
  y: number,
  empty: (bytes: number) => Uint8Array,
): Promise<LayoutPart> {
  const index = plane * level.rows + Math.floor(y / level.blockHeight);
  const strip = await raster.blockRange(level, index);
  const length = rowBytes(level, window.width);
  if (strip.length === 0) return empty(length);
  const within = (y % level.blockHeight) * rowBytes(level, level.width) + rowBytes(level, window.x);
  if (within + length > strip.length) {
    throw new AppError('tiff.bad_block', { file: raster.description.name, block: index });
  }
  return { file: level.file, offset: strip.offset + within, length };
}
