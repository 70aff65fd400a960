import type { BlockDecoder } from '../types';
import { corruptBlock } from './errors';

const CLEAR = 256;
const END = 257;
const FIRST = 258;
const TABLE = 4096 + 1024;
/** Copies longer than this are left to copyWithin, whose call costs as much as some twenty single bytes. */
const LONG_COPY = 24;

/**
 * LZW (TIFF 6.0 §13), codes most significant bit first; also the reversed variant of files written before 1992, which are
 * recognised as libtiff does, by their first code. Written here because the known WebAssembly build is slower and loses
 * what a damaged stream still holds.
 */
export const decodeLzw: BlockDecoder = (bytes, job) => {
  const out = new Uint8Array(job.expectedBytes);
  const reversed = bytes[0] === 0 && ((bytes[1] ?? 0) & 1) === 1;
  const length = reversed ? decodeReversed(bytes, out) : decodeForward(bytes, out);
  if (length < 0) return Promise.reject(corruptBlock(job.coding, 'LZW code out of range'));
  return Promise.resolve(out.subarray(0, length));
};

// A table's string is always a stretch of what was written before: the previous string and the byte that followed it. So
// the table holds positions and lengths, and nothing is ever copied into it.
const starts = new Int32Array(TABLE);
const lengths = new Int32Array(TABLE);

/** Returns the bytes written, or -1 for a code that cannot be. */
function decodeForward(bytes: Uint8Array, out: Uint8Array): number {
  const size = out.length;
  const end = bytes.length;
  let at = 0;
  let bits = 0;
  let bitCount = 0;
  let width = 9;
  let next = FIRST;
  let limit = 511;
  let position = 0;
  let previousStart = -1;
  let previousLength = 0;
  while (position < size) {
    while (bitCount < width) {
      if (at >= end) return position;
      bits = (bits << 8) | (bytes[at++] as number);
      bitCount += 8;
    }
    bitCount -= width;
    const code = (bits >>> bitCount) & ((1 << width) - 1);
    if (code < CLEAR) {
      if (previousStart >= 0) {
        starts[next] = previousStart;
        lengths[next++] = previousLength + 1;
      }
      previousStart = position;
      previousLength = 1;
      out[position++] = code;
    } else if (code === CLEAR) {
      width = 9;
      next = FIRST;
      limit = 511;
      previousStart = -1;
      continue;
    } else if (code === END) {
      return position;
    } else {
      if (previousStart < 0 || code > next) return -1;
      starts[next] = previousStart;
      lengths[next++] = previousLength + 1;
      const from = starts[code] as number;
      const length = Math.min(lengths[code] as number, size - position);
      copy(out, from, position, length);
      previousStart = position;
      previousLength = length;
      position += length;
    }
    if (next >= limit) {
      if (width < 12) limit = (1 << ++width) - 1;
      // Some writers go on past a full table; libtiff reads on with what the table then holds.
      else if (next >= TABLE - 1) next = TABLE - 2;
    }
  }
  return position;
}

/** The variant before TIFF 6: least significant bit first, and widths that grow one code later. */
function decodeReversed(bytes: Uint8Array, out: Uint8Array): number {
  const size = out.length;
  const end = bytes.length;
  let at = 0;
  let bits = 0;
  let bitCount = 0;
  let width = 9;
  let next = FIRST;
  let position = 0;
  let previousStart = -1;
  let previousLength = 0;
  while (position < size) {
    while (bitCount < width) {
      if (at >= end) return position;
      bits |= (bytes[at++] as number) << bitCount;
      bitCount += 8;
    }
    const code = bits & ((1 << width) - 1);
    bits >>>= width;
    bitCount -= width;
    if (code === END) return position;
    if (code === CLEAR) {
      width = 9;
      next = FIRST;
      previousStart = -1;
      continue;
    }
    if (previousStart >= 0 && next < TABLE - 1) {
      starts[next] = previousStart;
      lengths[next++] = previousLength + 1;
    }
    if (code > CLEAR && (previousStart < 0 || code >= next)) return -1;
    const length = code < CLEAR ? 1 : Math.min(lengths[code] as number, size - position);
    if (code < CLEAR) out[position] = code;
    else copy(out, starts[code] as number, position, length);
    previousStart = position;
    previousLength = length;
    position += length;
    if (next > (1 << width) - 1 && width < 12) width++;
  }
  return position;
}

/** Copies within `out`; where the stretches overlap, what was just copied is copied again, as LZW means it. */
function copy(out: Uint8Array, from: number, to: number, length: number): void {
  if (length > LONG_COPY && from + length <= to) {
    out.copyWithin(to, from, from + length);
    return;
  }
  for (let i = 0; i < length; i++) out[to + i] = out[from + i] as number;
}
