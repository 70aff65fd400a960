import { toErrorData, type ErrorData } from '../../errors';
import { blockJob, decodeBlock, releaseBlock } from '../codecs';
import type { Denominator, ReducedDecoder, ReducingCodecs } from '../codecs/reduced';
import type { DecodedBlock, Level, PixelWindow } from '../types';
import { clipWindow } from '../windowBlocks';
import { averaged, copyPixels, createPixels, type TilePixels } from './average';
import { assembleTile, maskOpacity, type Blocks } from './tileAssembler';
import type { TilePlan } from './tilePlan';

/** Cells of one level that are reduced alike. */
export interface CellTask {
  readonly plan: TilePlan;
  readonly image: Level;
  readonly mask: Level | null;
  /** Pixels that become one, a side: a power of two that divides every window. */
  readonly factor: number;
  readonly cells: readonly CellPart[];
}

/** Stored bytes by block index; null for sparse blocks. */
export type StoredBlocks = readonly (readonly [index: number, bytes: Uint8Array | null])[];

/** Gives back the memory of blocks that were decoded from these and are done with. */
export function releaseStored(stored: StoredBlocks, blocks: Blocks): void {
  for (const [index, bytes] of stored) {
    const block = blocks.get(index);
    if (bytes && block) releaseBlock(block, bytes);
  }
}

export interface CellPart {
  readonly window: PixelWindow;
  readonly imageBytes: StoredBlocks;
  readonly maskBytes: StoredBlocks;
}

/** px of a piece that is put together at full size on the way */
const PIECE_PIXELS = 1024 * 1024;

export interface ReducedCell {
  /** Null where nothing of it could be decoded. */
  readonly pixels: TilePixels | null;
  /** AppError `tiff.*` of the first block that could not be decoded; its place is transparent. */
  readonly error: ErrorData | null;
}

/**
 * A cell at a fraction of its size: (width / factor) × (height / factor) pixels, as assembleTile makes them. Where every pixel
 * is valid and the codec can decode to less than full size, it does; else all pixels are decoded and averaged by their opacity.
 */
export async function reduceCell(
  task: CellTask,
  cell: CellPart,
  codecs: ReducingCodecs,
): Promise<ReducedCell> {
  const masks = await decodeAll(task.mask, cell.maskBytes, codecs);
  const reduced = await reduceWith(masks, task, cell, codecs);
  releaseStored(cell.maskBytes, masks.blocks);
  return reduced;
}

async function reduceWith(
  masks: DecodedBlocks,
  task: CellTask,
  cell: CellPart,
  codecs: ReducingCodecs,
): Promise<ReducedCell> {
  const validity = validityOf(task, cell, masks.blocks);
  const { width, height } = sizeOf(task, cell);
  if (validity === 'none') {
    const pixels = createPixels(task.plan.dtype, width * height * task.plan.channels.length);
    return { pixels, error: masks.error };
  }
  const quick = validity === 'all' ? await decodeReducedCell(task, cell, codecs).catch(() => null) : null;
  if (quick) return { pixels: quick, error: null };
  const images = await decodeAll(task.image, cell.imageBytes, codecs);
  const error = images.error ?? masks.error;
  if (error && ![...images.blocks.values()].some(Boolean)) return { pixels: null, error };
  const pixels = averageCell(task, cell, images.blocks, masks.blocks);
  releaseStored(cell.imageBytes, images.blocks);
  return { pixels, error };
}

const sizeOf = ({ factor }: CellTask, { window }: CellPart): { width: number; height: number } => ({
  width: window.width / factor,
  height: window.height / factor,
});

interface DecodedBlocks {
  readonly blocks: Blocks;
  readonly error: ErrorData | null;
}

/** Blocks that cannot be decoded are left out. */
async function decodeAll(
  level: Level | null,
  stored: StoredBlocks,
  codecs: ReducingCodecs,
): Promise<DecodedBlocks> {
  const blocks = new Map<number, DecodedBlock | null>();
  let error: ErrorData | null = null;
  if (!level) return { blocks, error };
  for (const [index, bytes] of stored) {
    try {
      blocks.set(index, bytes && (await decodeBlock(bytes, blockJob(level, index), codecs)));
    } catch (failure) {
      error ??= toErrorData(failure);
    }
  }
  return { blocks, error };
}

/** What is known of a cell's opacity before its pixels are decoded. */
function validityOf(task: CellTask, cell: CellPart, maskBlocks: Blocks): 'all' | 'none' | 'some' {
  const { plan, image, mask } = task;
  if (plan.opacity.kind === 'samples') {
    if (cell.imageBytes.every(([, bytes]) => bytes === null)) return 'none';
    const { nodata, alphaBand } = plan.opacity;
    const plain = nodata === null && alphaBand === null && !plan.sampleType.startsWith('float');
    return plain ? 'all' : 'some';
  }
  if (!mask) return 'all';
  const inside = clipWindow(cell.window, image);
  if (inside.width * inside.height > PIECE_PIXELS * 4) return 'some';
  const opacity = maskOpacity(maskBlocks, image, mask, inside);
  if (!opacity.includes(255)) return 'none';
  return opacity.includes(0) ? 'some' : 'all';
}

/** By the codec itself, for blocks of whole fractions; null where that does not work out. */
async function decodeReducedCell(
  task: CellTask,
  cell: CellPart,
  codecs: ReducingCodecs,
): Promise<TilePixels | null> {
  const { plan, image, factor } = task;
  const decode = codecs.reduced?.[image.coding.compression];
  const denominator = Math.min(8, factor) as Denominator;
  if (!decode || plan.palette || plan.cmyk || !dividesBlocks(image, denominator)) return null;
  const blocks = await decodeEach(task, cell, decode, denominator);
  if (!blocks) return null;
  const small = reducedLevel(image, denominator);
  const window = dividedWindow(cell.window, denominator);
  const pixels = assembleTile({
    plan: { ...plan, opacity: { kind: 'samples', nodata: null, alphaBand: null } },
    image: small,
    mask: null,
    window,
    imageBlocks: blocks,
    maskBlocks: new Map(),
  });
  releaseStored(cell.imageBytes, blocks);
  return averaged(pixels, window.width, window.height, plan.channels.length, factor / denominator);
}

function dividesBlocks({ tiled, rows, blockWidth, blockHeight }: Level, denominator: number): boolean {
  const across = !tiled || blockWidth % denominator === 0;
  return across && (rows === 1 || blockHeight % denominator === 0);
}

async function decodeEach(
  { image }: CellTask,
  { imageBytes }: CellPart,
  decode: ReducedDecoder,
  denominator: Denominator,
): Promise<Blocks | null> {
  const blocks = new Map<number, DecodedBlock | null>();
  for (const [index, bytes] of imageBytes) {
    const block = bytes && (await decode(bytes, blockJob(image, index), denominator));
    if (bytes && !block) return null;
    blocks.set(index, block);
  }
  return blocks;
}

function reducedLevel(level: Level, denominator: number): Level {
  const part = (length: number): number => Math.ceil(length / denominator);
  return {
    ...level,
    width: part(level.width),
    height: part(level.height),
    blockWidth: part(level.blockWidth),
    blockHeight: part(level.blockHeight),
  };
}

function dividedWindow({ x, y, width, height }: PixelWindow, by: number): PixelWindow {
  return { x: x / by, y: y / by, width: width / by, height: height / by };
}

/** At full size, piece by piece: a cell of huge blocks would need its memory twice. */
function averageCell(task: CellTask, cell: CellPart, imageBlocks: Blocks, maskBlocks: Blocks): TilePixels {
  const { plan, image, mask, factor } = task;
  const channels = plan.channels.length;
  const whole = sizeOf(task, cell);
  const target = { pixels: createPixels(plan.dtype, whole.width * whole.height * channels), ...whole };
  for (const window of piecesOf(cell.window, factor)) {
    const piece = assembleTile({ plan, image, mask, window, imageBlocks, maskBlocks });
    const small = { width: window.width / factor, height: window.height / factor };
    const pixels = averaged(piece, window.width, window.height, channels, factor);
    const place = { x: (window.x - cell.window.x) / factor, y: (window.y - cell.window.y) / factor };
    copyPixels({ pixels, ...small }, target, place, channels);
  }
  return target.pixels;
}

function piecesOf(cell: PixelWindow, factor: number): PixelWindow[] {
  const across = Math.min(cell.width, Math.max(factor, 2048));
  const down = Math.min(cell.height, Math.max(factor, Math.floor(PIECE_PIXELS / across / factor) * factor));
  const pieces: PixelWindow[] = [];
  for (let y = 0; y < cell.height; y += down) {
    for (let x = 0; x < cell.width; x += across) {
      pieces.push({
        x: cell.x + x,
        y: cell.y + y,
        width: Math.min(across, cell.width - x),
        height: Math.min(down, cell.height - y),
      });
    }
  }
  return pieces;
}
