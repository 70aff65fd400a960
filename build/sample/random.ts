/** A hash of up to four whole numbers, spread evenly over 32 bits (a Murmur3 finaliser over their mix). */
export function hash(seed: number, a: number, b = 0, c = 0): number {
  let h = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  h = mix(h ^ Math.imul(a | 0, 0xcc9e2d51));
  h = mix(h ^ Math.imul(b | 0, 0x1b873593));
  return mix(h ^ Math.imul(c | 0, 0xe6546b64)) >>> 0;
}

function mix(value: number): number {
  let h = value;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** A stream of random numbers from one seed: the same on every machine (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 (included) to 1 (excluded). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.next() * items.length)] as T;
  }
}

/** Smooth value noise of a plane, 0 to 1, with features as large as `wavelength` (same unit as x and y). */
export function smoothNoise(seed: number, x: number, y: number, wavelength: number): number {
  const u = x / wavelength;
  const v = y / wavelength;
  const i = Math.floor(u);
  const j = Math.floor(v);
  const s = ease(u - i);
  const t = ease(v - j);
  const corner = (a: number, b: number): number => hash(seed, a, b) / 2 ** 32;
  const top = corner(i, j) * (1 - s) + corner(i + 1, j) * s;
  const bottom = corner(i, j + 1) * (1 - s) + corner(i + 1, j + 1) * s;
  return top * (1 - t) + bottom * t;
}

const ease = (t: number): number => t * t * (3 - 2 * t);
