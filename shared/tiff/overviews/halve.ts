import { isNodata, type Plane, type Rule } from './reduction';

/** Bytes and 16-bit words without nodata, the common case: sums of four fit, and no test is in the way. */
export function halveSmall(
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

export function halvePlain(from: Plane, to: Plane, width: number, height: number, rule: Rule): void {
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

export function halveValid(
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
