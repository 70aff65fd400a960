/** Codes up to this length are decoded by one look into a table. */
export const LOOK_BITS = 10;

/**
 * A Huffman table ready for decoding. `look` gives, for the next LOOK_BITS bits, length·256 + symbol, 0 for longer codes.
 * `fast` does the same for an AC coefficient whose code and magnitude fit: value·65536 + run·256 + bits of both.
 */
export interface HuffmanTable {
  readonly look: Uint16Array;
  readonly fast: Int32Array;
  /** For each length: the first code beyond those of that length, aligned left to 16 bits; then where its symbols start. */
  readonly limits: Int32Array;
  readonly offsets: Int32Array;
  readonly symbols: Uint8Array;
}

/** @param counts codes of each length 1–16; null for a table that cannot be */
export function buildHuffman(counts: Uint8Array, symbols: Uint8Array): HuffmanTable | null {
  const look = new Uint16Array(1 << LOOK_BITS);
  const limits = new Int32Array(18);
  const offsets = new Int32Array(17);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= 16; length++) {
    offsets[length] = index - code;
    const count = counts[length - 1] as number;
    if (index + count > symbols.length || code + count > 1 << length) return null;
    for (let i = 0; i < count; i++, code++, index++) {
      if (length > LOOK_BITS) continue;
      const first = code << (LOOK_BITS - length);
      look.fill(length * 256 + (symbols[index] as number), first, first + (1 << (LOOK_BITS - length)));
    }
    limits[length] = code << (16 - length);
    code <<= 1;
  }
  limits[17] = 0x7fffffff;
  return { look, fast: buildFast(look), limits, offsets, symbols };
}

function buildFast(look: Uint16Array): Int32Array {
  const fast = new Int32Array(1 << LOOK_BITS);
  for (let bits = 0; bits < fast.length; bits++) {
    const entry = look[bits] as number;
    const length = entry >> 8;
    const run = (entry >> 4) & 15;
    const size = entry & 15;
    if (length === 0 || size === 0 || length + size > LOOK_BITS) continue;
    const magnitude = (bits >> (LOOK_BITS - length - size)) & ((1 << size) - 1);
    const value = magnitude < 1 << (size - 1) ? magnitude - (1 << size) + 1 : magnitude;
    fast[bits] = value * 65536 + run * 256 + length + size;
  }
  return fast;
}
