import type { SampleType } from './types';

/**
 * The number at the start of GDAL_NODATA's text, as C reads it: "-9999", " 0", "nan", "-1.#IND", "inf". Null for text
 * that is no number.
 */
export function parseNodata(text: string | null, type: SampleType): number | null {
  const trimmed = text?.trim().toLowerCase() ?? '';
  if (/^[-+]?nan|^[-+]?1\.#(ind|qnan|snan)/.test(trimmed)) return Number.NaN;
  if (/^\+?(inf|1\.#inf)/.test(trimmed)) return Number.POSITIVE_INFINITY;
  if (/^-(inf|1\.#inf)/.test(trimmed)) return Number.NEGATIVE_INFINITY;
  const number = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?/.exec(trimmed)?.[0];
  if (number === undefined) return null;
  // Fifteen digits of the largest double read as more than it.
  const value = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, Number(number)));
  return type === 'float32' || type === 'float16' ? asFloat32(value) : value;
}

const FLOAT32_MAX = 3.4028234663852886e38;

/**
 * As samples hold it. Texts of the largest float, cut to a few digits, would overflow: they mean the largest float. What
 * no float can hold stays as it is; no sample equals it.
 */
function asFloat32(value: number): number {
  if (Number.isFinite(value) && Math.abs(value) > FLOAT32_MAX * (1 + 1e-10)) return value;
  if (Math.abs(Math.abs(value) - FLOAT32_MAX) < 1e-10 * FLOAT32_MAX) return Math.sign(value) * FLOAT32_MAX;
  return Math.fround(value);
}

/** Whether a sample can have the value: -9999 in bytes is a remark, not a mask. GDAL compares 16 bits as 32. */
export function isNodataInRange(value: number, type: SampleType): boolean {
  const range = RANGES[type];
  if (range) return value >= range[0] && value <= range[1];
  if (type === 'float32' || type === 'float16')
    return !Number.isFinite(value) || Math.abs(value) <= FLOAT32_MAX;
  return true;
}

const RANGES: Readonly<Partial<Record<SampleType, readonly [number, number]>>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 4294967295],
  int16: [-2147483648, 2147483647],
  uint32: [0, 4294967295],
  int32: [-2147483648, 2147483647],
};
