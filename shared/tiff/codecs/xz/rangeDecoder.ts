const TOP = 2 ** 24;
const MODEL_BITS = 11;
const MOVE_BITS = 5;
/** A probability of one half. */
export const HALF = 1 << (MODEL_BITS - 1);

/** LZMA's adaptive binary range decoder. Past the end it reads zeros. */
export class RangeDecoder {
  #range = 0xffffffff;
  #code = 0;

  constructor(
    readonly bytes: Uint8Array,
    private at: number,
  ) {
    this.at++;
    for (let i = 0; i < 4; i++) this.#code = ((this.#code << 8) | this.#next()) >>> 0;
  }

  bit(model: Uint16Array, index: number): number {
    const probability = model[index] as number;
    const bound = (this.#range >>> MODEL_BITS) * probability;
    let bit: number;
    if (this.#code < bound) {
      this.#range = bound;
      model[index] = probability + (((1 << MODEL_BITS) - probability) >> MOVE_BITS);
      bit = 0;
    } else {
      this.#range -= bound;
      this.#code -= bound;
      model[index] = probability - (probability >> MOVE_BITS);
      bit = 1;
    }
    if (this.#range < TOP) this.#normalize();
    return bit;
  }

  /** `count` bits by a tree of models that starts at `base`, most significant first. */
  tree(model: Uint16Array, base: number, count: number): number {
    let node = 1;
    for (let i = 0; i < count; i++) node = (node << 1) | this.bit(model, base + node);
    return node - (1 << count);
  }

  /** The same, least significant first. */
  reverseTree(model: Uint16Array, base: number, count: number): number {
    let node = 1;
    let value = 0;
    for (let i = 0; i < count; i++) {
      const bit = this.bit(model, base + node);
      node = (node << 1) | bit;
      value |= bit << i;
    }
    return value;
  }

  /** `count` bits that are equally likely 0 and 1. */
  direct(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      this.#range >>>= 1;
      const bit = this.#code >= this.#range ? 1 : 0;
      if (bit === 1) this.#code -= this.#range;
      value = (value << 1) | bit;
      if (this.#range < TOP) this.#normalize();
    }
    return value >>> 0;
  }

  #normalize(): void {
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | this.#next()) >>> 0;
  }

  #next(): number {
    return this.bytes[this.at++] ?? 0;
  }
}
