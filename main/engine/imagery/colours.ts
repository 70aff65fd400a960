import type { RasterDescription, SampleArray, WindowPixels } from '@shared/tiff/types';

/** How samples become 8-bit colours: `low` and below is 0, `high` and above 255, one pair for each of the colour bands. */
export type Stretch = readonly (readonly [low: number, high: number])[];

/** Bands of the image that hold red, green and blue; one entry for a grey image. */
export function colourBands(description: RasterDescription): readonly number[] {
  const bands = Array.from({ length: description.bands }, (_, band) => band).filter(
    (band) => band !== description.alphaBand,
  );
  return bands.length >= 3 ? bands.slice(0, 3) : bands.slice(0, 1);
}

/** Whether the image has colours of its own, in bands or in a palette. */
export function isColour(description: RasterDescription): boolean {
  return description.palette !== null || colourBands(description).length === 3;
}

/** Three planes of 8-bit colour, width·height long each. */
export type Planes = readonly [Uint8Array, Uint8Array, Uint8Array];

/**
 * Writes a window's pixels into planes of 8-bit colour at an offset. Palettes are looked up; 8-bit samples stay as they
 * are; all else is stretched. `valid` gets 1 where the pixel is valid; pixels that are not leave what was there.
 */
export function paint(
  pixels: WindowPixels,
  description: RasterDescription,
  stretch: Stretch | null,
  target: { readonly planes: Planes; readonly valid: Uint8Array; readonly width: number },
  at: { readonly x: number; readonly y: number },
): void {
  const lookups = lookupsFor(description, stretch);
  for (let row = 0; row < pixels.height; row++) {
    const from = row * pixels.width;
    const to = (at.y + row) * target.width + at.x;
    for (let column = 0; column < pixels.width; column++) {
      if (pixels.valid !== null && pixels.valid[from + column] === 0) continue;
      target.valid[to + column] = 1;
    }
    lookups.forEach(({ band, level }, plane) => {
      paintRow(
        pixels.bands[band] as SampleArray,
        from,
        pixels,
        target.planes[plane] as Uint8Array,
        to,
        level,
      );
    });
  }
}

function paintRow(
  samples: SampleArray,
  from: number,
  pixels: WindowPixels,
  plane: Uint8Array,
  to: number,
  level: ((sample: number) => number) | null,
): void {
  const { width, valid } = pixels;
  if (level === null && valid === null) {
    plane.set((samples as Uint8Array).subarray(from, from + width), to);
    return;
  }
  for (let column = 0; column < width; column++) {
    if (valid !== null && valid[from + column] === 0) continue;
    const sample = Number(samples[from + column]);
    plane[to + column] = level === null ? sample : level(sample);
  }
}

interface Lookup {
  readonly band: number;
  /** null for 8-bit samples that are colours already */
  readonly level: ((sample: number) => number) | null;
}

/** For red, green and blue: which band it comes from, and how. */
function lookupsFor(description: RasterDescription, stretch: Stretch | null): readonly Lookup[] {
  const { palette } = description;
  if (palette) {
    return [0, 1, 2].map((component) => ({
      band: 0,
      level: (sample) => palette[sample]?.[component] ?? 0,
    }));
  }
  const bands = colourBands(description);
  return [0, 1, 2].map((component) => {
    const index = bands.length === 3 ? component : 0;
    const range = stretch?.[index];
    return { band: bands[index] ?? 0, level: range ? stretched(range) : null };
  });
}

function stretched([low, high]: readonly [number, number]): (sample: number) => number {
  const scale = high > low ? 255 / (high - low) : 0;
  return (sample) => {
    const value = (sample - low) * scale;
    return value <= 0 ? 0 : value >= 255 ? 255 : Math.round(value);
  };
}

/** 8-bit samples are colours already. */
export function needsStretch(description: RasterDescription): boolean {
  return description.palette === null && description.sampleType !== 'uint8';
}

/** The cut of 2 and 98 % of samples, band by band. Samples that are no numbers are left out. */
export function stretchOf(samples: readonly (readonly number[])[]): Stretch {
  return samples.map((values) => {
    const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.round((sorted.length - 1) * share)] ?? 0;
    const low = at(0.02);
    const high = at(0.98);
    return [low, high > low ? high : low + 1];
  });
}
