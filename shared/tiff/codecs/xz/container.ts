/** One block of an .xz stream: where its LZMA2 data start and which delta filter comes after it. */
export interface XzBlock {
  readonly data: number;
  /** Distance of the delta filter in bytes; 0 for none. */
  readonly delta: number;
}

const MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
const DELTA = 0x03;
const LZMA2 = 0x21;
const HEADER_BYTES = 12;

/**
 * Reads the header of the first block of an .xz stream (The .xz File Format 1.2, §2.1.1 and §3.1). TIFF writers put a
 * block's data into one stream of one block. Null for anything else, or for other filters than delta and LZMA2.
 */
export function readXzBlock(bytes: Uint8Array): XzBlock | null {
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) return null;
  const size = ((bytes[HEADER_BYTES] ?? 0) + 1) * 4;
  if (size < 8 || HEADER_BYTES + size > bytes.length) return null;
  const flags = bytes[HEADER_BYTES + 1] as number;
  const numbers = new Numbers(bytes, HEADER_BYTES + 2, HEADER_BYTES + size - 4);
  if (flags & 0x40) numbers.next();
  if (flags & 0x80) numbers.next();
  let delta = 0;
  for (let filter = 0; filter <= (flags & 3); filter++) {
    const id = numbers.next();
    const properties = numbers.take(numbers.next());
    if (id === DELTA && filter === 0 && (flags & 3) === 1) delta = (properties[0] ?? 0) + 1;
    else if (id !== LZMA2 || filter !== (flags & 3)) return null;
  }
  return { data: HEADER_BYTES + size, delta };
}

/** Numbers of variable length: 7 bits a byte, least significant first. */
class Numbers {
  constructor(
    readonly bytes: Uint8Array,
    private at: number,
    readonly end: number,
  ) {}

  next(): number {
    let value = 0;
    for (let scale = 1; this.at < this.end; scale *= 128) {
      const byte = this.bytes[this.at++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) break;
    }
    return value;
  }

  take(count: number): Uint8Array {
    const taken = this.bytes.subarray(this.at, Math.min(this.at + count, this.end));
    this.at += count;
    return taken;
  }
}
