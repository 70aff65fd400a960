import { toErrorData, type ErrorData } from '@shared/errors';
import { blockJob, decodeBlock } from '@shared/tiff/codecs';
import type { ReducingCodecs } from '@shared/tiff/codecs/reduced';
import type { BlockJob, DecodedBlock, Level, PixelWindow } from '@shared/tiff/types';
import {
  reduceCell,
  releaseStored,
  type CellTask,
  type ReducedCell,
  type StoredBlocks,
} from '@shared/tiff/tiles/reducedCell';
import { assembleTile, type Blocks } from '@shared/tiff/tiles/tileAssembler';
import type { TilePlan } from '@shared/tiff/tiles/tilePlan';

/** Stored bytes and what is needed to decode them. */
export interface BlockTask {
  readonly bytes: Uint8Array;
  readonly job: BlockJob;
}

/** A tile that is made of whole blocks which no other tile needs. */
export interface TileTask {
  readonly plan: TilePlan;
  readonly image: Level;
  readonly mask: Level | null;
  readonly window: PixelWindow;
  /** Stored bytes by block index; null for sparse blocks. */
  readonly imageBytes: StoredBlocks;
  readonly maskBytes: StoredBlocks;
}

/** What goes to a worker and what comes back. */
export type WorkerRequest = { readonly id: number } & (
  | { readonly kind: 'blocks'; readonly tasks: readonly BlockTask[] }
  | { readonly kind: 'tile'; readonly task: TileTask }
  | { readonly kind: 'cells'; readonly task: CellTask }
);

export type WorkerAnswer = { readonly id: number } & (
  | { readonly kind: 'blocks'; readonly blocks: readonly (DecodedBlock | { readonly error: ErrorData })[] }
  | { readonly kind: 'tile'; readonly tile: Uint8Array | Float32Array }
  | { readonly kind: 'cells'; readonly cells: readonly ReducedCell[] }
  | { readonly kind: 'failed'; readonly error: ErrorData }
);

/** Does what a worker is asked; the answer and the memory that goes with it. Never rejects. */
export async function answerRequest(
  request: WorkerRequest,
  codecs: ReducingCodecs,
): Promise<{ readonly answer: WorkerAnswer; readonly transfer: ArrayBufferLike[] }> {
  const { id } = request;
  try {
    if (request.kind === 'tile') {
      const tile = await decodeTile(request.task, codecs);
      return { answer: { id, kind: 'tile', tile }, transfer: [tile.buffer] };
    }
    if (request.kind === 'cells') {
      const cells = [];
      for (const cell of request.task.cells) cells.push(await reduceCell(request.task, cell, codecs));
      const made = cells.flatMap(({ pixels }) => (pixels ? [pixels.buffer] : []));
      return { answer: { id, kind: 'cells', cells }, transfer: made };
    }
    const blocks = [];
    for (const task of request.tasks) blocks.push(await decodeTask(task, codecs));
    const buffers = blocks.flatMap((block) => ('samples' in block ? [block.samples.buffer] : []));
    return { answer: { id, kind: 'blocks', blocks }, transfer: [...new Set(buffers)] };
  } catch (error) {
    return { answer: { id, kind: 'failed', error: toErrorData(error) }, transfer: [] };
  }
}

async function decodeTask(
  { bytes, job }: BlockTask,
  codecs: ReducingCodecs,
): Promise<DecodedBlock | { readonly error: ErrorData }> {
  try {
    return await decodeBlock(bytes, job, codecs);
  } catch (error) {
    return { error: toErrorData(error) };
  }
}

async function decodeTile(task: TileTask, codecs: ReducingCodecs): Promise<Uint8Array | Float32Array> {
  const { image, mask, imageBytes, maskBytes } = task;
  const imageBlocks = await decodeStored(image, imageBytes, codecs);
  const maskBlocks: Blocks = mask ? await decodeStored(mask, maskBytes, codecs) : new Map();
  const tile = assembleTile({ ...task, imageBlocks, maskBlocks });
  releaseStored(imageBytes, imageBlocks);
  releaseStored(maskBytes, maskBlocks);
  return tile;
}

async function decodeStored(level: Level, stored: StoredBlocks, codecs: ReducingCodecs): Promise<Blocks> {
  const blocks = new Map<number, DecodedBlock | null>();
  for (const [index, bytes] of stored) {
    blocks.set(index, bytes && (await decodeBlock(bytes, blockJob(level, index), codecs)));
  }
  return blocks;
}
