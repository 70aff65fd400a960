import { decodeJpeg, prepareJpeg, type PreparedJpeg } from '@shared/tiff/codecs/jpeg';
import { decodeWebp } from '@shared/tiff/codecs/webp';
import type { BlockDecoder, BlockJob } from '@shared/tiff/types';
import { decodeFrame, framePixels, frameSize } from './imageFrames';

/**
 * JPEG by the browser, whose libjpeg computes as GDAL's does; exact to the last bit. Frames of two or four components, and
 * streams that it does not like, go to the portable decoder.
 */
export const decodeJpegByBrowser: BlockDecoder = async (bytes, job) => {
  const prepared = prepareJpeg(bytes, job);
  if (!canDecode(prepared)) return decodeJpeg(bytes, job);
  const channels = prepared.frame.components.length;
  const pixels = await pixelsOf(prepared.stream, 'image/jpeg', channels, job, prepared.frame);
  if (!pixels) return decodeJpeg(bytes, job);
  return { width: job.width, height: job.height, channels, samples: pixels };
};

/** Grey, or three components of usual sampling: others are delivered in formats of less than full exactness, or not at all. */
function canDecode({ frame: { components }, colours }: PreparedJpeg): boolean {
  if (typeof ImageDecoder === 'undefined') return false;
  if (components.length === 1) return true;
  return (
    components.length === 3 && (colours === 'ycbcr' || components.every((one) => one.across * one.down === 1))
  );
}

async function pixelsOf(
  data: Uint8Array,
  type: string,
  channels: number,
  size: { readonly width: number; readonly height: number },
  expected: { readonly width: number; readonly height: number },
): Promise<Uint8Array | null> {
  try {
    const frame = await decodeFrame(data, type);
    try {
      const { width, height } = frameSize(frame);
      const right = width === expected.width && height === expected.height;
      return right ? await framePixels(frame, channels, size) : null;
    } finally {
      frame.close();
    }
  } catch {
    return null;
  }
}

/** WebP by the browser where its pixels come out exact: with alpha as an unmultiplied frame, without it over a canvas. */
export const decodeWebpByBrowser: BlockDecoder = async (bytes, job) => {
  const channels = job.coding.interleave === 'pixel' ? job.coding.samplesPerPixel : 1;
  const samples =
    channels === 3 || channels === 4 ? await webpPixels(bytes, channels, job).catch(() => null) : null;
  return samples ? { width: job.width, height: job.height, channels, samples } : decodeWebp(bytes, job);
};

async function webpPixels(bytes: Uint8Array, channels: number, job: BlockJob): Promise<Uint8Array | null> {
  if (typeof ImageDecoder === 'undefined' || !statesSize(bytes, job)) return null;
  if (chunkName(bytes) === 'VP8 ') return opaquePixels(bytes, channels, job);
  return pixelsOf(bytes, 'image/webp', channels, job, job);
}

function chunkName(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(12, 16));
}

/** True for a lossy stream of the block's size; other kinds state theirs elsewhere and are checked once decoded. */
function statesSize(bytes: Uint8Array, { width, height }: BlockJob): boolean {
  if (chunkName(bytes) !== 'VP8 ') return bytes.length > 30;
  const word = (at: number): number => (((bytes[at + 1] ?? 0) << 8) | (bytes[at] ?? 0)) & 0x3fff;
  return word(26) === width && word(28) === height;
}

let canvas: OffscreenCanvas | null = null;

async function opaquePixels(
  bytes: Uint8Array,
  channels: number,
  { width, height }: BlockJob,
): Promise<Uint8Array> {
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'image/webp' });
  const bitmap = await createImageBitmap(blob, { premultiplyAlpha: 'none', colorSpaceConversion: 'none' });
  if (canvas?.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true }) as OffscreenCanvasRenderingContext2D;
  context.globalCompositeOperation = 'copy';
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const rgba = new Uint8Array(context.getImageData(0, 0, width, height).data.buffer);
  if (channels === 4) return rgba;
  const rgb = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = rgba[from] as number;
    rgb[to + 1] = rgba[from + 1] as number;
    rgb[to + 2] = rgba[from + 2] as number;
  }
  return rgb;
}
