import type { SampleType } from './types';

/**
 * The number at the start of GDAL_NODATA's text, as C reads it: "-9999", " 0", "nan", "-1.#IND", "inf", and "0,5" of writers
 * that speak other languages. Null for text that is no number.
 */
export function parseNodata(text: string | null, type: SampleType): number | null {
  const trimmed = text?.trim().toLowerCase().replace(',', '.') ?? '';
  if (/^[-+]?nan|^[-+]?1\.#(ind|qnan|snan)/.test(trimmed)) return Number.NaN;
  if (/^\+?(inf|1\.#inf)/.test(trimmed)) return Number.POSITIVE_INFINITY;
  if (/^-(inf|1\.#inf)/.test(trimmed)) return Number.NEGATIVE_INFINITY;
  const number = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?/.exec(trimmed)?.[0];
  if (number === undefined) return null;
  // Fifteen digits of the largest double read as more than it.
  const value = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, Number(number)));
  return type === 'float32' || type === 'float16' ? asFloat32(value) : value;
}

/** As samples hold it. What no float can hold stays as it is; no sample equals it. */
function asFloat32(value: number): number {
  const rounded = Math.fround(value);
  return Number.isFinite(rounded) ? rounded : value;
}

/** Whether a sample can have the value: -9999 in bytes is a remark, not a mask. GDAL compares 16 bits as 32. */
export function isNodataInRange(value: number, type: SampleType): boolean {
  const range = RANGES[type];
  if (range) return value >= range[0] && value <= range[1];
  if (type === 'float32' || type === 'float16')
    return !Number.isFinite(value) || Number.isFinite(Math.fround(value));
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
