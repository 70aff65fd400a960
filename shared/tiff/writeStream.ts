import { AppError } from '../errors';
import type { ByteSource } from './types';
import { isFileRange, type Layout } from './write';

/** Ranges of the source that are this near are read in one go: a gap costs less than another read. */
const GAP_BYTES = 64 * 1024;
const CHUNK_BYTES = 1024 * 1024;

export interface StreamOptions {
  /** bytes of each piece; the last one may be shorter. 1 MiB by default. */
  readonly chunkBytes?: number;
  /** Pieces read ahead while the caller is busy with the one before. 2 by default. */
  readonly ahead?: number;
  /** Byte of the layout to begin with, for a transfer that is resumed. */
  readonly from?: number;
  readonly signal?: AbortSignal;
}

/**
 * The bytes of a layout, piece by piece, reading the source in large runs and a little ahead. Holds at most
 * (ahead + 2) pieces, whatever the size of the layout.
 * Throws what the sources throw, `tiff.source_changed` when a part gives fewer bytes than promised, and the signal's
 * reason once it is aborted.
 */
export async function* streamLayout(
  layout: Layout,
  files: readonly ByteSource[],
  options: StreamOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { chunkBytes = CHUNK_BYTES, ahead = 2, from = 0, signal } = options;
  const pending: Promise<Uint8Array>[] = [];
  let next = from;
  try {
    for (;;) {
      signal?.throwIfAborted();
      while (pending.length <= ahead && next < layout.size) {
        const length = Math.min(chunkBytes, layout.size - next);
        const piece = readLayoutRange(layout, files, next, length);
        // A read that fails while it waits in line is reported when its turn comes.
        piece.catch(() => undefined);
        pending.push(piece);
        next += length;
      }
      const first = pending.shift();
      if (!first) return;
      yield await first;
    }
  } finally {
    await Promise.allSettled(pending);
  }
}

/** A run of bytes that is copied: `length` bytes at `source` of a part to `target` of the piece. */
interface Copy {
  readonly target: number;
  readonly source: number;
  readonly length: number;
}

/**
 * Exactly `length` bytes of a layout from `offset`. Throws `tiff.read_beyond_end` past its end, `tiff.source_changed` when
 * a part gives fewer bytes than promised, and what the sources throw.
 */
export async function readLayoutRange(
  layout: Layout,
  files: readonly ByteSource[],
  offset: number,
  length: number,
): Promise<Uint8Array> {
  if (offset < 0 || length < 0 || offset + length > layout.size) {
    throw new AppError('tiff.read_beyond_end', { file: files[0]?.name ?? '', offset, length });
  }
  const bytes = new Uint8Array(length);
  const waiting: Promise<void>[] = [];
  let run: Run | null = null;
  const end = offset + length;
  for (let index = partAt(layout, offset); index < layout.parts.length; index++) {
    const start = layout.starts[index]!;
    if (start >= end) break;
    const part = layout.parts[index]!;
    const skip = Math.max(0, offset - start);
    const copy: Copy = {
      target: start + skip - offset,
      source: skip,
      length: Math.min(part.length, end - start) - skip,
    };
    if (part instanceof Uint8Array) {
      bytes.set(part.subarray(skip, skip + copy.length), copy.target);
    } else if (isFileRange(part)) {
      const source = { ...copy, source: part.offset + skip };
      if (!run?.takes(part.file, source)) {
        if (run) waiting.push(run.read(files, bytes));
        run = new Run(part.file, source);
      }
    } else {
      waiting.push(compute(part.compute, part.length, copy, bytes));
    }
  }
  // The whole piece from one place, as between the directories and the end of a large slice: nothing to copy.
  if (run && waiting.length === 0 && run.isWhole(length)) return run.bytes(files);
  if (run) waiting.push(run.read(files, bytes));
  await Promise.all(waiting);
  return bytes;
}

/** A layout as a file that can be opened again: for checking a slice without writing it. */
export function layoutSource(layout: Layout, files: readonly ByteSource[], name: string): ByteSource {
  return {
    name,
    size: layout.size,
    read: (offset, length) => readLayoutRange(layout, files, offset, length),
  };
}

/** Ranges of one file in ascending order with small gaps, read at once. */
class Run {
  readonly #file: number;
  readonly #copies: Copy[];
  readonly #start: number;
  #end: number;

  constructor(file: number, first: Copy) {
    this.#file = file;
    this.#copies = [first];
    this.#start = first.source;
    this.#end = first.source + first.length;
  }

  /** Adds the range when it follows closely; false when it needs a read of its own. */
  takes(file: number, copy: Copy): boolean {
    if (file !== this.#file || copy.source < this.#end || copy.source - this.#end > GAP_BYTES) return false;
    this.#copies.push(copy);
    this.#end = copy.source + copy.length;
    return true;
  }

  /** Whether this run is one range without gaps that fills a piece of `length` bytes. */
  isWhole(length: number): boolean {
    return (
      this.#end - this.#start === length &&
      this.#copies.every((copy) => copy.target === copy.source - this.#start)
    );
  }

  async bytes(files: readonly ByteSource[]): Promise<Uint8Array> {
    const file = files[this.#file]!;
    const length = this.#end - this.#start;
    const bytes = await file.read(this.#start, length);
    if (bytes.length !== length) throw new AppError('tiff.source_changed', { file: file.name });
    return bytes;
  }

  async read(files: readonly ByteSource[], into: Uint8Array): Promise<void> {
    const bytes = await this.bytes(files);
    for (const { target, source, length } of this.#copies) {
      const at = source - this.#start;
      into.set(bytes.subarray(at, at + length), target);
    }
  }
}

async function compute(
  make: () => Promise<Uint8Array>,
  length: number,
  copy: Copy,
  into: Uint8Array,
): Promise<void> {
  const bytes = await make();
  if (bytes.length !== length) throw new AppError('tiff.source_changed', { file: '' });
  into.set(bytes.subarray(copy.source, copy.source + copy.length), copy.target);
}

/** The last part that begins at or before an offset. */
function partAt(layout: Layout, offset: number): number {
  let low = 0;
  let high = layout.starts.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (layout.starts[middle]! <= offset) low = middle;
    else high = middle;
  }
  return low;
}
