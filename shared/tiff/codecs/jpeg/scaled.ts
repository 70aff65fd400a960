import type { BlockJob, DecodedBlock } from '../../types';
import type { Denominator, ReducedDecoder } from '../reduced';
import { findFrame } from './frame';
import { prepareJpeg } from './prepare';
import { streamScratch, usableTurbo } from './turbo';

/**
 * JPEG of one component or three at 1/2, 1/4 or 1/8 of its size by libjpeg-turbo's shorter transforms: a third of the work of
 * decoding it whole. A good picture, not exact means. Null for other frames, and for streams that are damaged.
 */
export const decodeJpegScaled: ReducedDecoder = (bytes, job, denominator) =>
  scaled(bytes, job, denominator, 'decode');

/**
 * As `decodeJpegScaled`; where the job is lower than the frame the decoder leaves after the job's rows, so damage further down is
 * not found out.
 */
export const decodeJpegSample: ReducedDecoder = (bytes, job, denominator) => {
  const isCut = (findFrame(bytes)?.height ?? 0) > job.height;
  return scaled(bytes, job, denominator, isCut ? 'decodeBeginning' : 'decode');
};

async function scaled(
  bytes: Uint8Array,
  job: BlockJob,
  denominator: Denominator,
  how: 'decode' | 'decodeBeginning',
): Promise<DecodedBlock | null> {
  const turbo = await usableTurbo();
  const { stream, frame } = prepareJpeg(bytes, job, streamScratch);
  const channels = frame.components.length;
  // A progressive frame that is cut stays as high as it is: its scans go over all of it.
  const fits = frame.width === job.width && (how === 'decodeBeginning' || frame.height === job.height);
  if (!fits || (channels !== 1 && channels !== 3)) return null;
  const width = Math.ceil(job.width / denominator);
  const height = Math.ceil(frame.height / denominator);
  const samples = turbo[how](stream, width, height, channels === 1 ? 'grey' : 'rgb');
  return samples && { width, height, channels, samples: samples.slice() };
}
