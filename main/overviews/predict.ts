import { endianness } from 'node:os';
import type { ByteOrder } from '@shared/tiff/types';

type Words = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array;

/**
 * Horizontal differencing (TIFF 6.0 §14), in place: each sample becomes its difference to the one `channels` before it.
 * @param rowLength samples of a row, all channels
 */
export function differences(samples: ArrayLike<number>, rowLength: number, channels: number): void {
  const words = samples as Words;
  for (let start = 0; start + rowLength <= words.length; start += rowLength) {
    for (let i = start + rowLength - 1; i >= start + channels; i--) words[i]! -= words[i - channels]!;
  }
}

/**
 * The floating point predictor (Adobe's TIFF technical note 3): the bytes of a row's samples plane by plane, the most
 * significant first, and these differenced. The result is the same in either byte order.
 */
export function floatDifferences(
  samples: Float32Array | Float64Array,
  rowLength: number,
  channels: number,
): Uint8Array {
  const width = samples.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const out = new Uint8Array(bytes.length);
  const rowBytes = rowLength * width;
  const little = endianness() === 'LE';
  for (let start = 0; start < bytes.length; start += rowBytes) {
    for (let byte = 0; byte < width; byte++) {
      const from = start + (little ? width - 1 - byte : byte);
      const to = start + byte * rowLength;
      for (let i = 0; i < rowLength; i++) out[to + i] = bytes[from + i * width]!;
    }
    for (let i = start + rowBytes - 1; i >= start + channels; i--) out[i]! -= out[i - channels]!;
  }
  return out;
}

/** Samples as bytes in a byte order; the same memory where nothing has to be turned. */
export function storedOrder(
  samples: Words | Float32Array | Float64Array | BigInt64Array | BigUint64Array,
  order: ByteOrder,
): Uint8Array {
  const size = samples.BYTES_PER_ELEMENT;
  const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  if (size === 1 || (order === 'little') === (endianness() === 'LE')) return bytes;
  return size === 2 ? bytes.swap16() : size === 4 ? bytes.swap32() : bytes.swap64();
}
