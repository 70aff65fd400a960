/**
 * The inverse DCT of a block, averaged over squares of two by two samples. The mean of two neighbours is a transform of
 * half the length: cos((4m+1)kπ/16) + cos((4m+3)kπ/16) = 2 cos(kπ/16) cos((2m+1)kπ/8), where the upper half of the
 * coefficients falls on the lower one, and the fourth on nothing. A quarter of the work of the samples themselves.
 */
const HALF_ROOT = Math.SQRT1_2;
/** What the coefficients count: the transform's own factors, cos(kπ/16), and those of the shorter transform. */
const SCALE_0 = HALF_ROOT / 2;
const factor = (k: number): number => Math.cos((k * Math.PI) / 16) / 2;
const [F1, F2, F3, F5, F6, F7] = [1, 2, 3, 5, 6, 7].map(factor) as [
  number,
  number,
  number,
  number,
  number,
  number,
];
const C1 = Math.cos(Math.PI / 8);
const C3 = Math.cos((3 * Math.PI) / 8);
const ODD_00 = F1 * C1;
const ODD_07 = -F7 * C1;
const ODD_03 = F3 * C3;
const ODD_05 = -F5 * C3;
const ODD_10 = F1 * C3;
const ODD_17 = -F7 * C3;
const ODD_13 = -F3 * C1;
const ODD_15 = F5 * C1;
const EVEN_2 = F2 * HALF_ROOT;
const EVEN_6 = -F6 * HALF_ROOT;

/** Means are kept as whole numbers of this many to a level. */
export const MEAN_SCALE = 32;
/** The level shift by 128, and a half for rounding. */
const SHIFT = 128 * MEAN_SCALE + 0.5;

const work = new Float64Array(32);

/**
 * Turns 64 dequantized coefficients (row by row) into 4 × 4 means at `to` in `out`, in parts of MEAN_SCALE, rows `stride`
 * apart.
 */
export function halfDct(block: Int32Array, out: Int16Array, to: number, stride: number): void {
  for (let i = 0; i < 8; i++) {
    // The fourth column adds nothing to any mean.
    if (i === 4) continue;
    const c0 = block[i]! * (SCALE_0 * MEAN_SCALE);
    const c1 = block[i + 8]!;
    const c2 = block[i + 16]!;
    const c3 = block[i + 24]!;
    const c5 = block[i + 40]!;
    const c6 = block[i + 48]!;
    const c7 = block[i + 56]!;
    if ((c1 | c2 | c3 | c5 | c6 | c7) === 0) {
      work[i] = work[i + 8] = work[i + 16] = work[i + 24] = c0;
      continue;
    }
    const even = (c2 * EVEN_2 + c6 * EVEN_6) * MEAN_SCALE;
    const a0 = c0 + even;
    const a1 = c0 - even;
    const o0 = (c1 * ODD_00 + c7 * ODD_07 + c3 * ODD_03 + c5 * ODD_05) * MEAN_SCALE;
    const o1 = (c1 * ODD_10 + c7 * ODD_17 + c3 * ODD_13 + c5 * ODD_15) * MEAN_SCALE;
    work[i] = a0 + o0;
    work[i + 8] = a1 + o1;
    work[i + 16] = a1 - o1;
    work[i + 24] = a0 - o0;
  }
  for (let i = 0, at = to; i < 32; i += 8, at += stride) {
    const c0 = work[i]! * SCALE_0 + SHIFT;
    const c1 = work[i + 1]!;
    const c3 = work[i + 3]!;
    const c5 = work[i + 5]!;
    const c7 = work[i + 7]!;
    const even = work[i + 2]! * EVEN_2 + work[i + 6]! * EVEN_6;
    const a0 = c0 + even;
    const a1 = c0 - even;
    const o0 = c1 * ODD_00 + c7 * ODD_07 + c3 * ODD_03 + c5 * ODD_05;
    const o1 = c1 * ODD_10 + c7 * ODD_17 + c3 * ODD_13 + c5 * ODD_15;
    out[at] = a0 + o0;
    out[at + 1] = a1 + o1;
    out[at + 2] = a1 - o1;
    out[at + 3] = a0 - o0;
  }
}

/** The same for a block of which only the first coefficient is not zero. */
export function halfDctFlat(dc: number, out: Int16Array, to: number, stride: number): void {
  const value = (dc * MEAN_SCALE) / 8 + SHIFT;
  for (let row = 0, at = to; row < 4; row++, at += stride) out.fill(value, at, at + 4);
}
