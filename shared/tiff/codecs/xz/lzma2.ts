import { LzmaState } from './lzmaState';
import { RangeDecoder } from './rangeDecoder';

/**
 * Decodes LZMA2 chunks from `start` until `out` is full or the data end. The output is the dictionary.
 * Returns the bytes written.
 */
export function decodeLzma2(bytes: Uint8Array, start: number, out: Uint8Array): number {
  let at = start;
  let position = 0;
  let state: LzmaState | null = null;
  while (position < out.length && at + 3 <= bytes.length) {
    const control = bytes[at] as number;
    if (control === 0) break;
    const size = ((bytes[at + 1] as number) << 8) + (bytes[at + 2] as number) + 1;
    if (control < 0x80) {
      if (control > 2) break;
      const chunk = bytes.subarray(at + 3, at + 3 + Math.min(size, out.length - position));
      out.set(chunk, position);
      position += chunk.length;
      at += 3 + size;
      continue;
    }
    const packed = ((bytes[at + 3] ?? 0) << 8) + (bytes[at + 4] ?? 0) + 1;
    const reset = (control >> 5) & 3;
    at += 5;
    if (reset >= 2) {
      const properties = bytes[at++] ?? 255;
      if (properties >= 9 * 5 * 5) break;
      state = new LzmaState(properties);
    } else if (reset === 1 && state) {
      state = new LzmaState(state.properties);
    }
    if (!state) break;
    const end = Math.min(position + ((control & 31) << 16) + size, out.length);
    if (!state.decode(new RangeDecoder(bytes, at), out, position, end)) break;
    position = end;
    at += packed;
  }
  return position;
}
