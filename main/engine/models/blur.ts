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
  const across = scratchOf(source.length);
  const target = new Uint16Array(source.length);
  const rows = boxes(width, radius);
  const columns = boxes(height, radius);
  for (let pass = 0; pass < PASSES; pass++) {
    if (valid) {
      blurValidRows(source, across, width, height, radius, valid);
      blurValidColumns(across, target, width, height, radius, valid);
    } else {
      blurRows(source, across, width, height, radius, rows);
      blurColumns(across, target, width, height, radius, columns);
    }
    source = target;
  }
  return { width, height, values: target };
}

let scratch = new Uint16Array(0);

/** Memory between two passes: fresh pages of the system take longer than the sums. */
function scratchOf(length: number): Uint16Array {
  if (scratch.length < length) scratch = new Uint16Array(length);
  return scratch;
}

/** How many pixels the box around each pixel of a line holds. */
function boxes(length: number, radius: number): Float64Array {
  return Float64Array.from(
    { length },
    (_, at) => Math.min(length - 1, at + radius) - Math.max(0, at - radius) + 1,
  );
}

// The two of all pixels apart from the two of valid ones: each in loops of nothing but sums, a third of the time of one for both.

function blurRows(
  source: Uint16Array,
  target: Uint16Array,
  width: number,
  height: number,
  radius: number,
  boxOf: Float64Array,
): void {
  const before = Math.min(radius, width);
  for (let row = 0; row < width * height; row += width) {
    let sum = 0;
    for (let x = 0; x < before; x++) sum += source[row + x]!;
    for (let x = 0; x < width; x++) {
      if (x + radius < width) sum += source[row + x + radius]!;
      if (x > radius) sum -= source[row + x - radius - 1]!;
      const count = boxOf[x]!;
      target[row + x] = (sum + count / 2) / count;
    }
  }
}

/** Down the columns, all of them at once, row by row. */
function blurColumns(
  source: Uint16Array,
  target: Uint16Array,
  width: number,
  height: number,
  radius: number,
  boxOf: Float64Array,
): void {
  const sums = new Uint32Array(width);
  for (let y = 0; y < Math.min(radius, height); y++)
    for (let x = 0; x < width; x++) sums[x]! += source[y * width + x]!;
  for (let y = 0; y < height; y++) {
    const coming = (y + radius) * width;
    const leaving = (y - radius - 1) * width;
    if (y + radius < height) for (let x = 0; x < width; x++) sums[x]! += source[coming + x]!;
    if (y > radius) for (let x = 0; x < width; x++) sums[x]! -= source[leaving + x]!;
    const row = y * width;
    const count = boxOf[y]!;
    const half = count / 2;
    for (let x = 0; x < width; x++) target[row + x] = (sums[x]! + half) / count;
  }
}

function blurValidRows(
  source: Uint16Array,
  target: Uint16Array,
  width: number,
  height: number,
  radius: number,
  valid: Uint8Array,
): void {
  const before = Math.min(radius, width);
  for (let row = 0; row < width * height; row += width) {
    let sum = 0;
    let count = 0;
    for (let x = 0; x < before; x++) {
      sum += valid[row + x]! * source[row + x]!;
      count += valid[row + x]!;
    }
    for (let x = 0; x < width; x++) {
      if (x + radius < width) {
        const weight = valid[row + x + radius]!;
        sum += weight * source[row + x + radius]!;
        count += weight;
      }
      if (x > radius) {
        const weight = valid[row + x - radius - 1]!;
        sum -= weight * source[row + x - radius - 1]!;
        count -= weight;
      }
      target[row + x] = count === 0 ? 0 : (sum + count / 2) / count;
    }
  }
}

/**
 * After the pass along the rows every pixel with a valid one within reach has a value; validity still weighs as in the first pass,
 * so that a column is treated as a row is.
 */
function blurValidColumns(
  source: Uint16Array,
  target: Uint16Array,
  width: number,
  height: number,
  radius: number,
  valid: Uint8Array,
): void {
  const sums = new Uint32Array(width);
  const counts = new Uint16Array(width);
  const add = (from: number): void => {
    for (let x = 0; x < width; x++) {
      const weight = valid[from + x]!;
      sums[x]! += weight * source[from + x]!;
      counts[x]! += weight;
    }
  };
  for (let y = 0; y < Math.min(radius, height); y++) add(y * width);
  for (let y = 0; y < height; y++) {
    if (y + radius < height) add((y + radius) * width);
    if (y > radius) {
      const leaving = (y - radius - 1) * width;
      for (let x = 0; x < width; x++) {
        const weight = valid[leaving + x]!;
        sums[x]! -= weight * source[leaving + x]!;
        counts[x]! -= weight;
      }
    }
    const row = y * width;
    for (let x = 0; x < width; x++) {
      const count = counts[x]!;
      target[row + x] = count === 0 ? 0 : (sums[x]! + count / 2) / count;
    }
  }
}
