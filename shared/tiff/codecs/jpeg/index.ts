import type { BlockDecoder, BlockJob, DecodedBlock } from '../../types';
import { corruptBlock } from '../errors';
import { decodeFrame } from './decoder';
import type { Frame } from './frame';
import { MARKER } from './markers';
import { toPixels } from './output';
import { prepareJpeg, type PreparedJpeg } from './prepare';
import { streamScratch, usableTurbo, type TurboJpeg } from './turbo';

export { prepareJpeg, type JpegColours, type PreparedJpeg } from './prepare';
export { mergePlanes, type ComponentPlane } from './output';

/** px: a WebAssembly memory never shrinks, so that larger blocks are left to our own decoder. */
const MOST_PIXELS = 4 * 1024 * 1024;

/**
 * JPEG (code 7), exact: samples equal those of libjpeg, and so of GDAL, to the last bit. libjpeg-turbo in WebAssembly takes the
 * streams that it finds nothing wrong with, in half the time; our own decoder takes all others: any number of components, and
 * damaged ones as far as they go. (The native libjpeg-turbo computes with a fast, inexact DCT.)
 */
export const decodeJpeg: BlockDecoder = async (bytes, job) => {
  const turbo = await usableTurbo();
  const prepared = prepareJpeg(bytes, job, streamScratch);
  return decodeByTurbo(turbo, prepared, job) ?? decodePrepared(prepared, job);
};

/** By our own decoder alone. */
export function decodeJpegSync(bytes: Uint8Array, job: BlockJob): DecodedBlock {
  return decodePrepared(prepareJpeg(bytes, job), job);
}

function decodeByTurbo(
  turbo: TurboJpeg,
  { stream, frame }: PreparedJpeg,
  { width, height }: BlockJob,
): DecodedBlock | null {
  const channels = frame.components.length;
  const isWhole = frame.width === width && frame.height === height && width * height <= MOST_PIXELS;
  if (!isWhole || !isCommon(frame)) return null;
  const samples = turbo.decode(stream, width, height, channels === 1 ? 'grey' : 'rgb');
  return samples && { width, height, channels, samples: samples.slice() };
}

/** One component, or three of which the first alone may be sampled finer, in one pass. */
function isCommon({ marker, components: [first, ...others] }: Frame): boolean {
  if (marker === MARKER.SOF2 || !first) return false;
  if (others.length === 0) return first.across === 1 && first.down === 1;
  const halved = first.across <= 2 && first.down <= first.across;
  return others.length === 2 && halved && others.every(({ across, down }) => across === 1 && down === 1);
}

function decodePrepared({ stream, colours }: PreparedJpeg, job: BlockJob): DecodedBlock {
  const decoded = decodeFrame(stream);
  if (!decoded) throw corruptBlock(job.coding, 'no JPEG frame');
  const { width, height } = job;
  const samples = toPixels(decoded, job, colours === 'ycbcr');
  return { width, height, channels: decoded.components.length, samples };
}
