/** JFIF's YCbCr to RGB in 16-bit fixed point, as libjpeg computes it. */
const SHIFT = 16;
const HALF = 1 << (SHIFT - 1);

/** Converts a row of `count` pixels; writes 3 bytes for each from `to` on. */
export function yccRowToRgb(
  luma: Uint8Array,
  cb: Uint8Array,
  cr: Uint8Array,
  out: Uint8ClampedArray,
  to: number,
  count: number,
): void {
  for (let x = 0, at = to; x < count; x++, at += 3) {
    const y = luma[x] as number;
    const b = (cb[x] as number) - 128;
    const r = (cr[x] as number) - 128;
    out[at] = y + ((Math.imul(91881, r) + HALF) >> SHIFT);
    out[at + 1] = y + ((HALF - Math.imul(22554, b) - Math.imul(46802, r)) >> SHIFT);
    out[at + 2] = y + ((Math.imul(116130, b) + HALF) >> SHIFT);
  }
}
