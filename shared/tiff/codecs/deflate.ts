import type { BlockDecoder } from '../types';
import { corruptBlock } from './errors';
import { inflate } from './inflate/inflate';

/**
 * Deflate in a zlib wrapper (codes 8 and 32946). Stops at the expected size, so that a stream which would grow without end
 * costs nothing, and gives what it could decode of one that breaks off. Written here because the window has no zlib but
 * DecompressionStream, which is slower and takes half a millisecond for even the smallest strip.
 */
export const decodeDeflate: BlockDecoder = (bytes, job) => {
  const out = new Uint8Array(job.expectedBytes);
  const length = inflate(bytes, out);
  if (length < 0) return Promise.reject(corruptBlock(job.coding, 'not a zlib stream'));
  return Promise.resolve(out.subarray(0, length));
};
