import type { BlockDecoder } from '../types';
import { corruptBlock } from './errors';

/**
 * Deflate in a zlib wrapper (codes 8 and 32946), by the platform's DecompressionStream. Reading stops at the expected size,
 * so a stream that would grow without end costs nothing. Gives what it could decode of a stream that breaks off.
 */
export const decodeDeflate: BlockDecoder = async (bytes, job) => {
  const out = new Uint8Array(job.expectedBytes);
  const inflater = new DecompressionStream('deflate');
  const writer = inflater.writable.getWriter();
  // Both fail with the stream; the reader's failure is the one that is told.
  const written = writer.write(bytes as Uint8Array<ArrayBuffer>).then(() => writer.close());
  written.catch(() => undefined);
  const reader = inflater.readable.getReader();
  let length = 0;
  try {
    while (length < out.length) {
      const { done, value } = await reader.read();
      if (done) break;
      const chunk = value.subarray(0, out.length - length);
      out.set(chunk, length);
      length += chunk.length;
    }
  } catch (cause) {
    if (length === 0) throw corruptBlock(job.coding, 'not a zlib stream', cause);
  }
  void reader.cancel().catch(() => undefined);
  return out.subarray(0, length);
};
