import type { SampleType } from '../types';
import type { AxisWeights } from './axis';
import { asWorking, besideNodata, isFloating, type Working } from './samples';

/** What makes a sample count. */
export type Validity =
  | { readonly kind: 'all' }
  /** Each sample by itself. */
  | { readonly kind: 'nodata'; readonly value: number }
  /** All samples of a pixel by its alpha. */
  | { readonly kind: 'alpha'; readonly channel: number }
  /** All samples of a pixel by a mask beside them. */
  | { readonly kind: 'mask' };

/** How the samples of a raster are reduced to half their size. */
export interface Reduction {
  readonly sampleType: SampleType;
  readonly channels: number;
  /** 'mode' for palettes, whose numbers have no mean: the value that is there most often. */
  readonly method: 'average' | 'mode';
  readonly validity: Validity;
  /** Where no sample counts. */
  readonly fill: number;
}

/** Pixels in rows, samples interleaved. */
export interface Plane {
  readonly data: Working;
  /** Of the first pixel, counted in pixels. */
  readonly at: number;
  /** Pixels from one row to the next. */
  readonly stride: number;
}

/** Reduces rows of pixels. All coordinates count from the planes' first pixels. */
export interface Reducer {
  /** Squares of 2 × 2 pixels to one each. */
  halve(from: Plane, to: Plane, width: number, height: number): void;
  /** One row, of which each pixel covers what the weights say; `mask` lies as `from` does. */
  weigh(from: Plane, to: Plane, x: AxisWeights, left: number, y: RowWeights): void;
}

/** The rows that one row covers: how many, and what the first and the last of them count. */
export interface RowWeights {
  readonly count: number;
  readonly head: number;
  readonly tail: number;
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

/** A reduction ready to be computed. */
class Rule {
  readonly channels: number;
  readonly mode: boolean;
  readonly kind: Validity['kind'];
  /** NaN where nodata is NaN or nothing equals it. */
  readonly nodata: number;
  readonly nodataIsNaN: boolean;
  readonly beside: number;
  readonly alpha: number;
  readonly fill: number;
  readonly whole: boolean;

  constructor({ sampleType, channels, method, validity, fill }: Reduction) {
    this.channels = channels;
    this.mode = method === 'mode';
    const value = validity.kind === 'nodata' ? asWorking(validity.value, sampleType) : null;
    this.kind = validity.kind === 'nodata' && value === null ? 'all' : validity.kind;
    this.nodata = value ?? NaN;
    this.nodataIsNaN = value !== null && Number.isNaN(value);
    this.beside = value === null ? NaN : besideNodata(value, sampleType);
    this.alpha = validity.kind === 'alpha' ? validity.channel : 0;
    this.fill = asWorking(fill, sampleType) ?? 0;
    this.whole = !isFloating(sampleType);
  }

  /** A mean as a sample: rounded half away from zero where samples are whole, never nodata by chance. */
  sample(mean: number): number {
    const value = this.whole ? (mean < 0 ? Math.ceil(mean - 0.5) : Math.floor(mean + 0.5)) : mean;
    return value === this.nodata ? this.beside : value;
  }
}

/** Bytes and 16-bit words without nodata, the common case: sums of four fit, and no test is in the way. */
function halveSmall(
  { data: source, at: start, stride }: Plane,
  { data: target, at: begin, stride: step }: Plane,
  width: number,
  height: number,
  channels: number,
  bytes: boolean,
): void {
  if (bytes)
    halveBytes(
      source as Uint8Array,
      start,
      stride,
      target as Uint8Array,
      begin,
      step,
      width,
      height,
      channels,
    );
  else
    halveWords(
      source as Uint16Array,
      start,
      stride,
      target as Uint16Array,
      begin,
      step,
      width,
      height,
      channels,
    );
}

// Two copies of one loop: each sees one kind of array, which is what makes it fast.
function halveBytes(
  source: Uint8Array,
  start: number,
  stride: number,
  target: Uint8Array,
  begin: number,
  step: number,
  width: number,
  height: number,
  channels: number,
): void {
  const row = stride * channels;
  for (let y = 0; y < height; y++) {
    let a = (start + 2 * y * stride) * channels;
    let o = (begin + y * step) * channels;
    if (channels === 3) {
      for (let x = 0; x < width; x++, a += 6, o += 3) {
        const b = a + row;
        target[o] = (source[a]! + source[a + 3]! + source[b]! + source[b + 3]! + 2) >> 2;
        target[o + 1] = (source[a + 1]! + source[a + 4]! + source[b + 1]! + source[b + 4]! + 2) >> 2;
        target[o + 2] = (source[a + 2]! + source[a + 5]! + source[b + 2]! + source[b + 5]! + 2) >> 2;
      }
      continue;
    }
    for (let x = 0; x < width; x++, a += channels) {
      for (let c = 0; c < channels; c++, a++, o++) {
        const b = a + row;
        target[o] = (source[a]! + source[a + channels]! + source[b]! + source[b + channels]! + 2) >> 2;
      }
    }
  }
}

function halveWords(
  source: Uint16Array,
  start: number,
  stride: number,
  target: Uint16Array,
  begin: number,
  step: number,
  width: number,
  height: number,
  channels: number,
): void {
  const row = stride * channels;
  for (let y = 0; y < height; y++) {
    let a = (start + 2 * y * stride) * channels;
    let o = (begin + y * step) * channels;
    for (let x = 0; x < width; x++, a += channels) {
      for (let c = 0; c < channels; c++, a++, o++) {
        const b = a + row;
        target[o] = (source[a]! + source[a + channels]! + source[b]! + source[b + channels]! + 2) >> 2;
      }
    }
  }
}

function halvePlain(from: Plane, to: Plane, width: number, height: number, rule: Rule): void {
  const { channels } = rule;
  const source = from.data;
  const row = from.stride * channels;
  for (let y = 0; y < height; y++) {
    let a = (from.at + 2 * y * from.stride) * channels;
    let o = (to.at + y * to.stride) * channels;
    for (let x = 0; x < width; x++, a += channels) {
      for (let c = 0; c < channels; c++, a++, o++) {
        const b = a + row;
        to.data[o] = rule.sample(
          (source[a]! + source[a + channels]! + source[b]! + source[b + channels]!) / 4,
        );
      }
    }
  }
}

const four = new Float64Array(4);

function halveValid(
  from: Plane,
  to: Plane,
  width: number,
  height: number,
  rule: Rule,
  mask: Uint8Array | null,
): void {
  const { channels, kind, alpha } = rule;
  const source = from.data;
  const row = from.stride;
  for (let y = 0; y < height; y++) {
    let pixel = from.at + 2 * y * from.stride;
    let o = (to.at + y * to.stride) * channels;
    for (let x = 0; x < width; x++, pixel += 2) {
      // Bits of the pixels that count as a whole: left, right, lower left, lower right.
      let set = 15;
      if (kind === 'mask') {
        set =
          (mask![pixel] ? 1 : 0) |
          (mask![pixel + 1] ? 2 : 0) |
          (mask![pixel + row] ? 4 : 0) |
          (mask![pixel + row + 1] ? 8 : 0);
      } else if (kind === 'alpha') {
        const at = pixel * channels + alpha;
        const below = at + row * channels;
        set =
          (source[at] ? 1 : 0) |
          (source[at + channels] ? 2 : 0) |
          (source[below] ? 4 : 0) |
          (source[below + channels] ? 8 : 0);
      }
      for (let c = 0; c < channels; c++, o++) {
        const a = pixel * channels + c;
        const b = a + row * channels;
        four[0] = source[a]!;
        four[1] = source[a + channels]!;
        four[2] = source[b]!;
        four[3] = source[b + channels]!;
        to.data[o] = rule.mode ? modeOfFour(set, rule) : meanOfFour(set, rule);
      }
    }
  }
}

function meanOfFour(set: number, rule: Rule): number {
  if (set === 15 && rule.kind !== 'nodata')
    return rule.sample((four[0]! + four[1]! + four[2]! + four[3]!) / 4);
  let sum = 0;
  let count = 0;
  for (let i = 0; i < 4; i++) {
    const value = four[i]!;
    if (!(set & (1 << i)) || isNodata(value, rule)) continue;
    sum += value;
    count++;
  }
  return count === 0 ? rule.fill : rule.sample(sum / count);
}

/** NaN is never equal to anything, so that a rule without nodata has none. */
const isNodata = (value: number, rule: Rule): boolean =>
  value === rule.nodata || (rule.nodataIsNaN && value !== value);

/** The value that is first to be there most often, as GDAL counts. */
function modeOfFour(set: number, rule: Rule): number {
  const counts = new Map<number, number>();
  let best = rule.fill;
  let most = 0;
  for (let i = 0; i < 4; i++) {
    const value = four[i]!;
    if (!(set & (1 << i)) || isNodata(value, rule)) continue;
    const count = (counts.get(value) ?? 0) + 1;
    counts.set(value, count);
    if (count > most) {
      most = count;
      best = value;
    }
  }
  return best;
}

/** Rows are summed first, then columns: two sweeps over the samples instead of up to nine products for each. */
let sums = new Float64Array(0);

function weighPlain(
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

function weighValid(
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

/** Valid where at least one of the pixels is. */
export function halveMask(
  from: Uint8Array,
  at: number,
  stride: number,
  to: Uint8Array,
  start: number,
  step: number,
  width: number,
  height: number,
): void {
  for (let y = 0; y < height; y++) {
    let a = at + 2 * y * stride;
    let o = start + y * step;
    for (let x = 0; x < width; x++, a += 2, o++) {
      to[o] = from[a]! | from[a + 1]! | from[a + stride]! | from[a + stride + 1]!;
    }
  }
}

/** The same for one row of pixels that cover others in part. */
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
