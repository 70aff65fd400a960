import { maskLevelFor } from '../windowValid';
import type { Level, MaskKind, RasterDescription, SampleType } from '../types';

/** One zoom step of the display: a grid of tiles over one level of the raster. */
export interface TileLevel {
  /** Index into description.levels. */
  readonly level: number;
  /** px of the level */
  readonly width: number;
  readonly height: number;
  /** px; every tile is that large, what lies outside the level is transparent. */
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** Tiles across and down. */
  readonly columns: number;
  readonly rows: number;
  /** Full-resolution pixels per pixel of this level, across and down. */
  readonly scaleX: number;
  readonly scaleY: number;
  /** Pixels of the raster's level that become one of this, a side; 1 for the raster's own levels. */
  readonly factor: number;
}

/** What one channel of a tile holds. */
export type TileChannel =
  | { readonly kind: 'band'; /** zero-based band of the raster */ readonly band: number }
  | { readonly kind: 'palette'; readonly colour: 'red' | 'green' | 'blue' }
  /** Always the last one: 0 transparent … 255 opaque in Uint8Array tiles, 0 … 1 in Float32Array tiles. */
  | { readonly kind: 'opacity' };

/** How opacity is found, in the order of precedence that readWindow has. */
export type OpacityRule =
  | { readonly kind: 'mask' }
  | { readonly kind: 'samples'; readonly nodata: number | null; readonly alphaBand: number | null };

/** What all tiles of a raster have in common. Plain data: it goes to the workers once a tile. */
export interface TilePlan {
  readonly channels: readonly TileChannel[];
  readonly dtype: 'uint8' | 'float32';
  readonly sampleType: SampleType;
  readonly bitsPerSample: number;
  readonly opacity: OpacityRule;
  readonly palette: RasterDescription['palette'];
  /** True where small samples are light. */
  readonly inverted: boolean;
  /** True where four bands of ink become three of light. */
  readonly cmyk: boolean;
}

/** One level as it is shown, with its mask. */
export interface PlannedLevel {
  readonly tile: TileLevel;
  readonly image: Level;
  readonly mask: Level | null;
  /** Index into description.maskLevels. */
  readonly maskIndex: number;
  /** True where a tile is exactly one block of the image, and of the mask where there is one. */
  readonly aligned: boolean;
}

/** px a side of the tiles of reduced levels: small, so that the picture fills in piece by piece */
const REDUCED_TILE = 256;
/** A picture that fits here needs no further level. */
const SMALL_SIDE = 512;

const LARGEST_OWN_TILE = 1024;
const SMALLEST_OWN_TILE = 128;
const VIRTUAL_TILE = 512;

/** @param bands zero-based bands to show, null for all but alpha */
export function planTiles(description: RasterDescription, bands: readonly number[] | null): TilePlan {
  const { sampleType, bitsPerSample, palette } = description;
  const photometric = description.levels[0]?.coding.photometric;
  const bytes = sampleType === 'uint8';
  const cmyk = photometric === 'cmyk' && bytes && description.bands >= 4 && bands === null;
  const shown = bands ?? bandsWithoutAlpha(description);
  return {
    channels: [...colourChannels(shown, palette !== null || cmyk), { kind: 'opacity' }],
    dtype: bytes || palette ? 'uint8' : 'float32',
    sampleType,
    bitsPerSample,
    opacity: opacityRule(description.mask, description),
    palette,
    inverted: photometric === 'white_is_zero' && sampleType.startsWith('uint') && bitsPerSample <= 16,
    cmyk,
  };
}

function bandsWithoutAlpha({ bands, alphaBand }: RasterDescription): number[] {
  const all = Array.from({ length: bands }, (_, band) => band);
  return bands > 1 ? all.filter((band) => band !== alphaBand) : all;
}

function colourChannels(bands: readonly number[], expanded: boolean): TileChannel[] {
  if (!expanded) return bands.map((band) => ({ kind: 'band', band }));
  return (['red', 'green', 'blue'] as const).map((colour) => ({ kind: 'palette', colour }));
}

function opacityRule(mask: MaskKind, { nodata, alphaBand }: RasterDescription): OpacityRule {
  if (mask === 'internal' || mask === 'external') return { kind: 'mask' };
  return {
    kind: 'samples',
    nodata: mask === 'nodata' ? nodata : null,
    alphaBand: mask === 'none' ? null : alphaBand,
  };
}

/** The levels of a raster, cut into tiles for display. `description` has its large strips split. */
export function planLevels(description: RasterDescription, plan: TilePlan): PlannedLevel[] {
  return description.levels.map((image, level) => {
    const mask = plan.opacity.kind === 'mask' ? maskLevelFor(description, image) : null;
    const size = tileSize(image);
    return {
      tile: {
        level,
        width: image.width,
        height: image.height,
        ...size,
        columns: Math.ceil(image.width / size.tileWidth),
        rows: Math.ceil(image.height / size.tileHeight),
        scaleX: description.width / image.width,
        scaleY: description.height / image.height,
        factor: 1,
      },
      image,
      mask,
      maskIndex: mask ? description.maskLevels.indexOf(mask) : -1,
      aligned: hasOwnTiles(image) && (mask === null || sameGrid(image, mask)),
    };
  });
}

/** Levels made from the coarsest one by halving it, until they are small. */
export function reducedLevels(coarsest: TileLevel): TileLevel[] {
  const levels: TileLevel[] = [];
  const side = Math.max(coarsest.width, coarsest.height);
  for (let factor = 2; (side * 2) / factor > SMALL_SIDE; factor *= 2) {
    const width = Math.ceil(coarsest.width / factor);
    const height = Math.ceil(coarsest.height / factor);
    levels.push({
      level: coarsest.level,
      width,
      height,
      tileWidth: REDUCED_TILE,
      tileHeight: REDUCED_TILE,
      columns: Math.ceil(width / REDUCED_TILE),
      rows: Math.ceil(height / REDUCED_TILE),
      scaleX: coarsest.scaleX * factor,
      scaleY: coarsest.scaleY * factor,
      factor,
    });
  }
  return levels;
}

function tileSize(level: Level): { tileWidth: number; tileHeight: number } {
  if (hasOwnTiles(level)) return { tileWidth: level.blockWidth, tileHeight: level.blockHeight };
  const side = Math.max(level.width, level.height) <= VIRTUAL_TILE / 2 ? VIRTUAL_TILE / 2 : VIRTUAL_TILE;
  return { tileWidth: side, tileHeight: side };
}

/** True where the raster's own tiles are fit to be shown: neither tiny nor huge nor narrow. */
function hasOwnTiles({ tiled, blockWidth, blockHeight }: Level): boolean {
  const small = Math.min(blockWidth, blockHeight);
  const large = Math.max(blockWidth, blockHeight);
  return tiled && small >= SMALLEST_OWN_TILE && large <= LARGEST_OWN_TILE && large <= small * 2;
}

function sameGrid(a: Level, b: Level): boolean {
  return (
    a.width === b.width &&
    a.height === b.height &&
    a.tiled === b.tiled &&
    a.blockWidth === b.blockWidth &&
    a.blockHeight === b.blockHeight
  );
}

/** The bands whose samples a tile needs: those it shows, and what its opacity is found from. */
export function neededBands(plan: TilePlan): number[] {
  const shown = plan.cmyk
    ? [0, 1, 2, 3]
    : plan.palette
      ? [0]
      : plan.channels.flatMap((channel) => (channel.kind === 'band' ? [channel.band] : []));
  const alpha = plan.opacity.kind === 'samples' ? plan.opacity.alphaBand : null;
  return alpha === null || shown.includes(alpha) ? shown : [...shown, alpha];
}
