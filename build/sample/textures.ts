import { hash } from './random';

/** px: textures repeat after so many. */
export const TEXTURE = 512;
export const WRAP = TEXTURE - 1;
export const SHIFT = 9;

/** Noise that repeats without a seam, TEXTURE × TEXTURE values from -127 to 127. */
export interface Textures {
  /** Features of about 60 px. */
  readonly broad: Int8Array;
  /** Features of about 10 px. */
  readonly medium: Int8Array;
  /** Features of about 4 px: clumps of leaves. */
  readonly clumps: Int8Array;
  /** Features of one or two px: grain. */
  readonly grain: Int8Array;
  /** A camera's noise, one line, evenly spread around 0 as dice are. */
  readonly sensor: Int8Array;
}

export function makeTextures(seed: number): Textures {
  return {
    broad: octaves(seed + 51, [64, 32, 16], [1, 0.5, 0.25]),
    medium: octaves(seed + 52, [16, 8, 4], [1, 0.7, 0.3]),
    clumps: octaves(seed + 53, [4, 2], [1, 0.6]),
    grain: octaves(seed + 54, [2, 1], [0.5, 1]),
    sensor: sensorNoise(seed + 55),
  };
}

function octaves(seed: number, cells: readonly number[], weights: readonly number[]): Int8Array {
  const sum = new Float32Array(TEXTURE * TEXTURE);
  cells.forEach((cell, octave) => addOctave(sum, seed + octave * 7, cell, weights[octave]!));
  let [least, most] = [Infinity, -Infinity];
  for (const value of sum) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return Int8Array.from(sum, (value) => Math.round(((value - least) / (most - least)) * 254 - 127));
}

function addOctave(sum: Float32Array, seed: number, cell: number, weight: number): void {
  const count = TEXTURE / cell;
  const corners = Float64Array.from({ length: count * count }, (_, index) => {
    return hash(seed, index % count, Math.floor(index / count)) / 2 ** 32;
  });
  for (let y = 0; y < TEXTURE; y++) {
    const j = Math.floor(y / cell);
    const t = ease(y / cell - j);
    const above = j * count;
    const below = ((j + 1) % count) * count;
    for (let x = 0; x < TEXTURE; x++) {
      const i = Math.floor(x / cell);
      const s = ease(x / cell - i);
      const right = (i + 1) % count;
      const top = corners[above + i]! * (1 - s) + corners[above + right]! * s;
      const bottom = corners[below + i]! * (1 - s) + corners[below + right]! * s;
      sum[y * TEXTURE + x]! += weight * (top * (1 - t) + bottom * t);
    }
  }
}

const ease = (t: number): number => t * t * (3 - 2 * t);

export const SENSOR_LENGTH = 1 << 16;

function sensorNoise(seed: number): Int8Array {
  return Int8Array.from({ length: SENSOR_LENGTH }, (_, index) => {
    const h = hash(seed, index);
    const dice = (h & 255) + ((h >>> 8) & 255) + ((h >>> 16) & 255) + (h >>> 24);
    return Math.round(((dice - 510) / 510) * 127);
  });
}
