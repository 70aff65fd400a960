import type { Component, Geometry } from './component';
import type { DecodedFrame } from './decoder';
import { rowUpsampler, type RowUpsampler } from './upsample';
import { yccRowToRgb } from './ycc';

/**
 * The components of a frame as pixels, interleaved, `width` x `height` of them; what the frame does not cover is 0.
 * @param convert true to turn YCbCr into RGB
 */
export function toPixels(decoded: DecodedFrame, width: number, height: number, convert: boolean): Uint8Array {
  const { frame, components, geometry } = decoded;
  const channels = components.length;
  const out = new Uint8Array(width * height * channels);
  const clamped = new Uint8ClampedArray(out.buffer);
  const columns = Math.min(width, frame.width);
  const rows = Math.min(height, frame.height);
  const upsamplers = components.map((component) => upsamplerOf(component, geometry, frame.width));
  const lines = components.map(() => new Uint8Array(Math.max(frame.width, 1) + 8));
  for (let y = 0; y < rows; y++) {
    for (let i = 0; i < channels; i++) (upsamplers[i] as RowUpsampler)(y, lines[i] as Uint8Array);
    const to = y * width * channels;
    if (convert) yccRowToRgb(lines[0]!, lines[1]!, lines[2]!, clamped, to, columns);
    else interleave(lines, out, to, columns);
  }
  return out;
}

function upsamplerOf(component: Component, geometry: Geometry, width: number): RowUpsampler {
  return rowUpsampler(
    component.samples,
    component,
    geometry.maxAcross / component.across,
    geometry.maxDown / component.down,
    width,
  );
}

function interleave(lines: readonly Uint8Array[], out: Uint8Array, to: number, columns: number): void {
  const channels = lines.length;
  lines.forEach((line, channel) => {
    for (let x = 0, at = to + channel; x < columns; x++, at += channels) out[at] = line[x] as number;
  });
}
