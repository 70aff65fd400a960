import { cmykToRgb } from '../rgba';
import { asSample, createSamples } from '../samples';
import type { DecodedBlock, Level, PixelWindow, SampleArray } from '../types';
import { blocksOf, clipWindow, gatherInto } from '../windowBlocks';
import { maskWindow, validFromMask } from '../windowValid';
import { assemblePlain, isPlain } from './plainTile';
import { neededBands, type TilePlan } from './tilePlan';

/** A decoded block of a level by its index; null for a sparse one. */
export type Blocks = ReadonlyMap<number, DecodedBlock | null>;

/** Everything that one tile is made of. */
export interface TileParts {
  readonly plan: TilePlan;
  readonly image: Level;
  readonly mask: Level | null;
  /** px of the level; may reach beyond it. Its size is the tile's. */
  readonly window: PixelWindow;
  readonly imageBlocks: Blocks;
  readonly maskBlocks: Blocks;
}

/** Indices of the blocks that a tile needs, of the image and of its mask. */
export function tileBlocks(
  plan: TilePlan,
  image: Level,
  mask: Level | null,
  window: PixelWindow,
): { image: number[]; mask: number[] } {
  const inside = clipWindow(window, image);
  return {
    image: blocksOf(image, inside, neededBands(plan)),
    mask:
      mask && inside.width > 0 && inside.height > 0
        ? blocksOf(mask, maskWindow(inside, image, mask), [0])
        : [],
  };
}

/**
 * Puts a tile together: its channels interleaved, opacity last; transparent outside the level. See TilePlan for what becomes
 * of nodata, masks, alpha, palettes, ink and inverted greys.
 */
export function assembleTile(parts: TileParts): Uint8Array | Float32Array {
  const { plan, image, window } = parts;
  const inside = clipWindow(window, image);
  const channels = plan.channels.length;
  const length = window.width * window.height * channels;
  const tile = plan.dtype === 'uint8' ? new Uint8Array(length) : new Float32Array(length);
  if (inside.width === 0 || inside.height === 0) return tile;
  if (isPlain(plan, image) && tile instanceof Uint8Array) {
    const mask = parts.mask && maskOpacity(parts.maskBlocks, image, parts.mask, inside);
    assemblePlain({ plan, image, window, inside, blocks: parts.imageBlocks, mask }, tile);
    return tile;
  }
  const bands = neededBands(plan);
  const samples = bands.map(() => createSamples(image.coding.sampleType, inside.width * inside.height));
  const sparse = gatherInto(image, { window: inside, bands, samples }, parts.imageBlocks);
  const opacity = findOpacity(parts, inside, bands, samples, sparse);
  const colours = coloursOf(plan, samples);
  colours.forEach((colour, channel) => place(colour, opacity, tile, channel, channels, inside, window));
  const top = plan.dtype === 'uint8' ? opacity : Float32Array.from(opacity, (value) => value / 255);
  place(top, null, tile, channels - 1, channels, inside, window);
  return tile;
}

/** Writes one channel of the inside of a tile; 0 where it is transparent. */
function place(
  values: SampleArray,
  opacity: Uint8Array | null,
  tile: Uint8Array | Float32Array,
  channel: number,
  channels: number,
  inside: PixelWindow,
  window: PixelWindow,
): void {
  // 64-bit integers are the only ones that need conversion on the way.
  const big = values instanceof BigInt64Array || values instanceof BigUint64Array;
  const numbers = big ? Float64Array.from(values, Number) : values;
  for (let row = 0; row < inside.height; row++) {
    const from = row * inside.width;
    let to = ((inside.y - window.y + row) * window.width + inside.x - window.x) * channels + channel;
    for (let i = from; i < from + inside.width; i++, to += channels) {
      if (opacity === null || opacity[i] !== 0) tile[to] = numbers[i] as number;
    }
  }
}

function findOpacity(
  parts: TileParts,
  inside: PixelWindow,
  bands: readonly number[],
  samples: readonly SampleArray[],
  sparse: readonly PixelWindow[],
): Uint8Array {
  const { plan, image, mask } = parts;
  if (plan.opacity.kind === 'mask') {
    return mask ? maskOpacity(parts.maskBlocks, image, mask, inside) : opaque(inside);
  }
  const opacity = opaque(inside);
  const { nodata, alphaBand } = plan.opacity;
  const alphaAt = alphaBand === null ? -1 : bands.indexOf(alphaBand);
  const colours = samples.filter((_, i) => i !== alphaAt || samples.length === 1);
  if (nodata !== null) hideWhereAll(opacity, colours, (values) => equalTo(values, nodata));
  if (plan.sampleType.startsWith('float')) hideWhereAll(opacity, colours, () => Number.isNaN);
  if (alphaAt >= 0) applyAlpha(opacity, samples[alphaAt] as SampleArray, plan);
  for (const part of sparse) {
    for (let row = part.y; row < part.y + part.height; row++) {
      opacity.fill(0, row * inside.width + part.x, row * inside.width + part.x + part.width);
    }
  }
  return opacity;
}

function opaque({ width, height }: PixelWindow): Uint8Array {
  return new Uint8Array(width * height).fill(255);
}

/** 255 where the mask shows a pixel, 0 where not. `inside` is a window within the image. */
export function maskOpacity(blocks: Blocks, image: Level, mask: Level, inside: PixelWindow): Uint8Array {
  const from = maskWindow(inside, image, mask);
  const samples = createSamples(mask.coding.sampleType, from.width * from.height);
  gatherInto(mask, { window: from, bands: [0], samples: [samples] }, blocks);
  return validFromMask(samples, from, inside, image, mask);
}

type Test = (value: number) => boolean;

function equalTo(samples: SampleArray, value: number): Test | null {
  const sample = asSample(value, samples);
  if (sample === null) return null;
  return Number.isNaN(sample) ? Number.isNaN : (other) => other === sample;
}

/** Makes pixels transparent in which every band passes its test; a null test is one that nothing passes. */
function hideWhereAll(
  opacity: Uint8Array,
  bands: readonly SampleArray[],
  testFor: (samples: SampleArray) => Test | null,
): void {
  const tests = bands.map(testFor);
  if (tests.includes(null)) return;
  for (let i = 0; i < opacity.length; i++) {
    let hidden = true;
    for (let band = 0; hidden && band < bands.length; band++) {
      hidden = (tests[band] as Test)((bands[band] as Float64Array)[i] as number);
    }
    if (hidden) opacity[i] = 0;
  }
}

function applyAlpha(opacity: Uint8Array, alpha: SampleArray, { sampleType, bitsPerSample }: TilePlan): void {
  const scale = sampleType.startsWith('float') ? 255 : 255 / (2 ** bitsPerSample - 1);
  for (let i = 0; i < opacity.length; i++) {
    if (opacity[i] !== 0) opacity[i] = Math.min(255, Math.max(0, Math.round(Number(alpha[i]) * scale)));
  }
}

/** The colour channels as they are shown, one array each. */
function coloursOf(plan: TilePlan, samples: readonly SampleArray[]): SampleArray[] {
  if (plan.palette) return paletteColours(plan.palette, samples[0] as SampleArray);
  if (plan.cmyk) return inkColours(samples as readonly Uint8Array[]);
  const shown = samples.slice(0, plan.channels.length - 1);
  const spread = plan.sampleType === 'uint8' && plan.bitsPerSample < 8;
  return plan.inverted || spread ? shown.map((values) => spreadGreys(values, plan)) : shown;
}

function paletteColours(palette: NonNullable<TilePlan['palette']>, indices: SampleArray): SampleArray[] {
  return [0, 1, 2].map((channel) => {
    const table = Uint8Array.from(palette, (colour) => colour[channel] as number);
    return Uint8Array.from(indices as Uint8Array, (index) => table[index] ?? 0);
  });
}

function inkColours([cyan, magenta, yellow, black]: readonly Uint8Array[]): SampleArray[] {
  return [cyan, magenta, yellow].map((ink) =>
    Uint8Array.from(ink as Uint8Array, (value, i) => cmykToRgb(value, black?.[i] ?? 0)),
  );
}

/** Samples of few bits take the whole range of a byte; where small ones are light they are turned round. */
function spreadGreys(values: SampleArray, { sampleType, bitsPerSample, inverted }: TilePlan): SampleArray {
  const most = 2 ** bitsPerSample - 1;
  const scale = sampleType === 'uint8' ? 255 / most : 1;
  return (values as Uint8Array).map((value) => Math.round((inverted ? most - value : value) * scale));
}
