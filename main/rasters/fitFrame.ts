import type { BlockJob } from '@shared/tiff/types';

/** A decoded JPEG frame as its block: cut where it is larger, 0 where it does not reach. */
export function fitFrame(
  pixels: Uint8Array,
  frame: { readonly width: number; readonly height: number },
  channels: number,
  { width, height }: BlockJob,
): Uint8Array {
  if (frame.width === width && frame.height === height) return pixels;
  const out = new Uint8Array(width * height * channels);
  const rowBytes = Math.min(frame.width, width) * channels;
  for (let y = 0; y < Math.min(frame.height, height); y++) {
    const from = y * frame.width * channels;
    out.set(pixels.subarray(from, from + rowBytes), y * width * channels);
  }
  return out;
}
