/**
 * Smoothing that is exact: sums of integers, rounded once a pass. A pixel's value depends on nothing but the pixels within
 * reach, so windows of any size and position agree to the last bit, which floating running sums would not.
 */

/** Blurred values are fixed-point: 1 in the input is 128 in the output. */
export const FIXED_POINT = 128;

/** Passes of the box filter: two make a triangle, close enough to a Gaussian. */
const PASSES = 2;

export interface Plane {
  readonly width: number;
  readonly height: number;
  /** width·height values below 2^15, row by row */
  readonly values: Uint16Array;
}

/** The box radius (px) whose two passes have the spread of a Gaussian of `sigma` px. */
export function boxRadius(sigma: number): number {
  return Math.max(0, Math.round((Math.sqrt(6 * sigma * sigma + 1) - 1) / 2));
}

/** How far (px) a blur of `sigma` px reaches. */
export function reach(sigma: number): number {
  return PASSES * boxRadius(sigma);
}

/**
 * Blurs by a triangle of a Gaussian's spread (`sigma` px). Pixels that are not valid, and those outside, do not count; `valid`
 * null means that all count. Where nothing counts the result is 0.
 */
export function blur(plane: Plane, sigma: number, valid: Uint8Array | null): Plane {
  const radius = boxRadius(sigma);
  if (radius === 0) return plane;
  const { width, height } = plane;
  let source = plane.values;
  const across = new Uint16Array(source.length);
  const target = new Uint16Array(source.length);
  const inverse = inversesUpTo(2 * radius + 1);
  for (let pass = 0; pass < PASSES; pass++) {
    blurRows({ source, target: across, width, height, radius, valid, inverse });
    blurColumns({ source: across, target, width, height, radius, valid, inverse });
    source = target;
  }
  return { width, height, values: target };
}

interface Pass {
  readonly source: Uint16Array;
  readonly target: Uint16Array;
  readonly width: number;
  readonly height: number;
  readonly radius: number;
  readonly valid: Uint8Array | null;
  /** 1 / count */
  readonly inverse: Float64Array;
}

/** 1 / count; 0 for a count of none. */
function inversesUpTo(most: number): Float64Array {
  return Float64Array.from({ length: most + 1 }, (_, count) => (count === 0 ? 0 : 1 / count));
}

/**
 * What rounds a sum times an inverse as the sum divided by the count would be: halves of such means are at least 1 / (2 · count) apart,
 * which is far more than this little, and this far more than the product is off.
 */
const ROUND = 0.5 + 1e-6;

function blurRows({ source, target, width, height, radius, valid, inverse }: Pass): void {
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let sum = 0;
    let count = 0;
    for (let x = -radius; x < width; x++) {
      const [entering, leaving] = [x + radius, x - radius - 1];
      if (entering < width) {
        const weight = valid === null ? 1 : valid[row + entering]!;
        sum += weight * source[row + entering]!;
        count += weight;
      }
      if (leaving >= 0) {
        const weight = valid === null ? 1 : valid[row + leaving]!;
        sum -= weight * source[row + leaving]!;
        count -= weight;
      }
      if (x >= 0) target[row + x] = count === 0 ? 0 : sum * inverse[count]! + ROUND;
    }
  }
}

/**
 * Down the columns, all of them at once, row by row. After the pass along the rows every pixel with a valid one within reach
 * has a value; validity still weighs as in the first pass, so that a column is treated as a row is.
 */
function blurColumns({ source, target, width, height, radius, valid, inverse }: Pass): void {
  const sums = new Int32Array(width);
  const counts = new Int32Array(width);
  const change = (y: number, sign: 1 | -1): void => {
    const row = y * width;
    if (valid === null) {
      for (let x = 0; x < width; x++) sums[x]! += sign * source[row + x]!;
      for (let x = 0; x < width; x++) counts[x]! += sign;
      return;
    }
    for (let x = 0; x < width; x++) {
      const weight = sign * valid[row + x]!;
      sums[x]! += weight * source[row + x]!;
      counts[x]! += weight;
    }
  };
  for (let y = -radius; y < height; y++) {
    if (y + radius < height) change(y + radius, 1);
    if (y - radius - 1 >= 0) change(y - radius - 1, -1);
    if (y < 0) continue;
    const row = y * width;
    for (let x = 0; x < width; x++) {
      const count = counts[x]!;
      target[row + x] = count === 0 ? 0 : sums[x]! * inverse[count]! + ROUND;
    }
  }
}
