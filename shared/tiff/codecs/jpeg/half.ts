import type { BlockJob, DecodedBlock } from '../../types';
import type { ReducedDecoder } from '../reduced';
import type { FrameComponent } from './frame';
import { prepareJpeg } from './prepare';
import { streamScratch, usableTurbo, type TurboJpeg } from './turbo';

/**
 * JPEG at half its size: means of squares of two by two pixels. Where colours are halved both ways, as cameras and GDAL write
 * them, they come out of the coefficients, five times faster than by decoding all pixels, and within a level. Everything else of
 * one component or three is decoded whole and averaged. For even frames; null for others, and for streams that are damaged. The
 * samples are good until the next call.
 */
export const decodeJpegHalf: ReducedDecoder = async (bytes, job, denominator) =>
  denominator === 2 ? halved(bytes, job, await usableTurbo()) : null;

function halved(bytes: Uint8Array, job: BlockJob, decoder: TurboJpeg): DecodedBlock | null {
  const width = job.width / 2;
  const height = job.height / 2;
  // Colours are left as they are stored until they are spread.
  const asStored: BlockJob = { ...job, coding: { ...job.coding, photometric: 'rgb' } };
  const { stream, frame } = prepareJpeg(bytes, asStored, streamScratch);
  const channels = frame.components.length;
  const isWhole = frame.width === job.width && frame.height === job.height;
  if (!isWhole || !Number.isInteger(width) || !Number.isInteger(height)) return null;
  if (channels !== 1 && channels !== 3) return null;
  const samples =
    channels === 1
      ? decoder.decode(stream, width, height, 'grey')
      : job.coding.photometric === 'ycbcr' && areHalved(frame.components)
        ? decoder.halved(stream, width, height)
        : averaged(
            decoder.decode(prepareJpeg(bytes, job, streamScratch).stream, job.width, job.height, 'rgb'),
            width,
            height,
          );
  return samples ? { width, height, channels, samples } : null;
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
