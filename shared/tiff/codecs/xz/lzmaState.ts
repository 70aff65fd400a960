import { HALF, type RangeDecoder } from './rangeDecoder';

const STATES = 12;
const POSITIONS = 16;
/** Models of a length: choice, second choice, then trees of 8 (per position), 8 (per position) and 256 values. */
const LENGTH_MODELS = 2 + POSITIONS * 8 * 2 + 256;
const LOW = 2;
const MID = LOW + POSITIONS * 8;
const HIGH = MID + POSITIONS * 8;
const DISTANCE_TREES = 4;
const ALIGN_BITS = 4;

/** The probabilities and the last distances that LZMA carries from symbol to symbol (LZMA SDK, lzma.txt). */
export class LzmaState {
  readonly #literalContextBits: number;
  readonly #literalPositionMask: number;
  readonly #positionMask: number;
  readonly #literals: Uint16Array;
  readonly #isMatch = models(STATES * POSITIONS);
  readonly #isRepeat = models(STATES);
  readonly #isRepeat0 = models(STATES);
  readonly #isRepeat0Long = models(STATES * POSITIONS);
  readonly #isRepeat1 = models(STATES);
  readonly #isRepeat2 = models(STATES);
  readonly #matchLength = models(LENGTH_MODELS);
  readonly #repeatLength = models(LENGTH_MODELS);
  readonly #distanceSlots = models(DISTANCE_TREES * 64);
  readonly #distances = models(128);
  readonly #align = models(1 << ALIGN_BITS);
  #state = 0;
  #repeats: [number, number, number, number] = [0, 0, 0, 0];

  /** @param properties (pb · 5 + lp) · 9 + lc */
  constructor(readonly properties: number) {
    this.#literalContextBits = properties % 9;
    const rest = Math.floor(properties / 9);
    const literalPositionBits = rest % 5;
    this.#literalPositionMask = (1 << literalPositionBits) - 1;
    this.#positionMask = (1 << Math.floor(rest / 5)) - 1;
    this.#literals = models(0x300 << (this.#literalContextBits + literalPositionBits));
  }

  /** Decodes to `out` from `from` until `to`. False when the data refer to what is not there. */
  decode(range: RangeDecoder, out: Uint8Array, from: number, to: number): boolean {
    let position = from;
    while (position < to) {
      const place = position & this.#positionMask;
      if (range.bit(this.#isMatch, this.#state * POSITIONS + place) === 0) {
        out[position] = this.#literal(range, out, position);
        position++;
        this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
        continue;
      }
      const length = this.#match(range, place);
      const distance = this.#repeats[0] + 1;
      if (distance > position) return false;
      const end = Math.min(position + length, to);
      for (; position < end; position++) out[position] = out[position - distance] as number;
    }
    return true;
  }

  #literal(range: RangeDecoder, out: Uint8Array, position: number): number {
    const before = position > 0 ? (out[position - 1] as number) : 0;
    const low = (position & this.#literalPositionMask) << this.#literalContextBits;
    const base = 0x300 * (low + (before >> (8 - this.#literalContextBits)));
    let symbol = 1;
    if (this.#state >= 7) {
      let matched = out[position - this.#repeats[0] - 1] ?? 0;
      while (symbol < 256) {
        const expected = (matched >> 7) & 1;
        matched <<= 1;
        const bit = range.bit(this.#literals, base + ((1 + expected) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (bit !== expected) break;
      }
    }
    while (symbol < 256) symbol = (symbol << 1) | range.bit(this.#literals, base + symbol);
    return symbol & 255;
  }

  /** Decodes a match, leaves its distance in the first repeat, returns its length. */
  #match(range: RangeDecoder, place: number): number {
    const state = this.#state;
    const [r0, r1, r2, r3] = this.#repeats;
    if (range.bit(this.#isRepeat, state) === 0) {
      const length = this.#length(range, this.#matchLength, place);
      this.#state = state < 7 ? 7 : 10;
      this.#repeats = [this.#distance(range, length), r0, r1, r2];
      return length;
    }
    if (range.bit(this.#isRepeat0, state) === 0) {
      if (range.bit(this.#isRepeat0Long, state * POSITIONS + place) === 0) {
        this.#state = state < 7 ? 9 : 11;
        return 1;
      }
    } else if (range.bit(this.#isRepeat1, state) === 0) {
      this.#repeats = [r1, r0, r2, r3];
    } else if (range.bit(this.#isRepeat2, state) === 0) {
      this.#repeats = [r2, r0, r1, r3];
    } else {
      this.#repeats = [r3, r0, r1, r2];
    }
    this.#state = state < 7 ? 8 : 11;
    return this.#length(range, this.#repeatLength, place);
  }

  #length(range: RangeDecoder, model: Uint16Array, place: number): number {
    if (range.bit(model, 0) === 0) return 2 + range.tree(model, LOW + place * 8, 3);
    if (range.bit(model, 1) === 0) return 10 + range.tree(model, MID + place * 8, 3);
    return 18 + range.tree(model, HIGH, 8);
  }

  #distance(range: RangeDecoder, length: number): number {
    const tree = Math.min(length - 2, DISTANCE_TREES - 1);
    const slot = range.tree(this.#distanceSlots, tree * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const start = (2 | (slot & 1)) * 2 ** bits;
    if (slot < 14) return start + range.reverseTree(this.#distances, start - slot, bits);
    const middle = range.direct(bits - ALIGN_BITS) * 2 ** ALIGN_BITS;
    return start + middle + range.reverseTree(this.#align, 0, ALIGN_BITS);
  }
}

function models(count: number): Uint16Array {
  return new Uint16Array(count).fill(HALF);
}
