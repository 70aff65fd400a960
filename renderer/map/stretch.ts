import type { BandStatistics } from '@shared/ipc/types';
import type { RasterDescription } from '@shared/tiff/types';

/** How a cut can be found: the 2 % and 98 % values, all values, the mean and what lies around it, all that the type has. */
export type CutKind = 'percent' | 'minMax' | 'deviation' | 'full';

export interface Cut {
  readonly low: number;
  readonly high: number;
}

/** Standard deviations on each side of the mean, as map programs count. */
const deviations = 2;

/** The values of a type; null for floating point, which has no such range. */
export function typeCut(sampleType: RasterDescription['sampleType']): Cut | null {
  const match = /^(u?)int(\d+)$/.exec(sampleType);
  if (!match) return null;
  const bits = Number(match[2]);
  return match[1] === 'u'
    ? { low: 0, high: 2 ** bits - 1 }
    : { low: -(2 ** (bits - 1)), high: 2 ** (bits - 1) - 1 };
}

/** A cut of a band; null where it would be empty or cannot be told. */
export function cutOf(kind: CutKind, statistics: BandStatistics, description: RasterDescription): Cut | null {
  const { min, max, mean, deviation, low, high } = statistics;
  switch (kind) {
    case 'percent':
      return usable({ low, high });
    case 'minMax':
      return usable({ low: min, high: max });
    case 'deviation':
      return usable({ low: mean - deviations * deviation, high: mean + deviations * deviation });
    case 'full':
      return description.bitsPerSample < 8 ? { low: 0, high: 255 } : typeCut(description.sampleType);
  }
}

const usable = (cut: Cut): Cut | null => (cut.high > cut.low ? cut : null);

/** A step for moving a cut by hand: a whole one for whole numbers, else some thousandth of the range. */
export function stepOf(description: RasterDescription, range: number): number {
  if (!description.sampleType.startsWith('float')) return 1;
  if (!(range > 0)) return 0.01;
  return 10 ** Math.floor(Math.log10(range / 500));
}

/** Rounded to the step, without the dust of floating point. */
export function roundTo(value: number, step: number): number {
  const digits = Math.max(0, Math.ceil(-Math.log10(step)));
  return Number((Math.round(value / step) * step).toFixed(Math.min(20, digits)));
}
