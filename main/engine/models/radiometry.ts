import type { SampleArray } from '@shared/tiff/types';

/** Values from `low` to `high` become 0 to 255. */
export interface ByteScale {
  readonly low: number;
  readonly high: number;
}

const IDENTITY: ByteScale = { low: 0, high: 255 };

/** The share of samples that may saturate at an end. */
const CUT = 0.005;

/**
 * One scale for all colour bands of an image, from samples of them (valid pixels only): the same for each band and from zero,
 * so that colours keep their ratios. 8-bit imagery stays as it is.
 */
export function byteScale(sampleType: string, bands: readonly SampleArray[]): ByteScale {
  if (sampleType === 'uint8') return IDENTITY;
  const values = Float64Array.from(bands.flatMap((band) => Array.from(band, Number)).filter(Number.isFinite));
  if (values.length === 0) return IDENTITY;
  values.sort();
  const low = Math.min(0, values[Math.floor(CUT * (values.length - 1))]!);
  const high = values[Math.ceil((1 - CUT) * (values.length - 1))]!;
  return high > low ? { low, high } : { low, high: low + 1 };
}

export function toBytes(samples: SampleArray, scale: ByteScale): Uint8Array {
  if (scale.low === 0 && scale.high === 255 && samples instanceof Uint8Array) return samples;
  const out = new Uint8ClampedArray(samples.length);
  const factor = 255 / (scale.high - scale.low);
  for (let i = 0; i < out.length; i++) out[i] = (Number(samples[i]) - scale.low) * factor;
  return new Uint8Array(out.buffer);
}
