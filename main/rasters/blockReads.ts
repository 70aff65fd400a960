import type { BlockRange, ByteSource, Level, Raster } from '@shared/tiff/types';

/** bytes between two blocks that are rather read than skipped */
const GAP = 32 * 1024;
/** bytes of one read that serves several blocks */
const LARGEST_READ = 8 * 1024 * 1024;

interface Wanted extends BlockRange {
  /** Place in the answer. */
  readonly at: number;
}

/**
 * The stored bytes of blocks of one level, in the order asked for; null for sparse ones. Blocks that lie close to each other
 * are read at once: a tile row of small strips would be hundreds of reads. Each answer has memory of its own.
 */
export async function readBlocks(
  raster: Raster,
  level: Level,
  indices: readonly number[],
  signal?: AbortSignal,
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
      const bytes = await source.read(start, endOf(group) - start);
      for (const { offset, length, at } of group) {
        answer[at] = group.length === 1 ? bytes : bytes.slice(offset - start, offset - start + length);
      }
    }),
  );
  signal?.throwIfAborted();
  return answer;
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
