import { AppError } from '../../errors';
import type { BlockCoding, BlockJob, Compression } from '../types';

/** A codec's proper name, the same in every language. */
export function codecName(coding: BlockCoding): string {
  return NAMES[coding.compression] ?? `TIFF ${coding.compressionCode}`;
}

const NAMES: Readonly<Partial<Record<Compression, string>>> = {
  none: 'uncompressed',
  lzw: 'LZW',
  deflate: 'Deflate',
  zstd: 'ZSTD',
  packbits: 'PackBits',
  jpeg: 'JPEG',
  old_jpeg: 'old-style JPEG (6)',
  webp: 'WebP',
  lerc: 'LERC',
  lzma: 'LZMA',
  jxl: 'JPEG XL',
  ccitt: 'CCITT',
};

export function unsupportedCodec(coding: BlockCoding): AppError {
  return new AppError('tiff.unsupported_codec', { codec: codecName(coding) });
}

/** The stored bytes are not what the codec writes, or end too early. */
export function corruptBlock(coding: BlockCoding, details: string, cause?: unknown): AppError {
  return new AppError('tiff.corrupt_block', { codec: codecName(coding) }, { details, cause });
}

/** bytes of one decoded block; a larger one would not fit beside anything else in memory */
const BLOCK_BYTES = 1024 ** 3;

/** Refuses a block that cannot be held in memory. Throws `tiff.block_too_large`. */
export function checkSize(job: BlockJob): void {
  if (job.expectedBytes <= BLOCK_BYTES && job.width * job.height <= BLOCK_BYTES) return;
  throw new AppError('tiff.block_too_large', { width: job.width, height: job.height });
}
