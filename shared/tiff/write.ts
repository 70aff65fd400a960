import { AppError } from '../errors';
import { fieldTypeSize, TAG } from './tags';
import type { ByteOrder } from './types';
import { encodeWhole, FIELD, MAX_LONG, smallestType, writeWhole, type WriteTag } from './writeTags';

/** Bytes that lie in one of the files beside the layout. */
export interface FileRange {
  /** Index into the files that are given when the layout is read. */
  readonly file: number;
  readonly offset: number;
  /** bytes */
  readonly length: number;
}

/** Bytes that are made when they are needed: a block that is encoded anew. Does not cross process borders. */
export interface ComputedPart {
  /** bytes; `compute` gives exactly as many */
  readonly length: number;
  readonly compute: () => Promise<Uint8Array>;
}

export type LayoutPart = Uint8Array | FileRange | ComputedPart;

/** A file that is not written yet: its exact size and where each of its bytes comes from. */
export interface Layout {
  /** bytes */
  readonly size: number;
  readonly parts: readonly LayoutPart[];
  /** Where each part begins in the file, ascending. */
  readonly starts: Float64Array;
}

/** The bytes of a stored block, in one piece or in many; null is a sparse block: offset 0, length 0. */
export type WriteBlock = LayoutPart | readonly LayoutPart[] | null;

export interface WriteDirectory {
  /** All tags but the offsets and byte counts of the blocks; any order. A later tag replaces an earlier one. */
  readonly tags: readonly WriteTag[];
  readonly tiled: boolean;
  /** In the order of the format: row by row, plane by plane. */
  readonly blocks: readonly WriteBlock[];
}

export interface WriteTiff {
  readonly byteOrder: ByteOrder;
  readonly directories: readonly WriteDirectory[];
  /**
   * Indices into `directories`: whose blocks lie first in the file. Of a pair, an image and its mask with equal grids, each
   * mask block follows its image block. In the directories' own order where absent.
   */
  readonly dataOrder?: readonly (number | readonly [number, number])[];
  /** Bytes between the header and the first directory (the structural metadata of a COG). */
  readonly preamble?: Uint8Array;
  /** Bytes to keep free for header and directories, where the blocks were written before they are known. */
  readonly headBytes?: number;
  /**
   * True where the blocks are ranges of the very file that is written and lie in it already: only the head is laid out,
   * which must fit into `headBytes`.
   */
  readonly inPlace?: boolean;
  /** COG: the size of each block (LONG) before it and its last four bytes once more behind it. */
  readonly framedBlocks?: boolean;
}

/**
 * Lays out a TIFF: header, directories with their values, then the blocks. Directories and values lie at even offsets, as the
 * format asks; so do blocks, unless one follows another in its source too: then they stay together, so that a whole row of
 * blocks is copied at once. Classic while all offsets and the size fit into 32 bits, else BigTIFF. Blocks that are the same
 * range of the same file are stored once.
 * Throws `tiff.write_unsupported` for a file beyond 2^53 bytes.
 */
export function layoutTiff(tiff: WriteTiff): Layout {
  return new TiffLayout(tiff, false).finish() ?? new TiffLayout(tiff, true).finish() ?? tooLarge();
}

function tooLarge(): never {
  throw new AppError('tiff.write_unsupported', {});
}

/** A layout of parts one after another. */
export function joinParts(parts: readonly LayoutPart[]): Layout {
  const starts = new Float64Array(parts.length);
  let size = 0;
  parts.forEach((part, index) => {
    starts[index] = size;
    size += part.length;
  });
  return { size, parts, starts };
}

export const isFileRange = (part: LayoutPart): part is FileRange => 'file' in part;

/** Bytes that one directory takes, its values included, for `blocks` blocks: never less than what is written. */
export function directoryBytes(tags: readonly WriteTag[], blocks: number, bigTiff: boolean): number {
  const values = tags.reduce((sum, tag) => sum + even(tag.bytes.length), 0);
  return (tags.length + 2) * 20 + 18 + values + blocks * (bigTiff ? 16 : 8) + 2;
}

const even = (value: number): number => value + (value % 2);

interface PlacedDirectory {
  readonly offset: number;
  readonly entries: readonly WriteTag[];
  /** Where each entry's value lies; -1 inside the entry. */
  readonly valueAt: readonly number[];
}

/** One attempt at a layout, classic or BigTIFF. */
class TiffLayout {
  readonly #tiff: WriteTiff;
  readonly #big: boolean;
  readonly #data: LayoutPart[] = [];
  #position: number;

  constructor(tiff: WriteTiff, big: boolean) {
    this.#tiff = tiff;
    this.#big = big;
    this.#position = even((big ? 16 : 8) + (tiff.preamble?.length ?? 0));
  }

  /** Null when it does not fit the format. */
  finish(): Layout | null {
    const { directories } = this.#tiff;
    const counts = directories.map(({ blocks }) => Float64Array.from(blocks, blockLength));
    const placed = directories.map((directory, index) => this.#place(directory, counts[index]!));
    this.#position = Math.max(this.#position, even(this.#tiff.headBytes ?? 0));
    const headBytes = this.#position;
    if (this.#tiff.inPlace) return this.#headAlone(headBytes, placed, counts);
    const offsets = this.#placeBlocks(counts);
    if (this.#position > (this.#big ? Number.MAX_SAFE_INTEGER : MAX_LONG)) return null;
    const head = this.#head(headBytes, placed, offsets);
    return joinParts([head, ...this.#data]);
  }

  #headAlone(
    headBytes: number,
    placed: readonly PlacedDirectory[],
    counts: readonly Float64Array[],
  ): Layout | null {
    const offsets = this.#tiff.directories.map(({ blocks }) =>
      Float64Array.from(blocks, (block) => (block && 'offset' in block ? block.offset : 0)),
    );
    const ends = offsets.map((of, which) =>
      of.reduce((end, offset, index) => Math.max(end, offset + counts[which]![index]!), 0),
    );
    if (Math.max(headBytes, ...ends) > (this.#big ? Number.MAX_SAFE_INTEGER : MAX_LONG)) return null;
    return joinParts([this.#head(headBytes, placed, offsets)]);
  }

  #place(directory: WriteDirectory, counts: Float64Array): PlacedDirectory {
    const { byteOrder } = this.#tiff;
    const offsetType = this.#big ? FIELD.Long8 : FIELD.Long;
    const countType = smallestType(counts);
    const byTag = new Map(directory.tags.map((tag) => [tag.tag, tag]));
    const add = (tag: number, type: number, bytes: Uint8Array): void => {
      byTag.set(tag, { tag, type, count: counts.length, bytes });
    };
    // The offsets are filled in once the blocks are placed; until then only their size matters.
    const blank = new Uint8Array(counts.length * fieldTypeSize(offsetType));
    add(directory.tiled ? TAG.TileOffsets : TAG.StripOffsets, offsetType, blank);
    const encoded = encodeWhole(byteOrder, countType, counts);
    add(directory.tiled ? TAG.TileByteCounts : TAG.StripByteCounts, countType, encoded);
    const entries = [...byTag.values()].sort((a, b) => a.tag - b.tag);

    const offset = this.#position;
    this.#position += this.#big ? 8 + entries.length * 20 + 8 : 2 + entries.length * 12 + 4;
    const valueAt = entries.map((entry) => {
      if (entry.bytes.length <= (this.#big ? 8 : 4)) return -1;
      const at = even(this.#position);
      this.#position = even(at + entry.bytes.length);
      return at;
    });
    this.#position = even(this.#position);
    return { offset, entries, valueAt };
  }

  /** The offset of each block of each directory; sparse ones have 0. */
  #placeBlocks(counts: readonly Float64Array[]): readonly Float64Array[] {
    const { directories, framedBlocks } = this.#tiff;
    const offsets = counts.map((of) => new Float64Array(of.length));
    const known = new Map<number, Map<number, { length: number; offset: number }>>();
    const place = (which: number, index: number): void => {
      const block = directories[which]!.blocks[index]!;
      const length = counts[which]![index]!;
      if (block === null || length === 0) return;
      const single = 'length' in block && !Array.isArray(block) ? (block as LayoutPart) : null;
      const range = single && isFileRange(single) ? single : null;
      const twin = !framedBlocks && range && known.get(range.file)?.get(range.offset);
      if (twin && twin.length === length) {
        offsets[which]![index] = twin.offset;
        return;
      }
      const offset = framedBlocks ? this.#appendFramed(block, length) : this.#append(block, length);
      offsets[which]![index] = offset;
      if (range) remember(known, range, offset);
    };
    for (const which of this.#tiff.dataOrder ?? directories.keys()) {
      const together = typeof which === 'number' ? [which] : which;
      for (let index = 0; index < counts[together[0]]!.length; index++) {
        for (const one of together) place(one, index);
      }
    }
    return offsets;
  }

  #append(block: LayoutPart | readonly LayoutPart[], length: number): number {
    const parts = partsOf(block).filter((part) => part.length > 0);
    const before = this.#data[this.#data.length - 1];
    if (this.#position % 2 === 1 && !(before && continues(before, parts[0]!))) {
      this.#data.push(new Uint8Array(1));
      this.#position++;
    }
    const offset = this.#position;
    for (const part of parts) this.#push(part);
    this.#position = offset + length;
    return offset;
  }

  /** Adds a part, as a longer range where it continues the one before. */
  #push(part: LayoutPart): void {
    const before = this.#data[this.#data.length - 1];
    if (before && continues(before, part)) {
      const range = before as FileRange;
      this.#data[this.#data.length - 1] = { ...range, length: range.length + part.length };
    } else this.#data.push(part);
  }

  #appendFramed(block: LayoutPart | readonly LayoutPart[], length: number): number {
    const leader = new Uint8Array(4);
    new DataView(leader.buffer).setUint32(0, length, true);
    const offset = this.#position + 4;
    this.#data.push(leader, ...partsOf(block), lastFour(partsOf(block)));
    this.#position = offset + length + 4;
    // GDAL's promise is that the next leader follows at once; only the very end of the file may be odd.
    return offset;
  }

  #head(size: number, placed: readonly PlacedDirectory[], offsets: readonly Float64Array[]): Uint8Array {
    const { byteOrder, preamble } = this.#tiff;
    const little = byteOrder === 'little';
    const bytes = new Uint8Array(size);
    const view = new DataView(bytes.buffer);
    bytes.fill(little ? 0x49 : 0x4d, 0, 2);
    view.setUint16(2, this.#big ? 43 : 42, little);
    if (this.#big) view.setUint16(4, 8, little);
    const pointer = this.#big ? FIELD.Long8 : FIELD.Long;
    writeWhole(view, this.#big ? 8 : 4, pointer, placed[0]?.offset ?? 0, little);
    if (preamble) bytes.set(preamble, this.#big ? 16 : 8);

    placed.forEach((directory, which) => {
      const { entries, offset, valueAt } = directory;
      let at = offset;
      writeWhole(view, at, this.#big ? FIELD.Long8 : FIELD.Short, entries.length, little);
      at += this.#big ? 8 : 2;
      entries.forEach((entry, index) => {
        const isOffsets = entry.tag === TAG.TileOffsets || entry.tag === TAG.StripOffsets;
        const value = isOffsets ? encodeWhole(byteOrder, entry.type, offsets[which]!) : entry.bytes;
        view.setUint16(at, entry.tag, little);
        view.setUint16(at + 2, entry.type, little);
        writeWhole(view, at + 4, pointer, entry.count, little);
        const field = at + (this.#big ? 12 : 8);
        const where = valueAt[index]!;
        if (where < 0) bytes.set(value, field);
        else {
          writeWhole(view, field, pointer, where, little);
          bytes.set(value, where);
        }
        at += this.#big ? 20 : 12;
      });
      writeWhole(view, at, pointer, placed[which + 1]?.offset ?? 0, little);
    });
    return bytes;
  }
}

/** Whether a part follows another one in the same file. */
const continues = (before: LayoutPart, part: LayoutPart): boolean =>
  isFileRange(before) &&
  isFileRange(part) &&
  before.file === part.file &&
  before.offset + before.length === part.offset;

function partsOf(block: LayoutPart | readonly LayoutPart[]): readonly LayoutPart[] {
  return Array.isArray(block) ? (block as readonly LayoutPart[]) : [block as LayoutPart];
}

function blockLength(block: WriteBlock): number {
  if (block === null) return 0;
  return partsOf(block).reduce((sum, part) => sum + part.length, 0);
}

function remember(
  known: Map<number, Map<number, { length: number; offset: number }>>,
  range: FileRange,
  offset: number,
): void {
  const file = known.get(range.file) ?? new Map<number, { length: number; offset: number }>();
  known.set(range.file, file);
  file.set(range.offset, { length: range.length, offset });
}

/** The last four bytes of a block; shorter blocks are padded, as GDAL pads them. */
function lastFour(parts: readonly LayoutPart[]): LayoutPart {
  const last = parts[parts.length - 1]!;
  if (last.length < 4) return new Uint8Array(4);
  if (last instanceof Uint8Array) return last.subarray(last.length - 4);
  if (isFileRange(last)) return { file: last.file, offset: last.offset + last.length - 4, length: 4 };
  return { length: 4, compute: async () => (await last.compute()).subarray(-4) };
}
