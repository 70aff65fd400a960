import { Readable } from 'node:stream';
import { createInflate } from 'node:zlib';
import { corruptBlock, releaseBlock } from '@shared/tiff/codecs';
import { lzwStream } from '@shared/tiff/codecs/lzwStream';
import { packBitsStream, type StreamDecoder } from '@shared/tiff/codecs/packbitsStream';
import { toSamples } from '@shared/tiff/codecs/rawSamples';
import { blockBytes, blockHeightAt } from '@shared/tiff/blockIndex';
import type { DecodedBlock, Level, Raster } from '@shared/tiff/types';
import type { BlockGrid, Feed } from './blockFeed';
import { copySamples, fillMask } from './copyPixels';
import type { Unit } from './unit';

/** bytes of rows that are taken in at a time, and of one read */
const CHUNK_BYTES = 4 * 1024 * 1024;
const READ_BYTES = 1024 * 1024;

/** Rows of a level of huge strips that a unit takes in at a time. */
export function streamRows(level: Level): number {
  const rows = Math.floor(CHUNK_BYTES / (blockBytes(level, 1) * level.planes));
  return Math.max(1, Math.min(level.height, rows));
}

/**
 * Feeds a unit that is the whole image from strips too large to be held: each is decompressed from its first byte to its
 * last, all planes side by side. What a broken strip lacks is empty. Returns the number of broken strips, null when stopped.
 */
export async function feedStream(
  unit: Unit,
  raster: Raster,
  grid: BlockGrid,
  feed: Feed,
): Promise<number | null> {
  const { level } = grid;
  const step = streamRows(level);
  const { source } = unit.rows;
  let damaged = 0;
  for (let strip = 0; strip < level.rows; strip++) {
    const top = strip * level.blockHeight;
    const height = blockHeightAt(level, strip);
    const planes = Array.from(
      { length: level.planes },
      (_, plane) => new StripRows(raster, level, plane * level.rows + strip),
    );
    try {
      for (let done = 0; done < height; done += step) {
        if (!feed.mayGoOn()) return null;
        const rows = Math.min(step, height - done);
        const y = top + done;
        source.data.fill(
          feed.plan.reduction.fill,
          source.at(y) * source.channels,
          source.at(y + rows) * source.channels,
        );
        for (const [plane, decoder] of planes.entries()) {
          const block = await decoder.next(rows);
          if (!block) continue;
          unit.touch(0, y, level.width, y + rows);
          copySamples(block, source, { plane, x0: 0, y0: y, x1: level.width, y1: y + rows }, 0, y);
          releaseBlock(block, null);
        }
        if (source.mask) await fillMask(source, grid, feed, y, y + rows);
        unit.rows.added(rows);
        feed.onPixels(level.width * rows);
      }
    } finally {
      for (const plane of planes) plane.close();
    }
    damaged += planes.filter((plane) => plane.broken).length;
  }
  return damaged;
}

/** The rows of one strip, in order. */
class StripRows {
  broken = false;
  readonly #level: Level;
  readonly #pieces: AsyncGenerator<Uint8Array, void, undefined>;
  #held: Uint8Array = new Uint8Array(0);

  constructor(raster: Raster, level: Level, index: number) {
    this.#level = level;
    this.#pieces = decompressed(raster, level, index);
  }

  /** Null where the strip has no more, or is broken. */
  async next(rows: number): Promise<DecodedBlock | null> {
    const wanted = blockBytes(this.#level, rows);
    const bytes = await this.#take(wanted).catch(() => null);
    if (!bytes) {
      this.broken = true;
      return null;
    }
    const job = { coding: this.#level.coding, width: this.#level.width, height: rows, expectedBytes: wanted };
    return toSamples(bytes, job);
  }

  close(): void {
    void this.#pieces.return();
  }

  async #take(wanted: number): Promise<Uint8Array | null> {
    if (this.broken) return null;
    const bytes = new Uint8Array(wanted);
    for (let filled = 0; filled < wanted;) {
      if (this.#held.length === 0) {
        const next = await this.#pieces.next();
        if (next.done) return null;
        this.#held = next.value;
      }
      const taken = Math.min(wanted - filled, this.#held.length);
      bytes.set(this.#held.subarray(0, taken), filled);
      this.#held = this.#held.subarray(taken);
      filled += taken;
    }
    return bytes;
  }
}

async function* decompressed(
  raster: Raster,
  level: Level,
  index: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stored = storedPieces(raster, level, index);
  const { compression } = level.coding;
  if (compression === 'deflate') {
    const inflate = createInflate({ chunkSize: 256 * 1024 });
    const input = Readable.from(stored);
    input.on('error', (error) => inflate.destroy(error));
    input.pipe(inflate);
    for await (const piece of inflate) yield piece as Buffer;
    return;
  }
  const decode: StreamDecoder = compression === 'lzw' ? lzwStream() : packBitsStream();
  for await (const bytes of stored) {
    const pieces: Uint8Array[] = [];
    const sound = decode(bytes, (piece) => pieces.push(piece));
    yield* pieces;
    if (!sound) throw corruptBlock(level.coding, 'a code out of range');
  }
}

async function* storedPieces(raster: Raster, level: Level, index: number): AsyncGenerator<Uint8Array> {
  const { offset, length } = await raster.blockRange(level, index);
  for (let done = 0; done < length; done += READ_BYTES) {
    yield await raster.files[level.file]!.read(offset + done, Math.min(READ_BYTES, length - done));
  }
}
