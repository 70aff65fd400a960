import type { ReducingCodecs } from '../codecs/reduced';
import type { ByteSource, Level, PixelWindow, Raster } from '../types';
import type { TilePixels } from './average';
import { cellBlocks } from './cellBlocks';
import { cellWindow } from './cellGrid';
import { cellsOfStratum, pictureOf, planPreview, type PreviewPlan, type Sample } from './preview';
import { reduceCell, type StoredBlocks } from './reducedCell';
import { planLevels, planTiles, type PlannedLevel, type TilePlan } from './tilePlan';

/** Samples under way: some are read while one is decoded. */
const AT_ONCE = 8;
/** px; rows of a JPEG tile that are decoded where it becomes one pixel */
const TOP_ROWS = 128;
/** Cells of one stratum that are looked at for one of which the file holds something. */
const MOST_LOOKED_AT = 256;

/**
 * The coarse picture of a raster that `planPreview` plans, of whose coarsest level some cells are read and decoded. Null where none
 * is planned; samples that cannot be read are transparent. `raster` has its large strips split; `bands` as for planTiles.
 */
export async function samplePreview(
  raster: Raster,
  bands: readonly number[] | null,
  codecs: ReducingCodecs,
): Promise<TilePixels | null> {
  const plan = planTiles(raster.description, bands);
  const planned = planLevels(raster.description, plan).at(-1) as PlannedLevel;
  const preview = planPreview(plan, planned);
  if (!preview) return null;
  const { across, down } = preview.samples;
  const samples = Array.from({ length: across * down }, (): Sample | null => null);
  const waiting = [...samples.keys()].reverse();
  const work = async (): Promise<void> => {
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop())
      samples[index] = await sampleOf(raster, plan, planned, preview, index, codecs).catch(() => null);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return pictureOf(preview, samples, plan);
}

/** The most central cell of a stratum that the file holds; null where it holds none. */
async function sampleOf(
  raster: Raster,
  plan: TilePlan,
  planned: PlannedLevel,
  preview: PreviewPlan,
  index: number,
  codecs: ReducingCodecs,
): Promise<Sample | null> {
  const { grid, samples, factor } = preview;
  const cells = cellsOfStratum(grid, samples, index % samples.across, Math.floor(index / samples.across));
  const top = topOf(planned, preview);
  let looks = MOST_LOOKED_AT;
  for (const cell of cells) {
    if (looks-- === 0) break;
    const { image, mask } = cellBlocks(plan, planned, grid, factor, cell);
    if (!(await holdsAny(raster, planned.image, image))) continue;
    const [first = 0] = image;
    if (top) {
      const bytes = await beginning(raster, planned.image, first, top.image.height);
      return reduce(plan, top, factor, { imageBytes: [[0, bytes]] }, codecs);
    }
    const imageBytes = await stored(raster, planned.image, image);
    const maskBytes = planned.mask ? await stored(raster, planned.mask, mask) : [];
    const whole = { image: planned.image, mask: planned.mask, window: cellWindow(grid, cell) };
    return reduce(plan, whole, factor, { imageBytes, maskBytes }, codecs);
  }
  return null;
}

interface Place {
  readonly image: Level;
  readonly mask: Level | null;
  readonly window: PixelWindow;
}

/**
 * The upper edge of one JPEG tile as a level of its own, for a sample that becomes one pixel: a decoder leaves the tile after so
 * many rows. Null where samples have to be whole.
 */
function topOf({ image, mask }: PlannedLevel, { samples, factor }: PreviewPlan): Place | null {
  const { blockWidth: width, planes, coding } = image;
  const height = Math.ceil(TOP_ROWS / factor) * factor;
  const isOnePixel = samples.partsAcross === 1 && samples.partsDown === 1;
  const isCut = coding.compression === 'jpeg' && image.tiled && planes === 1 && height < image.blockHeight;
  if (!isOnePixel || !isCut || mask || width % factor !== 0) return null;
  const level = { ...image, width, height, blockHeight: height, columns: 1, rows: 1 };
  return { image: level, mask: null, window: { x: 0, y: 0, width, height } };
}

async function reduce(
  plan: TilePlan,
  { image, mask, window }: Place,
  factor: number,
  { imageBytes, maskBytes = [] }: { readonly imageBytes: StoredBlocks; readonly maskBytes?: StoredBlocks },
  codecs: ReducingCodecs,
): Promise<Sample | null> {
  const cell = { window, imageBytes, maskBytes };
  const { pixels } = await reduceCell({ plan, image, mask, factor, cells: [cell] }, cell, codecs);
  return pixels && { pixels, width: window.width / factor, height: window.height / factor };
}

async function holdsAny(raster: Raster, level: Level, indices: readonly number[]): Promise<boolean> {
  for (const index of indices) if ((await raster.blockRange(level, index)).length > 0) return true;
  return false;
}

async function stored(raster: Raster, level: Level, indices: readonly number[]): Promise<StoredBlocks> {
  return Promise.all(indices.map(async (index) => [index, await raster.readBlock(level, index)] as const));
}

/** The stored bytes of so many rows of a JPEG tile, as far as one can guess: half as many again, and what a head may take. */
async function beginning(raster: Raster, level: Level, index: number, rows: number): Promise<Uint8Array> {
  const { offset, length } = await raster.blockRange(level, index);
  const guess = Math.ceil((length * rows * 1.5) / level.blockHeight) + 4096;
  const source = raster.files[level.file] as ByteSource;
  return source.read(offset, Math.min(length, guess));
}
