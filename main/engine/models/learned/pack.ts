import type { RgbWindow } from '../types';

/** A picture as a network takes it: sides are whole multiples, what was added is not valid. */
export interface NetworkInput {
  readonly width: number;
  readonly height: number;
  /** 3·width·height: all of red, then green, then blue */
  readonly picture: Uint8Array;
  /** width·height: 1 where valid */
  readonly valid: Uint8Array;
}

/** Widens a window to the right and downwards until its sides are multiples of `step` px. */
export function toInput(window: RgbWindow, step: number): NetworkInput {
  const width = Math.ceil(window.width / step) * step;
  const height = Math.ceil(window.height / step) * step;
  const picture = new Uint8Array(3 * width * height);
  const valid = new Uint8Array(width * height);
  const planes = [window.red, window.green, window.blue];
  for (let y = 0; y < window.height; y++) {
    const row = y * window.width;
    planes.forEach((plane, band) =>
      picture.set(plane.subarray(row, row + window.width), (band * height + y) * width),
    );
    valid.set(window.valid.subarray(row, row + window.width), y * width);
  }
  return { width, height, picture, valid };
}

/** The window's own part of a network's answer, whose pixels are `ratio` of the window's wide. */
export function fromOutput(
  packed: Uint8Array,
  outputWidth: number,
  ratio: number,
  { width, height }: { readonly width: number; readonly height: number },
): Uint8Array {
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / ratio) * outputWidth;
    if (ratio === 1) {
      out.set(packed.subarray(row, row + width), y * width);
      continue;
    }
    for (let x = 0; x < width; x++) out[y * width + x] = packed[row + Math.floor(x / ratio)]!;
  }
  return out;
}
