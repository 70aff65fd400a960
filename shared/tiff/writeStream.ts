import { AppError } from '../errors';
import type { ByteSource } from './types';
import { isFileRange, type ComputedPart, type Layout } from './write';

/** Ranges of the source that are this near are read in one go: a gap costs less than another read. */
const GAP_BYTES = 64 * 1024;
const CHUNK_BYTES = 1024 * 1024;
/** A piece may end where the source's bytes do not go on, once it is this long: then nothing has to be put together. */
const LEAST_PIECE = 128 * 1024;

export interface StreamOptions {
  /** bytes of a piece at most; shorter where the source's next bytes lie elsewhere. 1 MiB by default. */
  readonly chunkBytes?: number;
  /** Pieces read ahead while the caller is busy with the one before. 2 by default. */
  readonly ahead?: number;
  /** Byte of the layout to begin with, for a transfer that is resumed. */
  readonly from?: number;
  readonly signal?: AbortSignal;
  /** Memory for pieces, so that none has to be made; what it gives is not cleared. The caller gives it back. */
  readonly buffers?: { take(length: number): Uint8Array | null };
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
  const { chunkBytes = CHUNK_BYTES, ahead = 2, from = 0, signal, buffers } = options;
  const pending: Promise<Uint8Array>[] = [];
  let next = from;
  try {
    for (;;) {
      signal?.throwIfAborted();
      while (pending.length <= ahead && next < layout.size) {
        const length = pieceLength(layout, next, chunkBytes);
        const piece = readLayoutRange(layout, files, next, length, buffers);
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

/** bytes of the piece that begins at an offset */
function pieceLength(layout: Layout, offset: number, most: number): number {
  const end = Math.min(offset + most, layout.size);
  let last: { readonly file: number; readonly end: number } | null = null;
  for (let index = partAt(layout, offset); index < layout.parts.length; index++) {
    const start = layout.starts[index]!;
    if (start >= end) break;
    const part = layout.parts[index]!;
    if (part instanceof Uint8Array || !isFileRange(part)) continue;
    if (last && !isNear(last, part.file, part.offset) && start - offset >= LEAST_PIECE) return start - offset;
    last = { file: part.file, end: part.offset + part.length };
  }
  return end - offset;
}

const isNear = (
  last: { readonly file: number; readonly end: number },
  file: number,
  offset: number,
): boolean => last.file === file && offset >= last.end && offset - last.end <= GAP_BYTES;

/**
 * Exactly `length` bytes of a layout from `offset`. Throws `tiff.read_beyond_end` past its end, `tiff.source_changed` when
 * a part gives fewer bytes than promised, and what the sources throw.
 */
export async function readLayoutRange(
  layout: Layout,
  files: readonly ByteSource[],
  offset: number,
  length: number,
  buffers?: StreamOptions['buffers'],
): Promise<Uint8Array> {
  if (offset < 0 || length < 0 || offset + length > layout.size) {
    throw new AppError('tiff.read_beyond_end', { file: files[0]?.name ?? '', offset, length });
  }
  const { runs, given, computed } = gather(layout, offset, length);
  const [run] = runs;
  if (run && runs.length === 1 && computed.length === 0 && run.canCompact(length)) {
    const bytes = await run.compacted(files, buffers);
    for (const { target, bytes: own } of given) bytes.set(own, target);
    return bytes.length === length ? bytes : bytes.subarray(0, length);
  }
  const bytes = buffers?.take(length) ?? new Uint8Array(length);
  await Promise.all([
    ...runs.map((one) => one.read(files, bytes, computed.length === 0)),
    ...computed.map((one) => compute(one, bytes)),
  ]);
  for (const { target, bytes: own } of given) bytes.set(own, target);
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

/** `length` bytes at `source` of a file or part that go to `target` of a piece. */
interface Copy {
  readonly target: number;
  readonly source: number;
  readonly length: number;
}

/** Where the bytes of one piece come from. */
interface Gathered {
  readonly runs: readonly Run[];
  readonly given: readonly { readonly target: number; readonly bytes: Uint8Array }[];
  readonly computed: readonly { readonly part: ComputedPart; readonly copy: Copy }[];
}

function gather(layout: Layout, offset: number, length: number): Gathered {
  const runs: Run[] = [];
  const given: { target: number; bytes: Uint8Array }[] = [];
  const computed: { part: ComputedPart; copy: Copy }[] = [];
  for (let index = partAt(layout, offset); index < layout.parts.length; index++) {
    const start = layout.starts[index]!;
    if (start >= offset + length) break;
    const part = layout.parts[index]!;
    const skip = Math.max(0, offset - start);
    const taken = Math.min(part.length, offset + length - start) - skip;
    if (taken <= 0) continue;
    const copy: Copy = { target: start + skip - offset, source: skip, length: taken };
    if (part instanceof Uint8Array) {
      given.push({ target: copy.target, bytes: part.subarray(skip, skip + taken) });
    } else if (isFileRange(part)) {
      const source = { ...copy, source: part.offset + skip };
      if (!runs[runs.length - 1]?.takes(part.file, source)) runs.push(new Run(part.file, source));
    } else computed.push({ part, copy });
  }
  return { runs, given, computed };
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
    if (!isNear({ file: this.#file, end: this.#end }, file, copy.source)) return false;
    this.#copies.push(copy);
    this.#end = copy.source + copy.length;
    return true;
  }

  /** Whether all ranges lie as far from each other in the piece as in the file. */
  get #isEvenlyShifted(): boolean {
    const [first] = this.#copies;
    return this.#copies.every(({ target, source }) => target - source === first!.target - first!.source);
  }

  /** Whether what is read can be made the piece by moving bytes towards its beginning alone. */
  canCompact(length: number): boolean {
    const fits = this.#copies.every(({ source, target }) => target <= source - this.#start);
    return fits && this.#end - this.#start >= length;
  }

  /** The run's bytes with each range at its place in the piece. */
  async compacted(files: readonly ByteSource[], buffers: StreamOptions['buffers']): Promise<Uint8Array> {
    const bytes = await this.#bytes(files, buffers?.take(this.#end - this.#start) ?? undefined);
    for (const { target, source, length } of this.#copies) {
      const at = source - this.#start;
      if (at !== target) bytes.copyWithin(target, at, at + length);
    }
    return bytes;
  }

  /** Reads the ranges into their places; between them too where `overGaps` allows, for the caller to write over. */
  async read(files: readonly ByteSource[], into: Uint8Array, overGaps: boolean): Promise<void> {
    const [first] = this.#copies;
    if (first && (this.#copies.length === 1 || (overGaps && this.#isEvenlyShifted))) {
      const place = into.subarray(first.target, first.target + this.#end - this.#start);
      const read = await this.#bytes(files, place);
      if (read !== place) place.set(read);
      return;
    }
    const bytes = await this.#bytes(files);
    for (const { target, source, length } of this.#copies) {
      const at = source - this.#start;
      into.set(bytes.subarray(at, at + length), target);
    }
  }

  async #bytes(files: readonly ByteSource[], memory?: Uint8Array): Promise<Uint8Array> {
    const file = files[this.#file]!;
    const length = this.#end - this.#start;
    const bytes = await file.read(this.#start, length, memory);
    if (bytes.length !== length) throw new AppError('tiff.source_changed', { file: file.name });
    return bytes;
  }
}

async function compute(
  { part, copy }: { readonly part: ComputedPart; readonly copy: Copy },
  into: Uint8Array,
): Promise<void> {
  const bytes = await part.compute();
  if (bytes.length !== part.length) throw new AppError('tiff.source_changed', { file: '' });
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
