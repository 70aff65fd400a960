import type { AxisWeights } from './axis';
import { isNodata, type Plane, type Rule } from './reduction';
import type { Working } from './samples';

/** The rows that one row covers: how many, and what the first and the last of them count. */
export interface RowWeights {
  readonly count: number;
  readonly head: number;
  readonly tail: number;
}

/** Rows are summed first, then columns: two sweeps over the samples instead of up to nine products for each. */
let sums = new Float64Array(0);

export function weighPlain(
  from: Plane,
  to: Plane,
  x: AxisWeights,
  left: number,
  { count, head, tail }: RowWeights,
  rule: Rule,
): void {
  const { channels } = rule;
  const width = x.first.length;
  const begin = x.first[0]! - left;
  const length = (x.first[width - 1]! + x.count[width - 1]! - x.first[0]!) * channels;
  if (sums.length < length) sums = new Float64Array(length);
  for (let row = 0; row < count; row++) {
    const weight = row === 0 ? head : row === count - 1 ? tail : 1;
    addRow(sums, from.data, (from.at + row * from.stride + begin) * channels, length, weight, row === 0);
  }
  const rows = count === 1 ? head : head + tail + count - 2;
  let o = to.at * channels;
  for (let i = 0; i < width; i++) {
    const pixels = x.count[i]!;
    const first = x.head[i]!;
    const last = x.tail[i]!;
    const scale = 1 / (rows * (pixels === 1 ? first : first + last + pixels - 2));
    let at = (x.first[i]! - left - begin) * channels;
    const end = at + (pixels - 1) * channels;
    for (let c = 0; c < channels; c++, o++, at++) {
      let sum = sums[at]! * first;
      if (pixels === 3) sum += sums[at + channels]!;
      if (pixels > 1) sum += sums[end + c]! * last;
      to.data[o] = rule.sample(sum * scale);
    }
  }
}

function addRow(
  into: Float64Array,
  source: Working,
  at: number,
  length: number,
  weight: number,
  first: boolean,
): void {
  if (first) for (let i = 0; i < length; i++) into[i] = source[at + i]! * weight;
  else if (weight === 1) for (let i = 0; i < length; i++) into[i]! += source[at + i]!;
  else for (let i = 0; i < length; i++) into[i]! += source[at + i]! * weight;
}

export function weighValid(
  from: Plane,
  to: Plane,
  x: AxisWeights,
  left: number,
  y: RowWeights,
  rule: Rule,
  mask: Uint8Array | null,
): void {
  const { channels } = rule;
  let o = to.at * channels;
  for (let i = 0; i < x.first.length; i++) {
    for (let c = 0; c < channels; c++, o++) {
      to.data[o] = weighOne(from, x, i, left, y, rule, mask, c);
    }
  }
}

function weighOne(
  from: Plane,
  x: AxisWeights,
  i: number,
  left: number,
  y: RowWeights,
  rule: Rule,
  mask: Uint8Array | null,
  channel: number,
): number {
  const { channels, kind, alpha } = rule;
  const columns = x.count[i]!;
  const counts = rule.mode ? new Map<number, number>() : null;
  let sum = 0;
  let total = 0;
  let best = rule.fill;
  let most = 0;
  for (let row = 0; row < y.count; row++) {
    const down = row === 0 ? y.head : row === y.count - 1 ? y.tail : 1;
    for (let column = 0; column < columns; column++) {
      const pixel = from.at + row * from.stride + x.first[i]! - left + column;
      if (kind === 'mask' && !mask![pixel]) continue;
      if (kind === 'alpha' && !from.data[pixel * channels + alpha]) continue;
      const value = from.data[pixel * channels + channel]!;
      if (isNodata(value, rule)) continue;
      const weight = down * (column === 0 ? x.head[i]! : column === columns - 1 ? x.tail[i]! : 1);
      sum += value * weight;
      total += weight;
      if (!counts) continue;
      const count = (counts.get(value) ?? 0) + 1;
      counts.set(value, count);
      if (count > most) {
        most = count;
        best = value;
      }
    }
  }
  if (counts) return best;
  return total === 0 ? rule.fill : rule.sample(sum / total);
}

/** A mask's row: valid where at least one of the pixels is that it covers in part. */
export function weighMask(
  from: Uint8Array,
  at: number,
  stride: number,
  to: Uint8Array,
  start: number,
  x: AxisWeights,
  left: number,
  rows: number,
): void {
  for (let i = 0; i < x.first.length; i++) {
    let valid = 0;
    for (let row = 0; row < rows; row++) {
      const first = at + row * stride + x.first[i]! - left;
      for (let column = 0; column < x.count[i]!; column++) valid |= from[first + column]!;
    }
    to[start + i] = valid;
  }
}
