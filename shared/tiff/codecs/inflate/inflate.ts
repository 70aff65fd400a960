import { ENTRY, MAX_LENGTH, baseOf, createTable, fillTable, kindOf, type Table } from './huffman';

const LITERAL_BITS = 11;
const DISTANCE_BITS = 9;
const LONG_COPY = 32;

const literals = createTable(LITERAL_BITS);
const distances = createTable(DISTANCE_BITS);
const codeLengths = createTable(7);
const lengths = new Uint8Array(320);

const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const LENGTH_BASE = basesOf(LENGTH_EXTRA, 3);
LENGTH_BASE[28] = 258;
const DISTANCE_EXTRA = Array.from({ length: 30 }, (_, symbol) => Math.max(0, (symbol >> 1) - 1));
const DISTANCE_BASE = basesOf(DISTANCE_EXTRA, 1);
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

function basesOf(extras: readonly number[], first: number): number[] {
  let base = first;
  return extras.map((extra) => {
    const own = base;
    base += 1 << extra;
    return own;
  });
}

function numberEntry(base: number, extra: number): number {
  return ENTRY.number | (extra << 8) | (base << 12);
}

function literalEntry(symbol: number): number {
  if (symbol < 256) return symbol << 8;
  if (symbol === 256) return ENTRY.end;
  const base = LENGTH_BASE[symbol - 257];
  return base === undefined ? ENTRY.none : numberEntry(base, LENGTH_EXTRA[symbol - 257] as number);
}

function distanceEntry(symbol: number): number {
  const base = DISTANCE_BASE[symbol];
  return base === undefined ? ENTRY.none : numberEntry(base, DISTANCE_EXTRA[symbol] as number);
}

function plainEntry(symbol: number): number {
  return numberEntry(symbol, 0);
}

/**
 * Inflates a zlib stream (RFC 1950, 1951) into `out`, at most until it is full. Returns the bytes written, fewer where the
 * stream ends early or breaks; -1 where it is no zlib stream at all.
 */
export function inflate(input: Uint8Array, out: Uint8Array): number {
  const head = ((input[0] ?? 0) << 8) | (input[1] ?? 0);
  if (input.length < 2 || ((head >> 8) & 15) !== 8 || head % 31 !== 0 || (head & 32) !== 0) return -1;
  return new Inflater(input, out).run();
}

class Inflater {
  #at = 2;
  #bits = 0;
  #count = 0;
  #position = 0;

  constructor(
    readonly input: Uint8Array,
    readonly out: Uint8Array,
  ) {}

  run(): number {
    let last = false;
    while (!last && this.#position < this.out.length && this.#at < this.input.length) {
      last = this.#take(1) === 1;
      if (!this.#block(this.#take(2))) break;
    }
    return this.#position;
  }

  #block(kind: number): boolean {
    if (kind === 0) return this.#stored();
    if (kind === 1) this.#fixedTables();
    else if (kind !== 2 || !this.#readTables()) return false;
    return this.#compressed();
  }

  #stored(): boolean {
    this.#at -= this.#count >> 3;
    this.#bits = 0;
    this.#count = 0;
    const size = (this.input[this.#at] ?? 0) | ((this.input[this.#at + 1] ?? 0) << 8);
    const stored = this.input.subarray(
      this.#at + 4,
      this.#at + 4 + Math.min(size, this.out.length - this.#position),
    );
    this.out.set(stored, this.#position);
    this.#position += stored.length;
    this.#at += 4 + size;
    return stored.length === size;
  }

  #fixedTables(): void {
    lengths.fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, 288);
    fillTable(literals, lengths, 288, literalEntry);
    lengths.fill(5, 0, 30);
    fillTable(distances, lengths, 30, distanceEntry);
  }

  #readTables(): boolean {
    const literalCount = this.#take(5) + 257;
    const distanceCount = this.#take(5) + 1;
    const lengthCount = this.#take(4) + 4;
    lengths.fill(0, 0, 19);
    for (let i = 0; i < lengthCount; i++) lengths[CODE_LENGTH_ORDER[i] as number] = this.#take(3);
    if (literalCount > 286 || !fillTable(codeLengths, lengths, 19, plainEntry)) return false;
    const total = literalCount + distanceCount;
    for (let i = 0; i < total;) {
      const symbol = this.#symbol(codeLengths);
      if (symbol < 0) return false;
      if (symbol < 16) {
        lengths[i++] = symbol;
        continue;
      }
      const repeated = symbol === 16 ? (i > 0 ? (lengths[i - 1] as number) : -1) : 0;
      const times =
        symbol === 16 ? 3 + this.#take(2) : symbol === 17 ? 3 + this.#take(3) : 11 + this.#take(7);
      if (repeated < 0 || i + times > total) return false;
      lengths.fill(repeated, i, i + times);
      i += times;
    }
    return (
      fillTable(literals, lengths, literalCount, literalEntry) &&
      fillTable(distances, lengths.subarray(literalCount), distanceCount, distanceEntry)
    );
  }

  /** Decodes until the end of the block. False where the stream is damaged or over. */
  #compressed(): boolean {
    const { input, out } = this;
    const end = input.length;
    const size = out.length;
    const literalTable = literals.entries;
    const distanceTable = distances.entries;
    let at = this.#at;
    let bits = this.#bits;
    let count = this.#count;
    let position = this.#position;
    let good = true;
    while (position < size) {
      if (count < 16) {
        if (at > end + 1) {
          good = false;
          break;
        }
        bits |= ((input[at] as number) | ((input[at + 1] as number) << 8)) << count;
        at += 2;
        count += 16;
      }
      let entry = literalTable[bits & ((1 << LITERAL_BITS) - 1)] as number;
      if (entry === ENTRY.none) entry = longEntry(literals, bits, literalEntry);
      bits >>= entry & 15;
      count -= entry & 15;
      if (entry >= 0) {
        out[position++] = entry >> 8;
        continue;
      }
      if (kindOf(entry) !== ENTRY.number) {
        good = kindOf(entry) === ENTRY.end;
        break;
      }
      if (count < 16) {
        bits |= ((input[at] as number) | ((input[at + 1] as number) << 8)) << count;
        at += 2;
        count += 16;
      }
      const lengthExtra = (entry >> 8) & 15;
      const length = baseOf(entry) + (bits & ((1 << lengthExtra) - 1));
      bits >>= lengthExtra;
      count -= lengthExtra;
      if (count < 16) {
        bits |= ((input[at] as number) | ((input[at + 1] as number) << 8)) << count;
        at += 2;
        count += 16;
      }
      entry = distanceTable[bits & ((1 << DISTANCE_BITS) - 1)] as number;
      if (entry === ENTRY.none) entry = longEntry(distances, bits, distanceEntry);
      bits >>= entry & 15;
      count -= entry & 15;
      if (count < 16) {
        bits |= ((input[at] as number) | ((input[at + 1] as number) << 8)) << count;
        at += 2;
        count += 16;
      }
      const distanceExtra = (entry >> 8) & 15;
      const distance = baseOf(entry) + (bits & ((1 << distanceExtra) - 1));
      bits >>= distanceExtra;
      count -= distanceExtra;
      if (kindOf(entry) !== ENTRY.number || distance > position) {
        good = false;
        break;
      }
      position = copyBack(out, position, distance, Math.min(length, size - position));
    }
    this.#at = at;
    this.#bits = bits;
    this.#count = count;
    this.#position = position;
    return good;
  }

  /** 0–16 bits. */
  #take(count: number): number {
    if (this.#count < count) this.#refill();
    const value = this.#bits & ((1 << count) - 1);
    this.#bits >>= count;
    this.#count -= count;
    return value;
  }

  #symbol(table: Table): number {
    if (this.#count < 16) this.#refill();
    const entry = table.entries[this.#bits & ((1 << table.indexBits) - 1)] as number;
    if (entry < 0 && kindOf(entry) !== ENTRY.number) return -1;
    this.#bits >>= entry & 15;
    this.#count -= entry & 15;
    return baseOf(entry);
  }

  #refill(): void {
    this.#bits |= ((this.input[this.#at] ?? 0) | ((this.input[this.#at + 1] ?? 0) << 8)) << this.#count;
    this.#at += 2;
    this.#count += 16;
  }
}

/** The entry of a code that is longer than its table's index, found bit by bit; `none` for no code. */
function longEntry(table: Table, bits: number, entryOf: (symbol: number) => number): number {
  let code = 0;
  let first = 0;
  let index = 0;
  for (let length = 1; length <= MAX_LENGTH; length++) {
    code |= (bits >> (length - 1)) & 1;
    const count = table.counts[length] as number;
    if (code - first < count) {
      const entry = entryOf(table.symbols[index + code - first] as number);
      return entry === ENTRY.none ? ENTRY.none : entry | length;
    }
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  return ENTRY.none;
}

/** Repeats `length` bytes from `distance` back; returns the position behind them. */
function copyBack(out: Uint8Array, position: number, distance: number, length: number): number {
  const end = position + length;
  if (length > LONG_COPY && distance >= length) {
    out.copyWithin(position, position - distance, end - distance);
    return end;
  }
  if (distance === 1) {
    out.fill(out[position - 1] as number, position, end);
    return end;
  }
  for (let to = position; to < end; to++) out[to] = out[to - distance] as number;
  return end;
}
