import type { BlockDecoder } from '../types';

/** PackBits (TIFF 6.0 §9): runs and literals led by a signed count. Gives what it could decode of a short stream. */
export const decodePackBits: BlockDecoder = (bytes, job) => Promise.resolve(unpack(bytes, job.expectedBytes));

function unpack(bytes: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let at = 0;
  let position = 0;
  while (position < size && at < bytes.length) {
    const count = bytes[at++] as number;
    if (count === 128) continue;
    if (count < 128) {
      const literal = bytes.subarray(at, at + Math.min(count + 1, size - position));
      out.set(literal, position);
      position += literal.length;
      at += count + 1;
    } else {
      const end = Math.min(position + 257 - count, size);
      out.fill(bytes[at++] ?? 0, position, end);
      position = end;
    }
  }
  return out.subarray(0, position);
}
