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
  for (let pass = 0; pass < PASSES; pass++) {
    blurRows(source, across, width, height, radius, valid);
    blurColumns(across, target, width, height, radius, valid);
    source = target;
  }
  return { width, height, values: target };
}

function blurRows(
  source: Uint16Array,
  target: Uint16Array,
  width: number,
  height: number,
  radius: number,
  valid: Uint8Array | null,
): void {
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let sum = 0;
    let count = 0;
    const add = (x: number): void => {
      const weight = valid ? valid[row + x]! : 1;
      sum += weight * source[row + x]!;
      count += weight;
    };
    for (let x = 0; x < Math.min(radius, width); x++) add(x);
    for (let x = 0; x < width; x++) {
      if (x + radius < width) add(x + radius);
      target[row + x] = count === 0 ? 0 : (sum + count / 2) / count;
      const leaving = x - radius;
      if (leaving >= 0) {
        const weight = valid ? valid[row + leaving]! : 1;
        sum -= weight * source[row + leaving]!;
        count -= weight;
      }
    }
  }
}

/**
 * Down the columns, all of them at once, row by row. After the pass along the rows every pixel with a valid one within reach
 * has a value; validity still weighs as in the first pass, so that a column is treated as a row is.
 */
function blurColumns(
  source: Uint16Array,
  target: Uint16Array,
  width: number,
  height: number,
  radius: number,
  valid: Uint8Array | null,
): void {
  const sums = new Uint32Array(width);
  const counts = new Uint16Array(width);
  const change = (y: number, sign: 1 | -1): void => {
    const row = y * width;
    for (let x = 0; x < width; x++) {
      const weight = valid ? valid[row + x]! : 1;
      sums[x]! += sign * weight * source[row + x]!;
      counts[x]! += sign * weight;
    }
  };
  for (let y = 0; y < Math.min(radius, height); y++) change(y, 1);
  for (let y = 0; y < height; y++) {
    if (y + radius < height) change(y + radius, 1);
    const row = y * width;
    for (let x = 0; x < width; x++) {
      const count = counts[x]!;
      target[row + x] = count === 0 ? 0 : (sums[x]! + count / 2) / count;
    }
    if (y - radius >= 0) change(y - radius, -1);
  }
}
