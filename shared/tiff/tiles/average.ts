/** Channels interleaved, opacity last. */
export type TilePixels = Uint8Array | Float32Array;

export const createPixels = (dtype: 'uint8' | 'float32', length: number): TilePixels =>
  dtype === 'uint8' ? new Uint8Array(length) : new Float32Array(length);

/**
 * Means of squares of `factor` × `factor` pixels, weighted by opacity: what is transparent gives no colour. The size must be a
 * multiple of the factor.
 */
export function averaged(
  source: TilePixels,
  width: number,
  height: number,
  channels: number,
  factor: number,
): TilePixels {
  if (factor === 1) return source;
  const rowLength = (width / factor) * channels;
  const rows = height / factor;
  const target = createPixels(source instanceof Uint8Array ? 'uint8' : 'float32', rowLength * rows);
  const sums = new Float64Array(rowLength);
  const opaque = isOpaque(source, channels);
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    for (let down = 0; down < factor; down++) {
      const from = (row * factor + down) * width * channels;
      if (opaque) addRow(source, from, sums, channels, factor);
      else addWeightedRow(source, from, sums, channels, factor);
    }
    writeMeans(target, row * rowLength, sums, channels, factor * factor, opaque);
  }
  return target;
}

function isOpaque(source: TilePixels, channels: number): boolean {
  const full = source instanceof Uint8Array ? 255 : 1;
  for (let at = channels - 1; at < source.length; at += channels) if (source[at] !== full) return false;
  return true;
}

function addRow(
  source: TilePixels,
  start: number,
  sums: Float64Array,
  channels: number,
  factor: number,
): void {
  let from = start;
  for (let to = 0; to < sums.length; to += channels) {
    for (let across = 0; across < factor; across++) {
      for (let c = 0; c < channels; c++, from++) sums[to + c]! += source[from] as number;
    }
  }
}

function addWeightedRow(
  source: TilePixels,
  start: number,
  sums: Float64Array,
  channels: number,
  factor: number,
): void {
  const opacity = channels - 1;
  let from = start;
  for (let to = 0; to < sums.length; to += channels) {
    for (let across = 0; across < factor; across++, from += channels) {
      const weight = source[from + opacity] as number;
      if (weight === 0) continue;
      for (let c = 0; c < opacity; c++) sums[to + c]! += (source[from + c] as number) * weight;
      sums[to + opacity]! += weight;
    }
  }
}

function writeMeans(
  target: TilePixels,
  start: number,
  sums: Float64Array,
  channels: number,
  count: number,
  opaque: boolean,
): void {
  const opacity = channels - 1;
  const round = target instanceof Uint8Array ? 0.5 : 0;
  for (let from = 0; from < sums.length; from += channels) {
    const to = start + from;
    const total = sums[from + opacity] as number;
    if (total === 0) continue;
    const weight = opaque ? count : total;
    for (let c = 0; c < opacity; c++) target[to + c] = (sums[from + c] as number) / weight + round;
    target[to + opacity] = total / count + round;
  }
}

/** Copies a rectangle of pixels from one picture to another; what lies outside either is left out. */
export function copyPixels(
  from: { readonly pixels: TilePixels; readonly width: number; readonly height: number },
  to: { readonly pixels: TilePixels; readonly width: number; readonly height: number },
  /** Where the upper left corner of `from` lies in `to`, px. */
  place: { readonly x: number; readonly y: number },
  channels: number,
): void {
  const left = Math.max(0, place.x);
  const right = Math.min(to.width, place.x + from.width);
  if (right <= left) return;
  for (let y = Math.max(0, place.y); y < Math.min(to.height, place.y + from.height); y++) {
    const start = ((y - place.y) * from.width + left - place.x) * channels;
    const row = from.pixels.subarray(start, start + (right - left) * channels);
    to.pixels.set(row, (y * to.width + left) * channels);
  }
}
