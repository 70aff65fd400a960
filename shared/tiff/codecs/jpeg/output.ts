import type { DecodedFrame } from './decoder';
import { rowUpsampler, type Plane, type RowUpsampler } from './upsample';
import { yccRowToRgb } from './ycc';

/** One component of a picture: its samples and how many pixels share each of them. */
export interface ComponentPlane extends Plane {
  readonly samples: Uint8Array | Uint8ClampedArray;
  readonly across: number;
  readonly down: number;
}

interface Size {
  /** px */
  readonly width: number;
  readonly height: number;
}

/** The components of a decoded frame as pixels: see `mergePlanes`. */
export function toPixels(decoded: DecodedFrame, size: Size, convert: boolean): Uint8Array {
  const { frame, components, geometry } = decoded;
  const planes = components.map((component) => ({
    samples: component.samples,
    width: component.width,
    height: component.height,
    stride: component.stride,
    across: geometry.maxAcross / component.across,
    down: geometry.maxDown / component.down,
  }));
  return mergePlanes(planes, frame, size, convert);
}

/**
 * Interleaves planes of one frame into pixels of the size asked for; what the frame does not cover is 0.
 * @param convert true to turn YCbCr into RGB
 */
export function mergePlanes(
  planes: readonly ComponentPlane[],
  frame: Size,
  { width, height }: Size,
  convert: boolean,
): Uint8Array {
  const channels = planes.length;
  const out = new Uint8Array(width * height * channels);
  const clamped = new Uint8ClampedArray(out.buffer);
  const columns = Math.min(width, frame.width);
  const rows = Math.min(height, frame.height);
  const upsamplers = planes.map((plane) =>
    rowUpsampler(plane.samples, plane, plane.across, plane.down, frame.width),
  );
  const lines = planes.map(() => new Uint8Array(frame.width + 8));
  for (let y = 0; y < rows; y++) {
    for (let i = 0; i < channels; i++) (upsamplers[i] as RowUpsampler)(y, lines[i] as Uint8Array);
    const to = y * width * channels;
    if (convert) yccRowToRgb(lines[0]!, lines[1]!, lines[2]!, clamped, to, columns);
    else interleave(lines, out, to, columns);
  }
  return out;
}

function interleave(lines: readonly Uint8Array[], out: Uint8Array, to: number, columns: number): void {
  const channels = lines.length;
  lines.forEach((line, channel) => {
    for (let x = 0, at = to + channel; x < columns; x++, at += channels) out[at] = line[x] as number;
  });
}
