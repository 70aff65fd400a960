import { AppError } from '../../errors';
import { blockBytes, blockHeightAt, imageRowsAt } from '../blockSize';
import type { BlockJob, CodecRegistry, DecodedBlock, Level } from '../types';
import { reverseBits } from './byteOrder';
import { checkSize, unsupportedCodec } from './errors';
import { toSamples } from './rawSamples';

/** What the structure says of a block, for whoever decodes it. `index` counts as in Raster.blockRange. */
export function blockJob(level: Level, index: number): BlockJob {
  const height = blockHeightAt(level, index);
  const needed = imageRowsAt(level, index);
  return {
    coding: level.coding,
    width: level.blockWidth,
    height,
    expectedBytes: blockBytes(level, height),
    ...(needed < height && { neededBytes: blockBytes(level, needed) }),
  };
}

/**
 * Decodes the stored bytes of one block. Never takes more memory than the structure promises for it.
 * Throws `tiff.unsupported_codec`, `tiff.unsupported_predictor`, `tiff.unsupported_sample_type`, `tiff.unsupported_colours`,
 * `tiff.unsupported_jpeg`, `tiff.jpeg_12_bit`, `tiff.block_too_large`, `tiff.corrupt_block`.
 */
export async function decodeBlock(
  bytes: Uint8Array,
  job: BlockJob,
  codecs: CodecRegistry,
): Promise<DecodedBlock> {
  const { coding } = job;
  const decoder = codecs.get(coding.compression);
  if (!decoder) throw unsupportedCodec(coding);
  if (coding.photometric === 'cielab')
    throw new AppError('tiff.unsupported_colours', { colours: 'CIE L*a*b*' });
  checkSize(job);
  // JPEG counts its bits itself, whatever the tag says (libtiff's TIFF_NOBITREV).
  const turned = coding.fillOrder === 2 && coding.compression !== 'jpeg';
  const decoded = await decoder(turned ? reverseBits(bytes) : bytes, job);
  return decoded instanceof Uint8Array ? toSamples(decoded, job) : decoded;
}
