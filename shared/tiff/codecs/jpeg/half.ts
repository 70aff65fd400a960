import type { BlockJob, DecodedBlock } from '../../types';
import type { ReducedDecoder } from '../reduced';
import type { FrameComponent } from './frame';
import { prepareJpeg } from './prepare';
import { startTurboJpeg, type PixelFormat, type TurboJpeg } from './turbo';

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
  // Colours are left as they are stored until they are spread.
  const asStored: BlockJob = { ...job, coding: { ...job.coding, photometric: 'rgb' } };
  const { stream, frame } = prepareJpeg(bytes, asStored);
  const channels = frame.components.length;
  const isWhole = frame.width === job.width && frame.height === job.height;
  if (!isWhole || !Number.isInteger(width) || !Number.isInteger(height)) return null;
  if (channels !== 1 && channels !== 3) return null;
  const samples =
    channels === 1
      ? decoded(decoder, stream, width, height, 'grey')?.slice()
      : job.coding.photometric === 'ycbcr' && areHalved(frame.components)
        ? toRgb(decoded(decoder, stream, width, height, 'rgbx'), width, height)
        : averaged(
            decoded(decoder, prepareJpeg(bytes, job).stream, job.width, job.height, 'rgb'),
            width,
            height,
          );
  return samples ? { width, height, channels, samples } : null;
}

function decoded(
  decoder: TurboJpeg,
  stream: Uint8Array,
  width: number,
  height: number,
  format: PixelFormat,
): Uint8Array | null {
  const samples = decoder.decode(stream, width, height, format);
  // One that met an error is not to be trusted with another stream.
  if (!samples) turbo = undefined;
  return samples;
}

/** Whether the second and third component have half the samples of the first, across and down. */
function areHalved([first, ...others]: readonly FrameComponent[]): boolean {
  return others.every(({ across, down }) => first!.across === 2 * across && first!.down === 2 * down);
}

function averaged(whole: Uint8Array | null, width: number, height: number): Uint8Array | null {
  if (!whole) return null;
  const out = new Uint8Array(width * height * 3);
  const row = 2 * width * 3;
  for (let y = 0, to = 0, a = 0; y < height; y++, a += row) {
    for (let end = a + row; a < end; a += 3) {
      for (let channel = 0; channel < 3; channel++, a++, to++) {
        const b = a + row;
        out[to] = (whole[a]! + whole[a + 3]! + whole[b]! + whole[b + 3]! + 2) >> 2;
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
/** Colours come in parts of COLOUR_SCALE. */
const COLOUR_SCALE = 64;
const RED = Math.round((1.402 * 2 ** BITS) / COLOUR_SCALE);
const GREEN_BLUE = Math.round((0.344136286 * 2 ** BITS) / COLOUR_SCALE);
const GREEN_RED = Math.round((0.714136286 * 2 ** BITS) / COLOUR_SCALE);
const BLUE = Math.round((1.772 * 2 ** BITS) / COLOUR_SCALE);

/**
 * JFIF's YCbCr to RGB. Colours that were stored at this size would have been spread over the whole picture by a triangle
 * filter first (see upsample.ts); the mean of that is six parts of the sample and one of each neighbour, across and down.
 * @param stored four bytes a pixel
 */
function toRgb(stored: Uint8Array | null, width: number, height: number): Uint8Array | null {
  if (!stored) return null;
  const pixels = new Uint32Array(stored.buffer, stored.byteOffset, width * height);
  const out = new Uint8ClampedArray(width * height * 3);
  for (let y = 0; y < height; y++) {
    const at = y * width;
    rowToRgb(pixels, out, at, y === 0 ? at : at - width, y === height - 1 ? at : at + width, width);
  }
  return new Uint8Array(out.buffer);
}

/** Where the colours lie in the word of a pixel: sums of 64 parts need no shift. */
const BLUE_BITS = 0xff00;
const RED_BITS = 0xff0000;

/** One row, with those above and below it. */
function rowToRgb(
  pixels: Uint32Array,
  out: Uint8ClampedArray,
  at: number,
  above: number,
  below: number,
  width: number,
): void {
  let next = 6 * (pixels[at]! & BLUE_BITS) + (pixels[above]! & BLUE_BITS) + (pixels[below]! & BLUE_BITS);
  let nextRed = 6 * (pixels[at]! & RED_BITS) + (pixels[above]! & RED_BITS) + (pixels[below]! & RED_BITS);
  let before = next;
  let beforeRed = nextRed;
  for (let x = 0, to = at * 3; x < width; x++, to += 3) {
    const here = next;
    const hereRed = nextRed;
    if (x + 1 < width) {
      const level = pixels[at + x + 1]!;
      const upper = pixels[above + x + 1]!;
      const lower = pixels[below + x + 1]!;
      next = 6 * (level & BLUE_BITS) + (upper & BLUE_BITS) + (lower & BLUE_BITS);
      nextRed = 6 * (level & RED_BITS) + (upper & RED_BITS) + (lower & RED_BITS);
    }
    const blue = ((6 * here + before + next) >> 8) - 128 * COLOUR_SCALE;
    const red = ((6 * hereRed + beforeRed + nextRed) >> 16) - 128 * COLOUR_SCALE;
    const luma = ((pixels[at + x]! & 255) << BITS) + ROUND;
    out[to] = (luma + Math.imul(red, RED)) >> BITS;
    out[to + 1] = (luma - Math.imul(blue, GREEN_BLUE) - Math.imul(red, GREEN_RED)) >> BITS;
    out[to + 2] = (luma + Math.imul(blue, BLUE)) >> BITS;
    before = here;
    beforeRed = hereRed;
  }
}
