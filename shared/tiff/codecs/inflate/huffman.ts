/** Longest code of Deflate. */
export const MAX_LENGTH = 15;

/**
 * An entry of a table is one number, so that the commonest, literals, are told from the rest by its sign. Literals: bits to
 * consume (4), four unused, the byte. Others are negative: bits to consume (4), kind (4), extra bits (4), base (16).
 */
const NEGATIVE = -0x80000000;
const NONE = NEGATIVE;
const END = NEGATIVE | (1 << 4);
const NUMBER = NEGATIVE | (2 << 4);
const KIND_MASK = NEGATIVE | (15 << 4);

/** The kinds of negative entries; `none` stands for a code that is longer than the index, or none at all. */
export const ENTRY = { none: NONE, end: END, number: NUMBER } as const;

/** Which of the kinds a negative entry is of. */
export function kindOf(entry: number): number {
  return entry & KIND_MASK;
}

/** The base of a length or distance. */
export function baseOf(entry: number): number {
  return (entry & ~NEGATIVE) >> 12;
}

/** A Huffman table (RFC 1951 §3.2.2), indexed by the next bits of the stream. */
export interface Table {
  readonly entries: Int32Array;
  readonly indexBits: number;
  /** For codes longer than the index: how many there are of each length, and their symbols in order. */
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

/** Makes an entry without the bits to consume, for a symbol of the alphabet. */
export type SymbolEntry = (symbol: number) => number;

export function createTable(indexBits: number): Table {
  return {
    entries: new Int32Array(1 << indexBits),
    indexBits,
    counts: new Uint16Array(MAX_LENGTH + 1),
    symbols: new Uint16Array(288),
  };
}

const firstOfLength = new Uint16Array(MAX_LENGTH + 2);
const codeOfLength = new Uint16Array(MAX_LENGTH + 2);

/**
 * Fills a table from the code lengths of its symbols. False when they cannot be those of a prefix code; an incomplete one
 * is let pass, as zlib does for a single distance.
 */
export function fillTable(table: Table, lengths: Uint8Array, count: number, entryOf: SymbolEntry): boolean {
  const { entries, indexBits, counts, symbols } = table;
  counts.fill(0);
  for (let symbol = 0; symbol < count; symbol++) counts[lengths[symbol] as number]!++;
  counts[0] = 0;
  let code = 0;
  let first = 0;
  for (let length = 1; length <= MAX_LENGTH; length++) {
    codeOfLength[length] = code;
    firstOfLength[length] = first;
    first += counts[length] as number;
    code += counts[length] as number;
    if (code > 1 << length) return false;
    code <<= 1;
  }
  entries.fill(NONE);
  const size = 1 << indexBits;
  for (let symbol = 0; symbol < count; symbol++) {
    const length = lengths[symbol] as number;
    if (length === 0) continue;
    symbols[firstOfLength[length]!++] = symbol;
    const own = codeOfLength[length]!++;
    if (length > indexBits) continue;
    const entry = entryOf(symbol) | length;
    for (let at = reversed(own, length); at < size; at += 1 << length) entries[at] = entry;
  }
  return true;
}

function reversed(code: number, length: number): number {
  let value = 0;
  for (let i = 0; i < length; i++) value |= ((code >> i) & 1) << (length - 1 - i);
  return value;
}
