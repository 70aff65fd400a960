import type { RasterDescription, SampleArray, WindowPixels } from './types';

/** How samples become a picture. */
export interface RgbaStretch {
  /** Raster bands shown as red, green and blue; by their nature when left out: colours, or the first band as grey. */
  readonly bands?: readonly [number, number, number];
  /** For each of the three: the samples that become 0 and 255. Left out, 8 bits are untouched, others span their type. */
  readonly cuts?: readonly (readonly [number, number])[];
}

/**
 * Pixels of all bands as RGBA, 8 bits each, not premultiplied; invalid ones are transparent black. Palettes, CMYK and
 * WhiteIsZero become the colours they mean.
 */
export function toRgba(
  pixels: WindowPixels,
  description: RasterDescription,
  stretch: RgbaStretch = {},
): Uint8ClampedArray {
  const out = new Uint8ClampedArray(pixels.width * pixels.height * 4);
  const photometric = description.levels[0]?.coding.photometric;
  if (description.palette) paintPalette(pixels, description.palette, out);
  else if (photometric === 'cmyk' && description.bands >= 4 && !stretch.bands) paintCmyk(pixels, out);
  else paintBands(pixels, description, stretch, out);
  paintOpacity(pixels, description, out);
  return out;
}

type Palette = NonNullable<RasterDescription['palette']>;

function paintPalette({ bands }: WindowPixels, palette: Palette, out: Uint8ClampedArray): void {
  const indices = bands[0] as Uint8Array;
  for (let i = 0, to = 0; i < indices.length; i++, to += 4) {
    const colour = palette[indices[i] as number];
    if (colour) out.set(colour, to);
  }
}

/** Ink on paper, as libtiff and GDAL mix it. */
export function cmykToRgb(ink: number, black: number): number {
  return Math.floor(((255 - black) * (255 - ink)) / 255);
}

function paintCmyk({ bands }: WindowPixels, out: Uint8ClampedArray): void {
  const [cyan, magenta, yellow, black] = bands as readonly Uint8Array[];
  if (!cyan || !magenta || !yellow || !black) return;
  for (let i = 0, to = 0; i < black.length; i++, to += 4) {
    out[to] = cmykToRgb(cyan[i] as number, black[i] as number);
    out[to + 1] = cmykToRgb(magenta[i] as number, black[i] as number);
    out[to + 2] = cmykToRgb(yellow[i] as number, black[i] as number);
    out[to + 3] = 255;
  }
}

function paintBands(
  { bands }: WindowPixels,
  description: RasterDescription,
  { bands: chosen, cuts }: RgbaStretch,
  out: Uint8ClampedArray,
): void {
  const inverted = description.levels[0]?.coding.photometric === 'white_is_zero';
  const shown = chosen ?? shownBands(description);
  for (let channel = 0; channel < 3; channel++) {
    const samples = bands[shown[channel] as number];
    if (!samples) continue;
    const [low, high] = cuts?.[channel] ?? spanOf(samples, description.bitsPerSample);
    paintChannel(samples, inverted ? high : low, inverted ? low : high, out, channel);
  }
  for (let to = 3; to < out.length; to += 4) out[to] = 255;
}

function paintChannel(
  samples: SampleArray,
  low: number,
  high: number,
  out: Uint8ClampedArray,
  channel: number,
): void {
  const scale = high === low ? 0 : 255 / (high - low);
  for (let i = 0, to = channel; i < samples.length; i++, to += 4)
    out[to] = (Number(samples[i]) - low) * scale;
}

/** Red, green and blue where the raster has them, else its first colour band three times. */
export function shownBands(description: RasterDescription): readonly [number, number, number] {
  const find = (name: string): number => description.colorInterpretation.indexOf(name);
  const [red, green, blue] = [find('Red'), find('Green'), find('Blue')];
  if (red >= 0 && green >= 0 && blue >= 0) return [red, green, blue];
  const colours = Array.from({ length: description.bands }, (_, band) => band).filter(
    (band) => band !== description.alphaBand,
  );
  const [first = 0, second = first, third = first] = colours;
  return colours.length >= 3 ? [first, second, third] : [first, first, first];
}

function spanOf(samples: SampleArray, bits: number): readonly [number, number] {
  if (samples instanceof Float32Array || samples instanceof Float64Array) return [0, 1];
  const signed =
    samples instanceof Int8Array || samples instanceof Int16Array || samples instanceof Int32Array;
  return signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
}

function paintOpacity(pixels: WindowPixels, description: RasterDescription, out: Uint8ClampedArray): void {
  const { alphaBand, bitsPerSample } = description;
  const alpha = alphaBand === null ? undefined : pixels.bands[alphaBand];
  if (alpha) {
    const scale = 255 / (2 ** Math.min(bitsPerSample, 32) - 1);
    for (let i = 0; i < alpha.length; i++) out[i * 4 + 3] = Number(alpha[i]) * scale;
  }
  const { valid } = pixels;
  if (!valid) return;
  for (let i = 0; i < valid.length; i++) if (valid[i] === 0) out.fill(0, i * 4, i * 4 + 4);
}
