import type { ByteOrder } from './types';

/** Reads numbers out of bytes in a given byte order. Offsets are into the bytes given; out of range throws RangeError. */
export class FieldReader {
  readonly #view: DataView;
  readonly #little: boolean;

  constructor(
    readonly bytes: Uint8Array,
    byteOrder: ByteOrder,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#little = byteOrder === 'little';
  }

  uint16(at: number): number {
    return this.#view.getUint16(at, this.#little);
  }

  uint32(at: number): number {
    return this.#view.getUint32(at, this.#little);
  }

  /** Above 2^53 the nearest double: such an offset fails every bounds check, which is all that is asked of it. */
  uint64(at: number): number {
    return Number(this.#view.getBigUint64(at, this.#little));
  }

  /** One value of a TIFF field type (TIFF 6.0 §2); a rational is its quotient, 0 where its denominator is 0. */
  value(type: number, at: number): number {
    const view = this.#view;
    const little = this.#little;
    switch (type) {
      case 1:
      case 2:
      case 7:
        return view.getUint8(at);
      case 3:
        return view.getUint16(at, little);
      case 4:
      case 13:
        return view.getUint32(at, little);
      case 5:
        return quotient(view.getUint32(at, little), view.getUint32(at + 4, little));
      case 6:
        return view.getInt8(at);
      case 8:
        return view.getInt16(at, little);
      case 9:
        return view.getInt32(at, little);
      case 10:
        return quotient(view.getInt32(at, little), view.getInt32(at + 4, little));
      case 11:
        return view.getFloat32(at, little);
      case 12:
        return view.getFloat64(at, little);
      case 16:
      case 18:
        return this.uint64(at);
      case 17:
        return Number(view.getBigInt64(at, little));
      default:
        throw new RangeError(`TIFF field type ${type}`);
    }
  }
}

function quotient(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator;
}
