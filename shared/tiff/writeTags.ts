import { fieldTypeSize } from './tags';
import type { ByteOrder } from './types';

/** TIFF field types that are written here (TIFF 6.0 §2, BigTIFF). */
export const FIELD = {
  Byte: 1,
  Ascii: 2,
  Short: 3,
  Long: 4,
  Rational: 5,
  Double: 12,
  Ifd: 13,
  Long8: 16,
  Slong8: 17,
  Ifd8: 18,
} as const;

/** A tag ready to be laid out: its value's bytes are in the byte order of the file that is written. */
export interface WriteTag {
  readonly tag: number;
  readonly type: number;
  /** Values, not bytes. */
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** Largest value of a LONG; also the last byte that a classic TIFF can address. */
export const MAX_LONG = 0xffffffff;

/** SHORT, LONG or LONG8: the smallest type that holds all values. `values` are whole numbers from 0 to 2^53. */
export function smallestType(values: ArrayLike<number>): number {
  let largest = 0;
  for (let index = 0; index < values.length; index++) largest = Math.max(largest, values[index]!);
  return largest <= 0xffff ? FIELD.Short : largest <= MAX_LONG ? FIELD.Long : FIELD.Long8;
}

/** A tag of whole numbers in the smallest type that holds them. */
export function wholeNumbers(order: ByteOrder, tag: number, values: ArrayLike<number>): WriteTag {
  const type = smallestType(values);
  return { tag, type, count: values.length, bytes: encodeWhole(order, type, values) };
}

export function shorts(order: ByteOrder, tag: number, values: readonly number[]): WriteTag {
  return { tag, type: FIELD.Short, count: values.length, bytes: encodeWhole(order, FIELD.Short, values) };
}

export function doubles(order: ByteOrder, tag: number, values: readonly number[]): WriteTag {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setFloat64(index * 8, value, order === 'little'));
  return { tag, type: FIELD.Double, count: values.length, bytes };
}

/** Text as UTF-8 with the NUL that the standard asks for. */
export function ascii(tag: number, text: string): WriteTag {
  const bytes = new TextEncoder().encode(`${text}\0`);
  return { tag, type: FIELD.Ascii, count: bytes.length, bytes };
}

/** Bytes of whole numbers of type SHORT, LONG or LONG8. */
export function encodeWhole(order: ByteOrder, type: number, values: ArrayLike<number>): Uint8Array {
  const size = fieldTypeSize(type);
  const bytes = new Uint8Array(values.length * size);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < values.length; index++) {
    writeWhole(view, index * size, type, values[index]!, order === 'little');
  }
  return bytes;
}

/** One whole number of type SHORT, LONG or LONG8, from 0 to 2^53. */
export function writeWhole(view: DataView, at: number, type: number, value: number, little: boolean): void {
  if (type === FIELD.Short) view.setUint16(at, value, little);
  else if (type === FIELD.Long) view.setUint32(at, value, little);
  else {
    view.setUint32(little ? at + 4 : at, Math.floor(value / 2 ** 32), little);
    view.setUint32(little ? at : at + 4, value % 2 ** 32, little);
  }
}

/**
 * A tag of another file, its value's bytes turned into the byte order that is written. Eight-byte whole numbers become
 * LONG where they fit, for only BigTIFF knows them; null where they do not, and for directories within directories.
 */
export function copyTag(
  source: { readonly tag: number; readonly type: number; readonly count: number },
  bytes: Uint8Array,
  from: ByteOrder,
  to: ByteOrder,
): WriteTag | null {
  const { tag, type, count } = source;
  if (type === FIELD.Ifd || type === FIELD.Ifd8 || type === FIELD.Slong8) return null;
  if (type === FIELD.Long8) return copyLong8(tag, bytes, from, to);
  if (from === to) return { tag, type, count, bytes };
  const isRational = type === 5 || type === 10;
  return { tag, type, count, bytes: swapped(bytes, isRational ? 4 : fieldTypeSize(type)) };
}

function copyLong8(tag: number, bytes: Uint8Array, from: ByteOrder, to: ByteOrder): WriteTag | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values: number[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += 8)
    values.push(Number(view.getBigUint64(at, from === 'little')));
  if (values.some((value) => value > MAX_LONG)) return null;
  return { tag, type: FIELD.Long, count: values.length, bytes: encodeWhole(to, FIELD.Long, values) };
}

function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const result = bytes.slice();
  if (size === 1) return result;
  for (let at = 0; at + size <= result.length; at += size) result.subarray(at, at + size).reverse();
  return result;
}
