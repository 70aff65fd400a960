/** JFIF's YCbCr to RGB in 16-bit fixed point, as libjpeg computes it. */
const SHIFT = 16;
const HALF = 1 << (SHIFT - 1);

const crRed = Int16Array.from({ length: 256 }, (_, i) => (91881 * (i - 128) + HALF) >> SHIFT);
const cbBlue = Int16Array.from({ length: 256 }, (_, i) => (116130 * (i - 128) + HALF) >> SHIFT);
const crGreen = Int32Array.from({ length: 256 }, (_, i) => -46802 * (i - 128));
const cbGreen = Int32Array.from({ length: 256 }, (_, i) => -22554 * (i - 128) + HALF);

/** Sums reach from -227 to 481: the table clamps them without a branch. */
const CLAMP_FROM = 256;
const clamp = Uint8Array.from({ length: 768 }, (_, i) => Math.min(255, Math.max(0, i - CLAMP_FROM)));

/** Converts a row of `count` pixels; writes 3 bytes for each from `to` on. */
export function yccRowToRgb(
  luma: Uint8Array,
  cb: Uint8Array,
  cr: Uint8Array,
  out: Uint8Array,
  to: number,
  count: number,
): void {
  for (let x = 0, at = to; x < count; x++, at += 3) {
    const y = (luma[x] as number) + CLAMP_FROM;
    const b = cb[x] as number;
    const r = cr[x] as number;
    out[at] = clamp[y + (crRed[r] as number)] as number;
    out[at + 1] = clamp[y + (((cbGreen[b] as number) + (crGreen[r] as number)) >> SHIFT)] as number;
    out[at + 2] = clamp[y + (cbBlue[b] as number)] as number;
  }
}
