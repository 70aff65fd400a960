import { LOOK_BITS, type HuffmanTable } from './huffman';

/** Zero bytes behind the data, so that reading ahead needs no check. */
const PADDING = 64;

/**
 * Reads the bits of one stretch of entropy-coded data, between two markers. Past its end it reads zeros; `exhausted` says
 * that it did. The fields are open because the block decoders keep them in local variables while they work.
 */
export class BitReader {
  readonly data: Uint8Array;
  readonly length: number;
  at = 0;
  /** The last `count` bits of it are still to be read. */
  bits = 0;
  count = 0;
  /** Blocks that the current end-of-band run still covers (progressive only). */
  bandRun = 0;

  /** @param stored bytes with stuffed zeros after 0xff */
  constructor(stored: Uint8Array) {
    this.data = new Uint8Array(stored.length + PADDING);
    this.length = unstuff(stored, this.data);
  }

  get exhausted(): boolean {
    return this.at - (this.count >> 3) > this.length;
  }

  /** 0–16 bits as an unsigned number. */
  read(count: number): number {
    if (count === 0) return 0;
    if (this.count < count) this.refill();
    this.count -= count;
    return (this.bits >>> this.count) & ((1 << count) - 1);
  }

  /** A difference or coefficient of `size` bits (T.81 F.2.2.1, EXTEND). */
  readSigned(size: number): number {
    const value = this.read(size);
    return size > 0 && value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
  }

  symbol(table: HuffmanTable): number {
    if (this.count < 16) this.refill();
    const entry = table.look[(this.bits >>> (this.count - LOOK_BITS)) & ((1 << LOOK_BITS) - 1)] as number;
    if (entry !== 0) {
      this.count -= entry >> 8;
      return entry & 255;
    }
    return this.longSymbol(table);
  }

  /** A symbol whose code is longer than the look-up table. An impossible code reads as 0. */
  longSymbol(table: HuffmanTable): number {
    const code = (this.bits >>> (this.count - 16)) & 0xffff;
    let length = LOOK_BITS + 1;
    while (code >= (table.limits[length] as number)) length++;
    if (length > 16) {
      this.count -= 16;
      return 0;
    }
    this.count -= length;
    return table.symbols[(code >> (16 - length)) + (table.offsets[length] as number)] ?? 0;
  }

  /** Makes at least 16 bits ready. */
  refill(): void {
    if (this.at > this.length + PADDING - 8) {
      // Far beyond the end: the zeros are read again and again.
      this.at = this.length + PADDING - 8;
    }
    this.bits =
      (this.bits << 16) | ((this.data[this.at] as number) << 8) | (this.data[this.at + 1] as number);
    this.at += 2;
    this.count += 16;
  }
}

function unstuff(stored: Uint8Array, out: Uint8Array): number {
  let from = 0;
  let to = 0;
  for (;;) {
    const stuffed = stored.indexOf(0xff, from);
    const end = stuffed < 0 ? stored.length : stuffed + 1;
    out.set(stored.subarray(from, end), to);
    to += end - from;
    if (stuffed < 0) return to;
    from = end + 1;
  }
}
