import type { DecodedBlock, Level, PixelWindow } from '../types';
import { blocksOf, partOf } from '../windowBlocks';
import { neededBands, type TilePlan } from './tilePlan';

/** What a tile of plain bytes is made of. */
export interface PlainParts {
  readonly plan: TilePlan;
  readonly image: Level;
  readonly window: PixelWindow;
  /** The part of the window that the level has. */
  readonly inside: PixelWindow;
  readonly blocks: ReadonlyMap<number, DecodedBlock | null>;
  /** 255 or 0 for each pixel of `inside`; null where no mask says what is seen. */
  readonly mask: Uint8Array | null;
}

/**
 * Whether samples are shown as they are stored: bytes that lie together pixel by pixel, as in most orthophotos. Those need not
 * be taken apart band by band.
 */
export function isPlain(plan: TilePlan, image: Level): boolean {
  const { sampleType, bitsPerSample, palette, inverted, cmyk, opacity } = plan;
  const alpha = opacity.kind === 'samples' ? opacity.alphaBand : null;
  const bytes = sampleType === 'uint8' && bitsPerSample === 8 && image.planes === 1;
  return bytes && !palette && !inverted && !cmyk && (alpha === null || !shownBands(plan).includes(alpha));
}

const shownBands = ({ channels }: TilePlan): number[] =>
  channels.flatMap((channel) => (channel.kind === 'band' ? [channel.band] : []));

/**
 * Copies a tile's bands from blocks to where they belong, and finds its opacity; the tile is empty before. Sparse blocks stay
 * empty, but a mask that shows them is believed.
 */
export function assemblePlain(
  { plan, image, window, inside, blocks, mask }: PlainParts,
  tile: Uint8Array,
): void {
  const channels = plan.channels.length;
  const bands = shownBands(plan);
  const hidden = mask ? null : hidingRule(plan);
  for (const index of blocksOf(image, inside, neededBands(plan))) {
    const block = blocks.get(index);
    const { x, y, width, height } = partOf(image, index, inside);
    const left = inside.x + x - (index % image.columns) * image.blockWidth;
    const top = inside.y + y - Math.floor(index / image.columns) * image.blockHeight;
    const across = inside.x - window.x + x;
    const down = inside.y - window.y + y;
    for (let row = 0; row < height; row++) {
      const to = { tile, at: ((down + row) * window.width + across) * channels, channels, width };
      if (mask) copyMask(mask, (y + row) * inside.width + x, to);
      if (!block) continue;
      const samples = block.samples as Uint8Array;
      const from = { samples, at: ((top + row) * block.width + left) * block.channels, step: block.channels };
      if (hidden) hide(hidden, from, to);
      else if (!mask) fillOpaque(to);
      for (const [channel, band] of bands.entries()) {
        if (mask || hidden) copyVisible(from, band, to, channel);
        else copyAll(from, band, to, channel);
      }
    }
  }
}

/** A row of interleaved samples of a block. */
interface From {
  readonly samples: Uint8Array;
  readonly at: number;
  readonly step: number;
}

/** A row of a tile. */
interface To {
  readonly tile: Uint8Array;
  readonly at: number;
  readonly channels: number;
  /** px */
  readonly width: number;
}

/** What of a pixel's own samples makes it transparent. */
interface HidingRule {
  /** Bands that all must have the value of nodata. */
  readonly bands: readonly number[];
  readonly nodata: number | null;
  readonly alphaBand: number | null;
}

function hidingRule(plan: TilePlan): HidingRule | null {
  if (plan.opacity.kind === 'mask') return null;
  const { alphaBand } = plan.opacity;
  const value = plan.opacity.nodata;
  const nodata = value !== null && Number.isInteger(value) && value >= 0 && value <= 255 ? value : null;
  return nodata === null && alphaBand === null ? null : { bands: shownBands(plan), nodata, alphaBand };
}

function hide({ bands, nodata, alphaBand }: HidingRule, { samples, at, step }: From, to: To): void {
  const { tile, channels, width } = to;
  for (
    let i = 0, from = at, opacity = to.at + channels - 1;
    i < width;
    i++, from += step, opacity += channels
  ) {
    let isNodata = nodata !== null;
    for (let band = 0; isNodata && band < bands.length; band++) {
      isNodata = samples[from + bands[band]!] === nodata;
    }
    if (!isNodata) tile[opacity] = alphaBand === null ? 255 : samples[from + alphaBand]!;
  }
}

function copyMask(mask: Uint8Array, start: number, { tile, at, channels, width }: To): void {
  let opacity = at + channels - 1;
  for (let from = start; from < start + width; from++, opacity += channels) tile[opacity] = mask[from]!;
}

function fillOpaque({ tile, at, channels, width }: To): void {
  const end = at + width * channels;
  for (let opacity = at + channels - 1; opacity < end; opacity += channels) tile[opacity] = 255;
}

function copyAll({ samples, at, step }: From, band: number, to: To, channel: number): void {
  const { tile, channels, width } = to;
  let target = to.at + channel;
  const end = target + width * channels;
  for (let from = at + band; target < end; target += channels, from += step) tile[target] = samples[from]!;
}

/** What is transparent keeps no colour. */
function copyVisible({ samples, at, step }: From, band: number, to: To, channel: number): void {
  const { tile, channels, width } = to;
  let target = to.at + channel;
  let opacity = to.at + channels - 1;
  for (let i = 0, from = at + band; i < width; i++, from += step, target += channels, opacity += channels) {
    if (tile[opacity] !== 0) tile[target] = samples[from]!;
  }
}
