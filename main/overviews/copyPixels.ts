import { AppError } from '@shared/errors';
import { blockJob, decodeBlock, releaseBlock } from '@shared/tiff/codecs';
import type { RowWindow } from '@shared/tiff/overviews';
import type { CodecRegistry, DecodedBlock, Level } from '@shared/tiff/types';
import type { BlockGrid } from './blockFeed';

type Samples = RowWindow['data'];

/** Half-open ranges of pixels, and the plane that the block's samples belong to where it holds one alone. */
export interface Part {
  readonly plane: number;
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** Copies a part of a block at (left, top) into the rows of its level. */
export function copySamples(
  { samples, channels, width }: DecodedBlock,
  to: RowWindow,
  { plane, x0, y0, x1, y1 }: Part,
  left: number,
  top: number,
): void {
  for (let y = y0; y < y1; y++) {
    const from = ((y - top) * width + x0 - left) * channels;
    const start = (to.at(y) + x0 - to.x) * to.channels;
    const count = (x1 - x0) * channels;
    if (channels !== to.channels) copyEach(samples, from, 1, to.data, start + plane, to.channels, x1 - x0);
    else if (isBig(samples)) copyEach(samples, from, 1, to.data, start, 1, count);
    else to.data.set(samples.subarray(from, from + count), start);
  }
}

/** 64-bit integers, which are averaged as doubles. */
export const isBig = (samples: DecodedBlock['samples']): samples is BigInt64Array | BigUint64Array =>
  samples instanceof BigInt64Array || samples instanceof BigUint64Array;

function copyEach(
  from: DecodedBlock['samples'],
  at: number,
  step: number,
  to: Samples | Uint8Array,
  start: number,
  stride: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) to[start + i * stride] = Number(from[at + i * step]);
}

/** Fills rows of the mask from its own blocks; where there are none, or broken ones, nothing counts. */
export async function fillMask(
  rows: RowWindow,
  { mask: level, read }: BlockGrid,
  { codecs }: { readonly codecs: CodecRegistry },
  y0: number,
  y1: number,
): Promise<void> {
  const mask = rows.mask!;
  const right = rows.x + rows.width;
  mask.fill(0, rows.at(y0), rows.at(y1));
  if (!level) return;
  const indices = blocksIn({ ...level, planes: 1 }, rows.x, y0, right, y1);
  const bytes = await read('mask', indices);
  for (const [i, index] of indices.entries()) {
    const stored = bytes[i] ?? null;
    const block = await decodeSound(level, index, stored, codecs);
    if (!stored || !block) continue;
    const left = (index % level.columns) * level.blockWidth;
    const top = Math.floor(index / level.columns) * level.blockHeight;
    const x0 = Math.max(left, rows.x);
    const x1 = Math.min(left + level.blockWidth, right);
    for (let y = Math.max(top, y0); y < Math.min(top + block.height, y1); y++) {
      const from = ((y - top) * block.width + x0 - left) * block.channels;
      copyEach(block.samples, from, block.channels, mask, rows.at(y) + x0 - rows.x, 1, x1 - x0);
    }
    releaseBlock(block, stored);
  }
}

/** A block decoded; null for a sparse or a broken one. */
export async function decodeSound(
  level: Level,
  index: number,
  bytes: Uint8Array | null,
  codecs: CodecRegistry,
): Promise<DecodedBlock | null> {
  if (!bytes) return null;
  try {
    return await decodeBlock(bytes, blockJob(level, index), codecs);
  } catch (error) {
    if (error instanceof AppError && error.kind === 'tiff.corrupt_block') return null;
    throw error;
  }
}

/** Blocks that touch [x0, x1) × [y0, y1): their numbers, plane by plane. */
export function blocksIn(level: Level, x0: number, y0: number, x1: number, y1: number): number[] {
  const found: number[] = [];
  for (let plane = 0; plane < level.planes; plane++) {
    for (let row = Math.floor(y0 / level.blockHeight); row * level.blockHeight < y1; row++) {
      for (let column = Math.floor(x0 / level.blockWidth); column * level.blockWidth < x1; column++) {
        found.push((plane * level.rows + row) * level.columns + column);
      }
    }
  }
  return found;
}
