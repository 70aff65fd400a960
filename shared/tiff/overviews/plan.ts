import { AppError } from '../../errors';
import { blockBytes } from '../blockSize';
import type { Level, RasterDescription } from '../types';
import { axisOf, sourceRange } from './axis';
import { overviewCoding, pixelBytes, type CodingWishes, type OverviewCoding } from './coding';
import { lastBeforeGap, overviewSizes, type Size } from './levels';
import type { Reduction, Validity } from './reduction';

/** One level that is to be built, a grid of square tiles. */
export interface PlannedLevel extends Size {
  readonly columns: number;
  readonly rows: number;
}

/** Some levels that are built in one go out of the level before them, unit by unit. */
export interface Round {
  /** Index into the plan's levels, -1 for the base. */
  readonly source: number;
  /** Indices into the plan's levels, first to last. */
  readonly first: number;
  readonly last: number;
  /** Tiles of the last level that one unit makes, with all that lies under them. */
  readonly across: number;
  readonly down: number;
  /** Units across and down. */
  readonly columns: number;
  readonly rows: number;
}

/** How the base's blocks are read: at will, or from the first byte to the last because a block is too large to be held. */
export type Reading = 'blocks' | 'stream';

/** How the overviews of a raster are built. Plain data: it goes to the threads, and equal rasters have equal plans. */
export interface OverviewPlan {
  /** Index into description.levels: what the overviews are made from. */
  readonly base: number;
  readonly baseSize: Size;
  /** px a side of all tiles */
  readonly tile: number;
  /** Largest first. */
  readonly levels: readonly PlannedLevel[];
  readonly rounds: readonly Round[];
  readonly reading: Reading;
  readonly coding: OverviewCoding;
  readonly reduction: Reduction;
  /** True where each level has a mask of its own. */
  readonly masked: boolean;
}

/** Levels that are made while the pixels are at hand. */
const DEPTH = 3;
/** bytes of one decoded block that may be held, and of one that is read from begin to end instead where its codec can */
const LARGEST_BLOCK = 128 * 1024 * 1024;
const STREAMED_BLOCK = 16 * 1024 * 1024;
/** bytes of one tile, roughly */
const TILE_BYTES = 2 * 1024 * 1024;
/** bytes that the rows of one unit may take */
const UNIT_BYTES = 96 * 1024 * 1024;
/** Codecs that can be decoded piece by piece. */
const STREAMED: ReadonlySet<string> = new Set(['deflate', 'lzw', 'packbits']);

/**
 * Plans the overviews that a raster lacks. Throws `overviews.none_needed` for an image of one pixel,
 * `overviews.unsupported_samples`, `overviews.block_too_large` where a single block would take too much memory.
 */
export function planOverviews(description: RasterDescription, wishes: CodingWishes = {}): OverviewPlan {
  const coding = overviewCoding(description, wishes);
  const base = baseOf(description);
  const level = description.levels[base] as Level;
  const tile = tileSide(pixelBytes(coding));
  const levels = overviewSizes(level, description.levels.length === 1).map((size) => ({
    ...size,
    columns: Math.ceil(size.width / tile),
    rows: Math.ceil(size.height / tile),
  }));
  if (levels.length === 0) throw new AppError('overviews.none_needed', { file: description.name });
  const reading = readingOf(level, description);
  return {
    base,
    baseSize: { width: level.width, height: level.height },
    tile,
    levels,
    rounds: roundsOf(level, levels, tile, pixelBytes(coding), reading),
    reading,
    coding,
    reduction: {
      sampleType: description.sampleType,
      channels: description.bands,
      method: description.palette ? 'mode' : 'average',
      validity: validityOf(description),
      fill: description.nodata ?? 0,
    },
    masked: isMasked(description),
  };
}

/** A mask must be as fine as what it hides: without one of the level's own size the full resolution is the base. */
function baseOf(description: RasterDescription): number {
  const index = lastBeforeGap(description);
  if (!isMasked(description)) return index;
  const { width, height } = description.levels[index] as Level;
  return description.maskLevels.some((mask) => mask.width === width && mask.height === height) ? index : 0;
}

const isMasked = ({ mask }: RasterDescription): boolean => mask === 'internal' || mask === 'external';

function validityOf({ mask, nodata, alphaBand }: RasterDescription): Validity {
  if (mask === 'internal' || mask === 'external') return { kind: 'mask' };
  if (mask === 'nodata' && nodata !== null) return { kind: 'nodata', value: nodata };
  return mask === 'alpha' && alphaBand !== null ? { kind: 'alpha', channel: alphaBand } : { kind: 'all' };
}

function tileSide(bytes: number): number {
  for (const side of [512, 256]) if (side * side * bytes <= TILE_BYTES) return side;
  return 128;
}

function readingOf(level: Level, { name }: RasterDescription): Reading {
  const { compression } = level.coding;
  const isCut = !level.tiled && compression === 'none';
  const bytes = isCut ? 0 : blockBytes(level, level.blockHeight) * (level.tiled ? 1 : level.planes);
  const isStrip = !level.tiled && level.coding.fillOrder === 1;
  if (
    bytes > STREAMED_BLOCK &&
    isStrip &&
    STREAMED.has(compression) &&
    level.coding.photometric !== 'ycbcr'
  ) {
    return 'stream';
  }
  if (bytes > LARGEST_BLOCK) {
    throw new AppError('overviews.block_too_large', { file: name, megabytes: Math.round(bytes / 1e6) });
  }
  return 'blocks';
}

function roundsOf(
  base: Level,
  levels: readonly PlannedLevel[],
  tile: number,
  bytes: number,
  reading: Reading,
): Round[] {
  if (reading === 'stream') {
    const last = levels.length - 1;
    const { columns, rows } = levels[last] as PlannedLevel;
    return [{ source: -1, first: 0, last, across: columns, down: rows, columns: 1, rows: 1 }];
  }
  const rounds: Round[] = [];
  for (let first = 0; first < levels.length; first += DEPTH) {
    const last = Math.min(first + DEPTH, levels.length) - 1;
    const top = levels[last] as PlannedLevel;
    const across = first === 0 ? tilesAcross(base, top, tile * 2 ** (last - first), tile, bytes) : 1;
    rounds.push({
      source: first - 1,
      first,
      last,
      across,
      down: 1,
      columns: Math.ceil(top.columns / across),
      rows: top.rows,
    });
  }
  return rounds;
}

/** Strips are decoded whole, so a unit is as wide as memory allows; tiles are taken in squares. */
function tilesAcross(base: Level, top: PlannedLevel, reach: number, tile: number, bytes: number): number {
  if (base.blockWidth <= 4 * reach) return 1;
  const rowsBytes = base.width * bytes * tile;
  const parts = Math.ceil(rowsBytes / UNIT_BYTES);
  return Math.max(1, Math.ceil(top.columns / parts));
}

/** Half-open ranges of pixels. */
export interface Region {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** What a unit does at one level: which pixels it needs there, and which tiles are its own to write. */
export interface UnitLevel extends Size {
  /** Index into the plan's levels, -1 for the base. */
  readonly level: number;
  readonly needed: Region;
  readonly owned: Region;
}

/** The levels of a unit, its source first. Odd sizes make it need a few pixels that its neighbours own. */
export function unitLevels(plan: OverviewPlan, round: Round, unit: number): UnitLevel[] {
  const column = unit % round.columns;
  const row = Math.floor(unit / round.columns);
  const found: UnitLevel[] = [];
  let needed: Region | null = null;
  for (let level = round.last; level >= round.source; level--) {
    const size = level < 0 ? plan.baseSize : (plan.levels[level] as PlannedLevel);
    const side = plan.tile * 2 ** (round.last - level);
    const owned: Region = {
      x0: Math.min(size.width, column * round.across * side),
      y0: Math.min(size.height, row * round.down * side),
      x1: Math.min(size.width, (column + 1) * round.across * side),
      y1: Math.min(size.height, (row + 1) * round.down * side),
    };
    needed = needed === null ? owned : hull(owned, below(size, needed), level === round.source);
    found.unshift({ level, width: size.width, height: size.height, needed, owned });
  }
  return found;
}

/** The pixels of the larger level that a region is made from. */
function below(size: Size, { x0, y0, x1, y1 }: Region): Region {
  const [left, right] = sourceRange(axisOf(size.width), x0, x1);
  const [top, bottom] = sourceRange(axisOf(size.height), y0, y1);
  return { x0: left, y0: top, x1: right, y1: bottom };
}

/** The source itself is not written: of it a unit has only what it needs. */
function hull(owned: Region, wanted: Region, isSource: boolean): Region {
  if (isSource) return wanted;
  return {
    x0: Math.min(owned.x0, wanted.x0),
    y0: Math.min(owned.y0, wanted.y0),
    x1: Math.max(owned.x1, wanted.x1),
    y1: Math.max(owned.y1, wanted.y1),
  };
}

/** Pixels of its source that a unit reads: what progress is counted in. */
export function unitWork(plan: OverviewPlan, round: Round, unit: number): number {
  const { needed } = unitLevels(plan, round, unit)[0] as UnitLevel;
  return (needed.x1 - needed.x0) * (needed.y1 - needed.y0);
}
