import type { BlockDecoder } from '../types';
import { corruptBlock } from './errors';
import { readXzBlock } from './xz/container';
import { decodeLzma2 } from './xz/lzma2';

/** LZMA (code 34925): an .xz stream per block, as libtiff writes it. */
export const decodeLzma: BlockDecoder = (bytes, job) => {
  const block = readXzBlock(bytes);
  if (!block) return Promise.reject(corruptBlock(job.coding, 'no .xz stream'));
  const out = new Uint8Array(job.expectedBytes);
  const length = decodeLzma2(bytes, block.data, out);
  if (block.delta > 0) undoDelta(out, block.delta);
  return Promise.resolve(out.subarray(0, length));
};

/** Each byte was stored as the difference to the one `distance` before it. */
function undoDelta(bytes: Uint8Array, distance: number): void {
  for (let i = distance; i < bytes.length; i++) bytes[i]! += bytes[i - distance] as number;
}
