/** One component's samples as they are stored. */
export interface Plane {
  /** Samples across and down, and from one row to the next. */
  readonly width: number;
  readonly height: number;
  readonly stride: number;
}

/** Writes row `y` of the full-size picture to `line`. */
export type RowUpsampler = (y: number, line: Uint8Array) => void;

/**
 * Brings a subsampled component to full size as libjpeg does by default: a triangle filter where it is halved across or
 * down (or both), plain repetition otherwise.
 * @param across how many pixels share a sample, across; `down` likewise
 * @param width px of the full-size row; `line` has room for a few more
 */
export function rowUpsampler(
  samples: Uint8Array | Uint8ClampedArray,
  plane: Plane,
  across: number,
  down: number,
  width: number,
): RowUpsampler {
  if (across === 1 && down === 1) return (y, line) => copyRow(samples, plane, y, line, width);
  if (across === 2 && down === 1 && plane.width > 2) return (y, line) => doubleRow(samples, plane, y, line);
  if (across === 2 && down === 2 && plane.width > 2) return (y, line) => doubleBoth(samples, plane, y, line);
  if (across === 1 && down === 2) return (y, line) => doubleDown(samples, plane, y, line, width);
  return (y, line) => repeat(samples, plane, y, line, { across, down, width });
}

type Samples = Uint8Array | Uint8ClampedArray;

function copyRow(samples: Samples, plane: Plane, y: number, line: Uint8Array, width: number): void {
  const from = y * plane.stride;
  line.set(samples.subarray(from, from + width));
}

function doubleRow(samples: Samples, { width, stride }: Plane, y: number, line: Uint8Array): void {
  const from = y * stride;
  const last = from + width - 1;
  line[0] = samples[from] as number;
  line[1] = ((samples[from] as number) * 3 + (samples[from + 1] as number) + 2) >> 2;
  let to = 2;
  for (let at = from + 1; at < last; at++, to += 2) {
    const three = (samples[at] as number) * 3;
    line[to] = (three + (samples[at - 1] as number) + 1) >> 2;
    line[to + 1] = (three + (samples[at + 1] as number) + 2) >> 2;
  }
  line[to] = ((samples[last] as number) * 3 + (samples[last - 1] as number) + 1) >> 2;
  line[to + 1] = samples[last] as number;
}

/** The row of samples nearer to row `y` of the picture, and the next nearer one. */
function rowPair({ height, stride }: Plane, y: number): { near: number; far: number } {
  const row = y >> 1;
  const other = (y & 1) === 0 ? row - 1 : row + 1;
  return { near: row * stride, far: Math.min(Math.max(other, 0), height - 1) * stride };
}

function doubleBoth(samples: Samples, plane: Plane, y: number, line: Uint8Array): void {
  const { near, far } = rowPair(plane, y);
  const last = plane.width - 1;
  let here = (samples[near] as number) * 3 + (samples[far] as number);
  let after = (samples[near + 1] as number) * 3 + (samples[far + 1] as number);
  line[0] = (here * 4 + 8) >> 4;
  line[1] = (here * 3 + after + 7) >> 4;
  for (let x = 1; x < last; x++) {
    const before = here;
    here = after;
    after = (samples[near + x + 1] as number) * 3 + (samples[far + x + 1] as number);
    line[2 * x] = (here * 3 + before + 8) >> 4;
    line[2 * x + 1] = (here * 3 + after + 7) >> 4;
  }
  line[2 * last] = (after * 3 + here + 8) >> 4;
  line[2 * last + 1] = (after * 4 + 7) >> 4;
}

function doubleDown(samples: Samples, plane: Plane, y: number, line: Uint8Array, width: number): void {
  const { near, far } = rowPair(plane, y);
  const bias = (y & 1) === 0 ? 1 : 2;
  for (let x = 0; x < width; x++) {
    line[x] = ((samples[near + x] as number) * 3 + (samples[far + x] as number) + bias) >> 2;
  }
}

interface Repetition {
  readonly across: number;
  readonly down: number;
  readonly width: number;
}

function repeat(samples: Samples, plane: Plane, y: number, line: Uint8Array, by: Repetition): void {
  const from = Math.min(Math.floor(y / by.down), plane.height - 1) * plane.stride;
  const step = 1 / by.across;
  for (let x = 0, at = 0; x < by.width; x++, at += step) line[x] = samples[from + Math.floor(at)] as number;
}
