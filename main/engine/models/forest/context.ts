import { Histogram, otsu, type Split } from '../otsu';
import type { DetectorContext, RgbWindow } from '../types';
import { colourFeatures, textureFeatures, type ColourFeatures, type ColourGains } from './features';

/** What the forest rule knows of the whole processing. */
export interface ForestContext extends DetectorContext {
  readonly redGain: number;
  readonly blueGain: number;
  /** Least excess green of vegetation. */
  readonly threshold: number;
  /** Median brightness of vegetation, 0–255. */
  readonly brightness: number;
  /** 0–1, of the valid pixels that were sampled: how many are vegetation. */
  readonly share: number;
}

/**
 * Bounds of the adaptive threshold. Below the lower one soils of two colours would part into "forest" and soil; above the
 * upper one a lawn would hide the trees beside it.
 */
const LEAST_THRESHOLD = 0.02;
const GREATEST_THRESHOLD = 0.1;
/** Classes nearer than this are one class: bare ground, or all forest. Then an absolute threshold is the honest one. */
const LEAST_DISTANCE = 0.045;
const ABSOLUTE_THRESHOLD = 0.06;

/** A cast is taken off only as far as this: a scene of red soil is not a scene in red light. */
const GREATEST_CAST = 0.8;

/** Red may come this near to green in leaves; more is soil or straw. */
const LEAST_GREEN_TO_RED = 0.97;
/** So may blue (haze makes leaves blue); more is water or a painted roof. */
const LEAST_GREEN_TO_BLUE = 0.9;

/**
 * Neighbouring pixels of a picture have much the same colour; where they have not, the index of even a large patch is
 * chance. Real orthophotos lie above 0.6, noise at 0.
 */
const LEAST_COHERENCE = 0.3;
/** Above every index: nothing is vegetation. */
const NOTHING = 9;

/** Validity for the blur: null when all pixels are valid, which is the common and faster case. */
export function validityOf(window: RgbWindow): Uint8Array | null {
  return window.valid.includes(0) ? window.valid : null;
}

/** 1 where a valid pixel has the colour of leaves. */
export function vegetation(window: RgbWindow, colours: ColourFeatures, threshold: number): Uint8Array {
  const { red, green, blue, excessGreen } = colours;
  const inside = new Uint8Array(green.length);
  for (let i = 0; i < inside.length; i++) {
    const level = green[i]!;
    const leaves = level > LEAST_GREEN_TO_BLUE * blue[i]! && level > LEAST_GREEN_TO_RED * red[i]!;
    if (leaves && excessGreen[i]! > threshold) inside[i] = window.valid[i]!;
  }
  return inside;
}

/** Looks at the samples for the colour cast, then for the index under neutral light, then for what is vegetation. */
export function forestContext(samples: readonly RgbWindow[], gsd: number): ForestContext {
  const gains = colourGains(samples);
  const colours = samples.map((window) => colourFeatures(window, validityOf(window), gsd, gains));
  const coherent = coherence(samples) >= LEAST_COHERENCE;
  const threshold = coherent ? thresholdOf(indexSplit(samples, colours)) : NOTHING;
  const green = samples.map((window, n) => vegetation(window, colours[n]!, threshold));
  const total = (planes: readonly Uint8Array[]): number =>
    planes.reduce((sum, plane) => plane.reduce((part, value) => part + value, sum), 0);
  return {
    redGain: gains.red,
    blueGain: gains.blue,
    threshold,
    brightness: medianBrightness(samples, green, gsd),
    share: total(green) / Math.max(1, total(samples.map(({ valid }) => valid))),
  };
}

/**
 * Green is never reduced: a scene full of leaves is green by itself. Red is lowered to green where it exceeds it (haze, low
 * sun), then blue is raised to the lesser of the two.
 */
function colourGains(samples: readonly RgbWindow[]): ColourGains {
  const sums = { red: 0, green: 0, blue: 0 };
  for (const { red, green, blue, valid } of samples) {
    for (let i = 0; i < valid.length; i++) {
      if (!valid[i]) continue;
      sums.red += red[i]!;
      sums.green += green[i]!;
      sums.blue += blue[i]!;
    }
  }
  if (sums.red === 0 || sums.blue === 0) return { red: 1, blue: 1 };
  const red = Math.min(1, Math.max(GREATEST_CAST, sums.green / sums.red));
  const wanted = Math.min(sums.green, sums.red * red) / sums.blue;
  return { red, blue: Math.min(1 / GREATEST_CAST, Math.max(1, wanted)) };
}

/** The correlation of excess green (times brightness) between a pixel and its right neighbour; 1 where all are alike. */
function coherence(samples: readonly RgbWindow[]): number {
  let [count, sum, squares, products] = [0, 0, 0, 0];
  for (const { red, green, blue, valid, width } of samples) {
    for (let i = 0; i + 1 < valid.length; i++) {
      if (!valid[i] || !valid[i + 1] || (i + 1) % width === 0) continue;
      const here = 2 * green[i]! - red[i]! - blue[i]!;
      const beside = 2 * green[i + 1]! - red[i + 1]! - blue[i + 1]!;
      count += 2;
      sum += here + beside;
      squares += here * here + beside * beside;
      products += 2 * here * beside;
    }
  }
  const variance = squares - (sum * sum) / count;
  return count === 0 || variance < count ? 1 : (products - (sum * sum) / count) / variance;
}

function indexSplit(samples: readonly RgbWindow[], colours: readonly ColourFeatures[]): Split | null {
  const indices = new Histogram(-0.3, 0.5);
  samples.forEach(({ valid }, n) => {
    const { excessGreen } = colours[n]!;
    for (let i = 0; i < valid.length; i++) if (valid[i]) indices.add(excessGreen[i]!);
  });
  return otsu(indices);
}

function thresholdOf(split: Split | null): number {
  if (!split) return ABSOLUTE_THRESHOLD;
  const bounded = Math.min(GREATEST_THRESHOLD, Math.max(LEAST_THRESHOLD, split.threshold));
  return split.distance < LEAST_DISTANCE ? Math.max(ABSOLUTE_THRESHOLD, bounded) : bounded;
}

function medianBrightness(samples: readonly RgbWindow[], green: readonly Uint8Array[], gsd: number): number {
  const histogram = new Histogram(0, 256);
  samples.forEach((window, n) => {
    const inside = green[n]!;
    const { brightness } = textureFeatures(window, inside, gsd);
    for (let i = 0; i < inside.length; i++) if (inside[i]) histogram.add(brightness[i]!);
  });
  return histogram.total === 0 ? 255 : histogram.quantile(0.5);
}
