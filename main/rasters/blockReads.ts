import type { BlockRange, ByteSource, Level, Raster } from '@shared/tiff/types';
import { FileSource } from './fileSource';

/** bytes between two blocks that are rather read than skipped */
const GAP = 32 * 1024;
/** bytes of one read that serves several blocks */
const LARGEST_READ = 8 * 1024 * 1024;

export interface ReadBlocksOptions {
  readonly signal?: AbortSignal | undefined;
  /** Where the blocks go; they are good until it gives out the same bytes again. */
  readonly memory?: { take(length: number): Uint8Array };
}

interface Wanted extends BlockRange {
  /** Place in the answer. */
  readonly at: number;
}

/**
 * The stored bytes of blocks of one level, in the order asked for; null for sparse ones. Blocks that lie close to each other
 * are read at once: a tile row of small strips would be hundreds of reads. Each answer has memory of its own, unless
 * `memory` is given, of which all are parts.
 */
export async function readBlocks(
  raster: Raster,
  level: Level,
  indices: readonly number[],
  { signal, memory }: ReadBlocksOptions = {},
): Promise<(Uint8Array | null)[]> {
  const ranges = await Promise.all(indices.map((index) => raster.blockRange(level, index)));
  signal?.throwIfAborted();
  const wanted = ranges
    .map((range, at) => ({ ...range, at }))
    .filter(({ length }) => length > 0)
    .sort((a, b) => a.offset - b.offset);
  const answer: (Uint8Array | null)[] = indices.map(() => null);
  const source = raster.files[level.file] as ByteSource;
  await Promise.all(
    groups(wanted).map(async (group) => {
      const start = (group[0] as Wanted).offset;
      const size = endOf(group) - start;
      const bytes = await source.read(start, size, memory?.take(size));
      for (const { offset, length, at } of group) {
        const part = bytes.subarray(offset - start, offset - start + length);
        answer[at] = memory || group.length === 1 ? part : part.slice();
      }
    }),
  );
  signal?.throwIfAborted();
  return answer;
}

/** Bytes of a file that may be growing; null for ranges of no length. Throws `rasters.file_missing`, `tiff.read_beyond_end`. */
export async function readRanges(
  path: string,
  ranges: readonly BlockRange[],
): Promise<(Uint8Array | null)[]> {
  const source = await FileSource.open(path);
  try {
    return await Promise.all(
      ranges.map(async ({ offset, length }) => (length === 0 ? null : source.read(offset, length))),
    );
  } finally {
    await source.close();
  }
}

function groups(wanted: readonly Wanted[]): Wanted[][] {
  const found: Wanted[][] = [];
  for (const range of wanted) {
    const group = found.at(-1);
    const start = group?.[0]?.offset ?? 0;
    const close = group !== undefined && range.offset - endOf(group) <= GAP;
    if (close && range.offset + range.length - start <= LARGEST_READ) group.push(range);
    else found.push([range]);
  }
  return found;
}

function endOf(group: readonly Wanted[]): number {
  return Math.max(...group.map(({ offset, length }) => offset + length));
}

/** Levels of more blocks are not listed. */
const MOST_LISTED = 1024 * 1024;
/** Blocks looked at before others get their turn. */
const TURN = 4096;

/** One bit for each block of a level, lowest first: whether the file holds it. Null where there are too many. */
export async function storedBlocks(raster: Raster, level: Level): Promise<Uint8Array | null> {
  const count = level.columns * level.rows * level.planes;
  if (count > MOST_LISTED) return null;
  const bits = new Uint8Array(Math.ceil(count / 8));
  for (let index = 0; index < count; index++) {
    // A damaged entry counts as stored: whoever reads the block is told what is wrong.
    const length = await raster.blockRange(level, index).then(
      (range) => range.length,
      () => 1,
    );
    if (length > 0) bits[index >> 3]! |= 1 << (index & 7);
    if (index % TURN === TURN - 1) await new Promise((resolve) => setImmediate(resolve));
  }
  return bits;
}
