import { blur, FIXED_POINT, reach, type Plane } from '../blur';
import type { RgbWindow } from '../types';

/** Gains that take a warm light's cast off red and blue. */
export interface ColourGains {
  readonly red: number;
  readonly blue: number;
}

/** Smoothed colours after the gains, 0–255, and the vegetation index; one value a pixel, row by row. */
export interface ColourFeatures {
  readonly red: Float32Array;
  readonly green: Float32Array;
  readonly blue: Float32Array;
  /** Excess green of chromatic coordinates, -1 to 2: (2G - R - B) / (R + G + B). Source: Woebbecke et al., 1995. */
  readonly excessGreen: Float32Array;
}

export interface TextureFeatures {
  /** Mean of the channels around the pixel, 0–255. */
  readonly brightness: Float32Array;
  /** Contrast of leaves and twigs (0.3–1 m) relative to brightness, averaged over a part of a crown: 0 is smooth. */
  readonly roughness: Float32Array;
}

/** Widths (Gaussian sigma) of the features in metres, and at least so many pixels: no finer than the grid can carry. */
const COLOUR_SIGMA = { metres: 0.6, pixels: 0.6 };
const BRIGHTNESS_SIGMA = { metres: 1.5, pixels: 1 };
const FINE_SIGMA = { metres: 0.3, pixels: 0.6 };
const COARSE_SIGMA = { metres: 1, pixels: 2 };
const ROUGHNESS_SIGMA = { metres: 1.5, pixels: 1.5 };

/** Keeps contrast in shadow from growing without bound: noise of a dark pixel is not texture. Levels of 0–255. */
const DARK_OFFSET = 10;

const ROUGHNESS_SCALE = 32768;

type Width = { readonly metres: number; readonly pixels: number };

/** The sigma in pixels of a grid of `gsd` metres. */
export function sigmaAt(width: Width, gsd: number): number {
  return Math.max(width.metres / gsd, width.pixels);
}

/** How far (px) a feature depends on its surroundings: colour decides what counts as texture. */
export function featureReach(gsd: number): number {
  const at = (width: Width): number => reach(sigmaAt(width, gsd));
  const contrast = Math.max(at(COARSE_SIGMA), at(FINE_SIGMA), at(BRIGHTNESS_SIGMA));
  return at(COLOUR_SIGMA) + contrast + at(ROUGHNESS_SIGMA);
}

/** `validity` is null when every pixel is valid. */
export function colourFeatures(
  window: RgbWindow,
  validity: Uint8Array | null,
  gsd: number,
  gains: ColourGains,
): ColourFeatures {
  const { width, height } = window;
  const sigma = sigmaAt(COLOUR_SIGMA, gsd);
  const smooth = (band: Uint8Array, gain: number): Float32Array =>
    unfix(blur(fixedPoint(band, width, height), sigma, validity), gain);
  const red = smooth(window.red, gains.red);
  const green = smooth(window.green, 1);
  const blue = smooth(window.blue, gains.blue);
  const excessGreen = new Float32Array(red.length);
  for (let i = 0; i < excessGreen.length; i++) {
    const sum = red[i]! + green[i]! + blue[i]! + 1;
    excessGreen[i] = (3 * green[i]! + 1 - sum) / sum;
  }
  return { red, green, blue, excessGreen };
}

/** Brightness and roughness of the pixels in `inside` (1) alone: a lawn is not rough for the wall beside it. */
export function textureFeatures(window: RgbWindow, inside: Uint8Array, gsd: number): TextureFeatures {
  const luminance = meanPlane(window);
  const brightness = unfix(blur(luminance, sigmaAt(BRIGHTNESS_SIGMA, gsd), inside), 1);
  const fine = blur(luminance, sigmaAt(FINE_SIGMA, gsd), inside).values;
  const coarse = blur(luminance, sigmaAt(COARSE_SIGMA, gsd), inside).values;
  const contrast = new Uint16Array(fine.length);
  for (let i = 0; i < contrast.length; i++) {
    const difference = Math.abs(fine[i]! - coarse[i]!) / FIXED_POINT;
    contrast[i] = Math.min(1.9, difference / (brightness[i]! + DARK_OFFSET)) * ROUGHNESS_SCALE;
  }
  const { width, height } = luminance;
  const averaged = blur({ width, height, values: contrast }, sigmaAt(ROUGHNESS_SIGMA, gsd), inside);
  return { brightness, roughness: unfix(averaged, FIXED_POINT / ROUGHNESS_SCALE) };
}

function fixedPoint(band: Uint8Array, width: number, height: number): Plane {
  const values = new Uint16Array(band.length);
  for (let i = 0; i < band.length; i++) values[i] = band[i]! * FIXED_POINT;
  return { width, height, values };
}

function unfix(plane: Plane, gain: number): Float32Array {
  const out = new Float32Array(plane.values.length);
  const factor = gain / FIXED_POINT;
  for (let i = 0; i < out.length; i++) out[i] = plane.values[i]! * factor;
  return out;
}

function meanPlane({ red, green, blue, width, height }: RgbWindow): Plane {
  const values = new Uint16Array(red.length);
  for (let i = 0; i < values.length; i++) {
    values[i] = ((red[i]! + green[i]! + blue[i]!) * FIXED_POINT) / 3;
  }
  return { width, height, values };
}
