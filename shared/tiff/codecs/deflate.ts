import type { BlockDecoder } from '../types';
import { corruptBlock } from './errors';
import { inflate } from './inflate/inflate';

/**
 * Deflate in a zlib wrapper (codes 8 and 32946), the portable and tolerant way: stops at the expected size whatever comes
 * after it, and gives what it could decode of a stream that breaks off. Node and the window decode sound streams faster
 * with what the platform has, which fails on all others: those end here.
 */
export const decodeDeflate: BlockDecoder = (bytes, job) => {
  const out = new Uint8Array(job.expectedBytes);
  const length = inflate(bytes, out);
  if (length < 0) return Promise.reject(corruptBlock(job.coding, 'not a zlib stream'));
  return Promise.resolve(out.subarray(0, length));
};
