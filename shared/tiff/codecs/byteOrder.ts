import type { ByteOrder } from '../types';

export type WordArray = Uint16Array | Uint32Array | BigUint64Array;

/** The order of the machine this runs on. */
export const NATIVE: ByteOrder = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 'little' : 'big';

/** The first `size` bytes, at an address where words of 8 bytes may start. Copied only when they are not at one. */
export function aligned(bytes: Uint8Array, size: number): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes.subarray(0, size) : copied(bytes, size);
}

/** A true copy: the `slice` of Node's Buffer is a view. */
function copied(bytes: Uint8Array, size: number): Uint8Array {
  return new Uint8Array(bytes.subarray(0, size));
}

/** A copy of the first `size` bytes with each word of `width` bytes turned round. */
export function swapped(bytes: Uint8Array, size: number, width: 2 | 3 | 4 | 8): Uint8Array {
  const out = copied(bytes, size);
  for (let start = 0; start + width <= size; start += width) {
    for (let low = start, high = start + width - 1; low < high; low++, high--) {
      const byte = out[low] as number;
      out[low] = out[high] as number;
      out[high] = byte;
    }
  }
  return out;
}

const REVERSED = Uint8Array.from({ length: 256 }, (_, byte) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) reversed |= 128 >> bit;
  return reversed;
});

/** A copy with the bits of every byte turned round: FillOrder 2 (TIFF 6.0, tag 266). */
export function reverseBits(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes, (byte) => REVERSED[byte] as number);
}
