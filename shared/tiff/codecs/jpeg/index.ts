import type { BlockDecoder, BlockJob, DecodedBlock } from '../../types';
import { corruptBlock } from '../errors';
import { decodeFrame } from './decoder';
import { toPixels } from './output';
import { prepareJpeg } from './prepare';

export { prepareJpeg, type JpegColours, type PreparedJpeg } from './prepare';
export { mergePlanes, type ComponentPlane } from './output';

/**
 * JPEG (code 7), exact: samples equal those of libjpeg, and so of GDAL, to the last bit; any number of components. The
 * decoder is our own because the native one computes with a fast, inexact DCT and knows no four-band images.
 */
export const decodeJpeg: BlockDecoder = (bytes, job) => Promise.resolve(decodeJpegSync(bytes, job));

export function decodeJpegSync(bytes: Uint8Array, job: BlockJob): DecodedBlock {
  const { stream, colours } = prepareJpeg(bytes, job);
  const decoded = decodeFrame(stream);
  if (!decoded) throw corruptBlock(job.coding, 'no JPEG frame');
  const { width, height } = job;
  const samples = toPixels(decoded, job, colours === 'ycbcr');
  return { width, height, channels: decoded.components.length, samples };
}
