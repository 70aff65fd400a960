import type { BlockCoding } from '../types';
import { corruptBlock } from './errors';

const CCIR_601: readonly [number, number, number] = [0.299, 0.587, 0.114];
const FULL_RANGE: readonly number[] = [0, 255, 128, 255, 128, 255];
const SHIFT = 16;
const HALF = 1 << (SHIFT - 1);

/**
 * YCbCr that is not JPEG (TIFF 6.0 §21) as RGB, 8 bits each. Clusters of across·down luma samples share one pair of
 * chroma samples; clusters at the right and bottom edge are stored whole. The arithmetic is libtiff's, in 16-bit fixed
 * point, so that the result equals GDAL's to the last bit. Throws `tiff.corrupt_block` for coefficients that cannot be.
 */
export function ycbcrToRgb(
  bytes: Uint8Array,
  width: number,
  height: number,
  coding: BlockCoding,
): Uint8Array {
  const tables = conversionTables(coding);
  const [across, down] = coding.ycbcrSubsampling;
  const out = new Uint8Array(width * height * 3);
  let at = 0;
  for (let top = 0; top < height; top += down) {
    for (let left = 0; left < width; left += across) {
      const cb = bytes[at + across * down] as number;
      const cr = bytes[at + across * down + 1] as number;
      const red = tables.crRed[cr] as number;
      const green = ((tables.cbGreen[cb] as number) + (tables.crGreen[cr] as number)) >> SHIFT;
      const blue = tables.cbBlue[cb] as number;
      for (let y = 0; y < down; y++) {
        for (let x = 0; x < across; x++, at++) {
          if (top + y >= height || left + x >= width) continue;
          const luma = tables.luma[bytes[at] as number] as number;
          const to = ((top + y) * width + left + x) * 3;
          out[to] = clamp(luma + red);
          out[to + 1] = clamp(luma + green);
          out[to + 2] = clamp(luma + blue);
        }
      }
      at += 2;
    }
  }
  return out;
}

interface Tables {
  readonly luma: Int32Array;
  readonly crRed: Int32Array;
  readonly crGreen: Int32Array;
  readonly cbGreen: Int32Array;
  readonly cbBlue: Int32Array;
}

function conversionTables(coding: BlockCoding): Tables {
  const coefficients = coding.ycbcrCoefficients ?? CCIR_601;
  const [lumaRed, lumaGreen, lumaBlue] = coefficients;
  if (lumaGreen === 0 || !coefficients.every((value) => Number.isFinite(value))) {
    throw corruptBlock(coding, 'impossible YCbCrCoefficients');
  }
  const range = coding.referenceBlackWhite ?? FULL_RANGE;
  const redFactor = 2 - 2 * lumaRed;
  const blueFactor = 2 - 2 * lumaBlue;
  const d1 = fixed(redFactor);
  const d2 = -fixed((lumaRed * redFactor) / lumaGreen);
  const d3 = fixed(blueFactor);
  const d4 = -fixed((lumaBlue * blueFactor) / lumaGreen);
  const tables: Tables = {
    luma: new Int32Array(256),
    crRed: new Int32Array(256),
    crGreen: new Int32Array(256),
    cbGreen: new Int32Array(256),
    cbBlue: new Int32Array(256),
  };
  for (let i = 0; i < 256; i++) {
    const x = i - 128;
    const cr = codeToValue(x, (range[4] ?? 128) - 128, (range[5] ?? 255) - 128, 127);
    const cb = codeToValue(x, (range[2] ?? 128) - 128, (range[3] ?? 255) - 128, 127);
    tables.crRed[i] = (d1 * cr + HALF) >> SHIFT;
    tables.cbBlue[i] = (d3 * cb + HALF) >> SHIFT;
    tables.crGreen[i] = d2 * cr;
    tables.cbGreen[i] = d4 * cb + HALF;
    tables.luma[i] = codeToValue(i, range[0] ?? 0, range[1] ?? 255, 255);
  }
  return tables;
}

function codeToValue(code: number, black: number, white: number, span: number): number {
  const value = ((code - Math.trunc(black)) * span) / (white - black || 1);
  return Math.max(-4 * 128, Math.min(4 * 128, Math.trunc(value)));
}

function fixed(value: number): number {
  return Math.trunc(value * (1 << SHIFT) + 0.5);
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
