import type { BlockJob, DecodedBlock } from '../../types';
import type { ReducedDecoder } from '../reduced';
import type { Component } from './component';
import { decodeHalvedFrame } from './decoder';
import { MEAN_SCALE } from './halfDct';
import { prepareJpeg } from './prepare';

/**
 * JPEG at half its size: means of squares of two by two pixels out of the coefficients, some four times faster than decoding
 * and averaging, and within a level of it. For even frames of one component, or of three whose colours are stored in full or
 * halved both ways, as cameras and GDAL write them; null for all others.
 */
export const decodeJpegHalf: ReducedDecoder = (bytes, job, denominator) =>
  Promise.resolve(denominator === 2 ? halved(bytes, job) : null);

function halved(bytes: Uint8Array, job: BlockJob): DecodedBlock | null {
  const { stream, frame, colours } = prepareJpeg(bytes, job);
  const channels = frame.components.length;
  const isWhole = frame.width === job.width && frame.height === job.height;
  if (!isWhole || job.width % 2 !== 0 || job.height % 2 !== 0) return null;
  if (channels !== 1 && !(channels === 3 && colours === 'ycbcr')) return null;
  if (!frame.components.every((one) => canHalve(one, frame.components[0]!))) return null;
  const decoded = decodeHalvedFrame(stream);
  if (!decoded) return null;
  const width = job.width / 2;
  const height = job.height / 2;
  const samples = new Uint8Array(width * height * channels);
  const [luma, cb, cr] = decoded.components;
  if (cb && cr) writeColours(luma!, cb, cr, samples, width, height);
  else writeGrey(luma!, samples, width, height);
  return { width, height, channels, samples };
}

interface Sampling {
  readonly across: number;
  readonly down: number;
}

function canHalve({ across, down }: Sampling, first: Sampling): boolean {
  return (
    (across === first.across && down === first.down) ||
    (first.across === 2 * across && first.down === 2 * down)
  );
}

/**
 * Whole numbers with 20 bits of fraction. A mean of four samples has quarters, and halves are rounded up: an eighth more
 * than what is rounded here.
 */
const BITS = 20;
const ROUND = 2 ** (BITS - 1) + 2 ** (BITS - 3);
const LUMA = 2 ** BITS / MEAN_SCALE;
/** Colours come in parts of COLOUR_SCALE. */
const COLOUR_SCALE = 64;
const RED = Math.round((1.402 * 2 ** BITS) / COLOUR_SCALE);
const GREEN_BLUE = Math.round((0.344136286 * 2 ** BITS) / COLOUR_SCALE);
const GREEN_RED = Math.round((0.714136286 * 2 ** BITS) / COLOUR_SCALE);
const BLUE = Math.round((1.772 * 2 ** BITS) / COLOUR_SCALE);
/** Values from -512 to 1023 as bytes. */
const BELOW = 512;
const CLAMPED = Uint8Array.from({ length: 1536 }, (_, i) => Math.max(0, Math.min(255, i - BELOW)));

function writeGrey({ means, stride }: Component, out: Uint8Array, width: number, height: number): void {
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, at = y * stride; x < width; x++) {
      out[to++] = CLAMPED[((means![at++]! * LUMA + ROUND) >> BITS) + BELOW]!;
    }
  }
}

/** JFIF's YCbCr to RGB. */
function writeColours(
  luma: Component,
  cb: Component,
  cr: Component,
  out: Uint8Array,
  width: number,
  height: number,
): void {
  const blue = new Int32Array(width);
  const red = new Int32Array(width);
  const sums = new Int32Array(width + 2);
  const means = luma.means!;
  for (let y = 0, at = 0; y < height; y++) {
    colourRow(cb, y, width, blue, sums);
    colourRow(cr, y, width, red, sums);
    const from = y * luma.stride;
    for (let x = 0; x < width; x++, at += 3) {
      const value = Math.imul(means[from + x]!, LUMA) + ROUND;
      const b = blue[x]!;
      const r = red[x]!;
      out[at] = CLAMPED[((value + Math.imul(r, RED)) >> BITS) + BELOW]!;
      out[at + 1] = CLAMPED[((value - Math.imul(b, GREEN_BLUE) - Math.imul(r, GREEN_RED)) >> BITS) + BELOW]!;
      out[at + 2] = CLAMPED[((value + Math.imul(b, BLUE)) >> BITS) + BELOW]!;
    }
  }
}

/**
 * A row of a colour, less 128, at half the size of the picture. Colours that were stored so would have been spread by a
 * triangle filter first (see upsample.ts); the mean of that is six parts of the sample and one of each neighbour.
 */
function colourRow(
  { means, samples, stride, height }: Component,
  y: number,
  width: number,
  line: Int32Array,
  sums: Int32Array,
): void {
  if (means) {
    const scale = COLOUR_SCALE / MEAN_SCALE;
    for (let x = 0, at = y * stride; x < width; x++, at++) line[x] = means[at]! * scale - 128 * COLOUR_SCALE;
    return;
  }
  const here = y * stride;
  const above = Math.max(0, y - 1) * stride;
  const below = Math.min(height - 1, y + 1) * stride;
  for (let x = 0; x < width; x++) {
    sums[x + 1] = 6 * samples[here + x]! + samples[above + x]! + samples[below + x]!;
  }
  sums[0] = sums[1]!;
  sums[width + 1] = sums[width]!;
  for (let x = 0; x < width; x++) {
    line[x] = 6 * sums[x + 1]! + sums[x]! + sums[x + 2]! - 128 * COLOUR_SCALE;
  }
}
