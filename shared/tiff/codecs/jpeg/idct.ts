/**
 * The accurate integer inverse DCT of Loeffler, Ligtenberg and Moschytz (ICASSP 1989) with 13 bits of fraction, as
 * libjpeg's default method computes it: bit for bit, so that decoded samples equal GDAL's.
 */
const CONST_BITS = 13;
const PASS1_BITS = 2;
const SHIFT_1 = CONST_BITS - PASS1_BITS;
const ROUND_1 = 1 << (SHIFT_1 - 1);
const SHIFT_2 = CONST_BITS + PASS1_BITS + 3;
/** Rounding and the level shift by 128 in one. */
const ROUND_2 = (1 << (SHIFT_2 - 1)) + (128 << SHIFT_2);

const work = new Int32Array(64);

/** Turns 64 dequantized coefficients (row by row) into samples at `to` in `out`, rows `stride` apart. */
export function inverseDct(block: Int32Array, out: Uint8ClampedArray, to: number, stride: number): void {
  for (let i = 0; i < 8; i++) {
    const c0 = block[i] as number;
    const c1 = block[i + 8] as number;
    const c2 = block[i + 16] as number;
    const c3 = block[i + 24] as number;
    const c4 = block[i + 32] as number;
    const c5 = block[i + 40] as number;
    const c6 = block[i + 48] as number;
    const c7 = block[i + 56] as number;
    if ((c1 | c2 | c3 | c4 | c5 | c6 | c7) === 0) {
      const flat = c0 << PASS1_BITS;
      work[i] = flat;
      work[i + 8] = flat;
      work[i + 16] = flat;
      work[i + 24] = flat;
      work[i + 32] = flat;
      work[i + 40] = flat;
      work[i + 48] = flat;
      work[i + 56] = flat;
      continue;
    }
    const e = Math.imul(c2 + c6, 4433);
    const e2 = e - Math.imul(c6, 15137);
    const e3 = e + Math.imul(c2, 6270);
    const s0 = ((c0 + c4) << CONST_BITS) + ROUND_1;
    const s1 = ((c0 - c4) << CONST_BITS) + ROUND_1;
    const a0 = s0 + e3;
    const a3 = s0 - e3;
    const a1 = s1 + e2;
    const a2 = s1 - e2;
    const z5 = Math.imul(c7 + c3 + c5 + c1, 9633);
    const z1 = Math.imul(c7 + c1, -7373);
    const z2 = Math.imul(c5 + c3, -20995);
    const z3 = Math.imul(c7 + c3, -16069) + z5;
    const z4 = Math.imul(c5 + c1, -3196) + z5;
    const o0 = Math.imul(c7, 2446) + z1 + z3;
    const o1 = Math.imul(c5, 16819) + z2 + z4;
    const o2 = Math.imul(c3, 25172) + z2 + z3;
    const o3 = Math.imul(c1, 12299) + z1 + z4;
    work[i] = (a0 + o3) >> SHIFT_1;
    work[i + 56] = (a0 - o3) >> SHIFT_1;
    work[i + 8] = (a1 + o2) >> SHIFT_1;
    work[i + 48] = (a1 - o2) >> SHIFT_1;
    work[i + 16] = (a2 + o1) >> SHIFT_1;
    work[i + 40] = (a2 - o1) >> SHIFT_1;
    work[i + 24] = (a3 + o0) >> SHIFT_1;
    work[i + 32] = (a3 - o0) >> SHIFT_1;
  }
  for (let i = 0, at = to; i < 64; i += 8, at += stride) {
    const c0 = work[i] as number;
    const c1 = work[i + 1] as number;
    const c2 = work[i + 2] as number;
    const c3 = work[i + 3] as number;
    const c4 = work[i + 4] as number;
    const c5 = work[i + 5] as number;
    const c6 = work[i + 6] as number;
    const c7 = work[i + 7] as number;
    const e = Math.imul(c2 + c6, 4433);
    const e2 = e - Math.imul(c6, 15137);
    const e3 = e + Math.imul(c2, 6270);
    const s0 = ((c0 + c4) << CONST_BITS) + ROUND_2;
    const s1 = ((c0 - c4) << CONST_BITS) + ROUND_2;
    const a0 = s0 + e3;
    const a3 = s0 - e3;
    const a1 = s1 + e2;
    const a2 = s1 - e2;
    const z5 = Math.imul(c7 + c3 + c5 + c1, 9633);
    const z1 = Math.imul(c7 + c1, -7373);
    const z2 = Math.imul(c5 + c3, -20995);
    const z3 = Math.imul(c7 + c3, -16069) + z5;
    const z4 = Math.imul(c5 + c1, -3196) + z5;
    const o0 = Math.imul(c7, 2446) + z1 + z3;
    const o1 = Math.imul(c5, 16819) + z2 + z4;
    const o2 = Math.imul(c3, 25172) + z2 + z3;
    const o3 = Math.imul(c1, 12299) + z1 + z4;
    out[at] = (a0 + o3) >> SHIFT_2;
    out[at + 7] = (a0 - o3) >> SHIFT_2;
    out[at + 1] = (a1 + o2) >> SHIFT_2;
    out[at + 6] = (a1 - o2) >> SHIFT_2;
    out[at + 2] = (a2 + o1) >> SHIFT_2;
    out[at + 5] = (a2 - o1) >> SHIFT_2;
    out[at + 3] = (a3 + o0) >> SHIFT_2;
    out[at + 4] = (a3 - o0) >> SHIFT_2;
  }
}

/** The same for a block of which only the first coefficient is not zero. */
export function inverseDctFlat(dc: number, out: Uint8ClampedArray, to: number, stride: number): void {
  const value =
    ((dc << PASS1_BITS) + (1 << (PASS1_BITS + 2)) + (128 << (PASS1_BITS + 3))) >> (PASS1_BITS + 3);
  for (let row = 0, at = to; row < 8; row++, at += stride) out.fill(value, at, at + 8);
}
