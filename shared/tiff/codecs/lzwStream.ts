import type { StreamDecoder } from './packbitsStream';

const CLEAR = 256;
const END = 257;
const FIRST = 258;
const TABLE = 4096;
const OUT = 64 * 1024;

/**
 * LZW (TIFF 6.0 §13) piece by piece, for blocks too large to be held: strings are chains of the table, since what was
 * written before is gone. Codes most significant bit first.
 */
export function lzwStream(): StreamDecoder {
  const prefix = new Int16Array(TABLE + 1);
  const suffix = new Uint8Array(TABLE + 1);
  const lengths = new Int32Array(TABLE + 1);
  for (let code = 0; code < CLEAR; code++) {
    suffix[code] = code;
    lengths[code] = 1;
  }
  let bits = 0;
  let bitCount = 0;
  let width = 9;
  let next = FIRST;
  let previous = -1;
  let ended = false;

  /** Writes the string of a code before `end`; its first byte. */
  function spell(code: number, out: Uint8Array, end: number): number {
    let link = code;
    let to = end - 1;
    for (; link >= FIRST; to--) {
      out[to] = suffix[link]!;
      link = prefix[link]!;
    }
    out[to] = link;
    return link;
  }

  return (input, emit) => {
    let out = new Uint8Array(OUT);
    let filled = 0;
    for (let at = 0; !ended;) {
      while (bitCount < width && at < input.length) {
        bits = ((bits << 8) | input[at++]!) & 0xffffff;
        bitCount += 8;
      }
      if (bitCount < width) break;
      bitCount -= width;
      const code = (bits >>> bitCount) & ((1 << width) - 1);
      if (code === END) {
        ended = true;
      } else if (code === CLEAR) {
        width = 9;
        next = FIRST;
        previous = -1;
      } else {
        if (code > next || (previous < 0 && code >= FIRST)) return false;
        const length = code === next ? lengths[previous]! + 1 : lengths[code]!;
        if (filled + length > OUT) {
          emit(out.subarray(0, filled));
          out = new Uint8Array(OUT);
          filled = 0;
        }
        const end = filled + length;
        // A code that is not in the table yet is the string before it and its first byte once more.
        const first = code === next ? spell(previous, out, end - 1) : spell(code, out, end);
        if (code === next) out[end - 1] = first;
        filled = end;
        if (previous >= 0 && next < TABLE) {
          prefix[next] = previous;
          suffix[next] = first;
          lengths[next] = lengths[previous]! + 1;
          next++;
        }
        previous = code;
        if (next >= (1 << width) - 1 && width < 12) width++;
      }
    }
    if (filled > 0) emit(out.subarray(0, filled));
    return true;
  };
}
