import type { AxisWeights } from './axis';
import { halvePlain, halveSmall, halveValid } from './halve';
import { Rule, type Plane, type Reduction } from './reduction';
import { weighPlain, weighValid, type RowWeights } from './weigh';

/** Reduces rows of pixels. All coordinates count from the planes' first pixels. */
export interface Reducer {
  /** Squares of 2 × 2 pixels to one each. */
  halve(from: Plane, to: Plane, width: number, height: number): void;
  /** One row, of which each pixel covers what the weights say; `mask` lies as `from` does. */
  weigh(from: Plane, to: Plane, x: AxisWeights, left: number, y: RowWeights): void;
}

export function createReducer(reduction: Reduction, maskOf: () => Uint8Array | null): Reducer {
  const rule = new Rule(reduction);
  const plain = reduction.method === 'average' && reduction.validity.kind === 'all';
  const small = reduction.sampleType === 'uint8' || reduction.sampleType === 'uint16';
  return {
    halve(from, to, width, height) {
      if (plain && small)
        halveSmall(from, to, width, height, reduction.channels, reduction.sampleType === 'uint8');
      else if (plain) halvePlain(from, to, width, height, rule);
      else halveValid(from, to, width, height, rule, maskOf());
    },
    weigh(from, to, x, left, y) {
      if (plain) weighPlain(from, to, x, left, y, rule);
      else weighValid(from, to, x, left, y, rule, maskOf());
    },
  };
}
