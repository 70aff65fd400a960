import type { ReducedDecoder } from '../reduced';
import { findFrame } from './frame';
import { prepareJpeg } from './prepare';
import { streamScratch, usableTurbo } from './turbo';

/**
 * JPEG of one component or three at 1/2, 1/4 or 1/8 of its size by libjpeg-turbo's shorter transforms: a third of the work of
 * decoding it whole. A good picture, not exact means. Null for other frames, and for streams that are damaged.
 */
export const decodeJpegScaled: ReducedDecoder = async (bytes, job, denominator) => {
  const turbo = await usableTurbo();
  const { stream, frame } = prepareJpeg(bytes, job, streamScratch);
  const channels = frame.components.length;
  const isWhole = frame.width === job.width && frame.height === job.height;
  if (!isWhole || (channels !== 1 && channels !== 3)) return null;
  const width = Math.ceil(job.width / denominator);
  const height = Math.ceil(job.height / denominator);
  const samples = turbo.decode(stream, width, height, channels === 1 ? 'grey' : 'rgb');
  return samples && { width, height, channels, samples: samples.slice() };
};

/**
 * As `decodeJpegScaled`; where the job is lower than the frame the decoder leaves after the job's rows, so damage further down is
 * not found out.
 */
export const decodeJpegSample: ReducedDecoder = async (bytes, job, denominator) => {
  const whole = findFrame(bytes);
  if (!whole || whole.height <= job.height) return decodeJpegScaled(bytes, job, denominator);
  const turbo = await usableTurbo();
  const { stream, frame } = prepareJpeg(bytes, job, streamScratch);
  const channels = frame.components.length;
  if (frame.width !== job.width || (channels !== 1 && channels !== 3)) return null;
  const width = Math.ceil(job.width / denominator);
  const height = Math.ceil(frame.height / denominator);
  const samples = turbo.decodeBeginning(stream, width, height, channels === 1 ? 'grey' : 'rgb');
  return samples && { width, height, channels, samples: samples.slice() };
};
