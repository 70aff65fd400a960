import { AppError } from '../errors';
import type { SampleArray, SampleType } from './types';

type SampleArrayType = { new (length: number): SampleArray };

const ARRAYS: Readonly<Partial<Record<SampleType, SampleArrayType>>> = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  uint64: BigUint64Array,
  int64: BigInt64Array,
  float16: Float32Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** Zeros of a sample type. Throws `tiff.unsupported_sample_type` for complex numbers. */
export function createSamples(type: SampleType, length: number): SampleArray {
  const array = ARRAYS[type];
  if (!array) throw new AppError('tiff.unsupported_sample_type', { type, bits: 0 });
  return new array(length);
}

/** Copies `count` samples of one channel of interleaved pixels; both arrays are of one type. */
export function copyChannel(
  from: SampleArray,
  at: number,
  channels: number,
  to: SampleArray,
  start: number,
  count: number,
): void {
  // Elements of 64-bit arrays are bigints; an assignment from one array to another of its kind needs no difference.
  const source = from as Uint8Array;
  const target = to as Uint8Array;
  if (channels === 1) {
    target.set(source.subarray(at, at + count), start);
    return;
  }
  for (let i = 0, next = at; i < count; i++, next += channels) target[start + i] = source[next] as number;
}

/** 64-bit integers as doubles, which hold them exactly up to 2^53; other samples as they are. */
export function asNumbers(samples: SampleArray): Exclude<SampleArray, BigInt64Array | BigUint64Array> {
  return samples instanceof BigInt64Array || samples instanceof BigUint64Array
    ? Float64Array.from(samples, Number)
    : samples;
}

/** A value in a sample type; null where the type cannot hold it, so that no sample equals it. */
export function asSample(value: number, samples: SampleArray): number | bigint | null {
  if (samples instanceof BigInt64Array || samples instanceof BigUint64Array) {
    if (!Number.isInteger(value)) return null;
    const exact = BigInt(value);
    const held = samples instanceof BigInt64Array ? BigInt.asIntN(64, exact) : BigInt.asUintN(64, exact);
    return held === exact ? exact : null;
  }
  if (samples instanceof Float32Array) return Math.fround(value);
  if (samples instanceof Float64Array) return value;
  const holder = new (samples.constructor as typeof Uint8Array)(1);
  holder[0] = value;
  return holder[0] === value ? value : null;
}

/**
 * Marks what differs from nodata: `valid` becomes 255 at each sample that is not `value` (NaN equals NaN here), and stays
 * as it is elsewhere.
 */
export function markDifferent(samples: SampleArray, value: number, valid: Uint8Array): void {
  const nodata = asSample(value, samples);
  if (nodata === null) valid.fill(255);
  else if (Number.isNaN(nodata)) samples.forEach((sample, i) => sample === sample && (valid[i] = 255));
  else {
    const plain = samples as Float64Array;
    for (let i = 0; i < plain.length; i++) if (plain[i] !== nodata) valid[i] = 255;
  }
}

/** Fills with a number, in the type's own kind of element; what it cannot hold becomes 0. */
export function fillSamples(samples: SampleArray, value: number): void {
  const sample = asSample(value, samples);
  if (sample !== null) (samples as Uint8Array).fill(sample as number);
}
