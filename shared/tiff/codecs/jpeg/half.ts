import type { BlockJob, DecodedBlock } from '../../types';
import type { ReducedDecoder } from '../reduced';
import type { FrameComponent } from './frame';
import { prepareJpeg } from './prepare';
import { startTurboJpeg, type TurboJpeg } from './turbo';

/**
 * JPEG at half its size: means of squares of two by two pixels. Where colours are halved both ways, as cameras and GDAL write
 * them, they come out of the coefficients, five times faster than by decoding all pixels, and within a level. Everything else of
 * one component or three is decoded whole and averaged. For even frames; null for others, and for streams that are damaged.
 */
export const decodeJpegHalf: ReducedDecoder = async (bytes, job, denominator) =>
  denominator === 2 ? halved(bytes, job, await (turbo ??= startTurboJpeg())) : null;

let turbo: Promise<TurboJpeg> | undefined;

function halved(bytes: Uint8Array, job: BlockJob, decoder: TurboJpeg): DecodedBlock | null {
  const width = job.width / 2;
  const height = job.height / 2;
  const prepared = prepareJpeg(bytes, job);
  const { components } = prepared.frame;
  const channels = components.length;
  const isWhole = prepared.frame.width === job.width && prepared.frame.height === job.height;
  if (!isWhole || !Number.isInteger(width) || !Number.isInteger(height)) return null;
  if (channels !== 1 && channels !== 3) return null;
  const of = (stream: Uint8Array, columns: number, rows: number): Uint8Array | null =>
    decoded(decoder, stream, columns, rows, channels);
  let samples: Uint8Array | null;
  if (channels === 1) samples = of(prepared.stream, width, height)?.slice() ?? null;
  else if (prepared.colours === 'ycbcr' && areHalved(components)) {
    // Colours are left as they are stored until they are spread.
    const asStored: BlockJob = { ...job, coding: { ...job.coding, photometric: 'rgb' } };
    const stored = of(prepareJpeg(bytes, asStored).stream, width, height);
    samples = stored && toRgb(stored, width, height);
  } else {
    const whole = of(prepared.stream, job.width, job.height);
    samples = whole && averaged(whole, width, height, channels);
  }
  return samples && { width, height, channels, samples };
}

function decoded(
  decoder: TurboJpeg,
  stream: Uint8Array,
  width: number,
  height: number,
  channels: number,
): Uint8Array | null {
  const samples = decoder.decode(stream, width, height, channels);
  // One that met an error is not to be trusted with another stream.
  if (!samples) turbo = undefined;
  return samples;
}

/** Whether the second and third component have half the samples of the first, across and down. */
function areHalved([first, ...others]: readonly FrameComponent[]): boolean {
  return others.every(({ across, down }) => first!.across === 2 * across && first!.down === 2 * down);
}

function averaged(whole: Uint8Array, width: number, height: number, channels: number): Uint8Array {
  const out = new Uint8Array(width * height * channels);
  const row = 2 * width * channels;
  for (let y = 0, to = 0, a = 0; y < height; y++, a += row) {
    for (let x = 0; x < width; x++, a += channels) {
      for (let channel = 0; channel < channels; channel++, a++, to++) {
        const b = a + row;
        out[to] = (whole[a]! + whole[a + channels]! + whole[b]! + whole[b + channels]! + 2) >> 2;
      }
    }
  }
  return out;
}

/**
 * Whole numbers with 20 bits of fraction. A mean of four samples has quarters, and halves are rounded up: an eighth more
 * than what is rounded here.
 */
const BITS = 20;
const ROUND = 2 ** (BITS - 1) + 2 ** (BITS - 3);
const LUMA = 2 ** BITS;
/** Colours come in parts of COLOUR_SCALE. */
const COLOUR_SCALE = 64;
const RED = Math.round((1.402 * 2 ** BITS) / COLOUR_SCALE);
const GREEN_BLUE = Math.round((0.344136286 * 2 ** BITS) / COLOUR_SCALE);
const GREEN_RED = Math.round((0.714136286 * 2 ** BITS) / COLOUR_SCALE);
const BLUE = Math.round((1.772 * 2 ** BITS) / COLOUR_SCALE);

/** JFIF's YCbCr to RGB. */
function toRgb(stored: Uint8Array, width: number, height: number): Uint8Array {
  const out = new Uint8ClampedArray(stored.length);
  const blue = new Int32Array(width);
  const red = new Int32Array(width);
  for (let y = 0, at = 0; y < height; y++) {
    spreadColours(stored, width, height, y, 1, blue);
    spreadColours(stored, width, height, y, 2, red);
    for (let x = 0; x < width; x++, at += 3) {
      const value = stored[at]! * LUMA + ROUND;
      const b = blue[x]!;
      const r = red[x]!;
      out[at] = (value + Math.imul(r, RED)) >> BITS;
      out[at + 1] = (value - Math.imul(b, GREEN_BLUE) - Math.imul(r, GREEN_RED)) >> BITS;
      out[at + 2] = (value + Math.imul(b, BLUE)) >> BITS;
    }
  }
  return new Uint8Array(out.buffer);
}

/**
 * A row of a colour, less 128. Colours that were stored at this size would have been spread over the whole picture by a
 * triangle filter first (see upsample.ts); the mean of that is six parts of the sample and one of each neighbour.
 */
function spreadColours(
  stored: Uint8Array,
  width: number,
  height: number,
  y: number,
  channel: number,
  line: Int32Array,
): void {
  const row = width * 3;
  let at = y * row + channel;
  const up = y === 0 ? 0 : row;
  const down = y === height - 1 ? 0 : row;
  let here = 6 * stored[at]! + stored[at - up]! + stored[at + down]!;
  let before = here;
  for (let x = 0; x < width; x++) {
    if (x < width - 1) at += 3;
    const after = 6 * stored[at]! + stored[at - up]! + stored[at + down]!;
    line[x] = 6 * here + before + after - 128 * COLOUR_SCALE;
    before = here;
    here = after;
  }
}
