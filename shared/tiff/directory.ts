import { AppError } from '../errors';
import { FieldReader } from './fieldReader';
import { LIMITS } from './limits';
import type { PagedReader } from './pagedReader';
import { fieldTypeSize, TAG } from './tags';
import type { ByteOrder, TagEntry, TiffDirectory } from './types';

export type { TagEntry, TiffDirectory } from './types';

/** How the directories of one file are encoded and where to read them. */
export interface DirectoryContext {
  readonly reader: PagedReader;
  readonly byteOrder: ByteOrder;
  readonly bigTiff: boolean;
  /** Index into Raster.files. */
  readonly file: number;
}

export interface ReadDirectory {
  readonly directory: TiffDirectory;
  /** Offset of the next directory, 0 at the end of the chain. */
  readonly next: number;
  /** Tags that were dropped because their value lies outside the file. */
  readonly lost: readonly number[];
}

/**
 * Reads the directory at an offset: its entries, not their values.
 * Throws `tiff.truncated` where it does not lie within the file, `tiff.bad_directory` where its size is absurd.
 */
export async function readDirectory(context: DirectoryContext, offset: number): Promise<ReadDirectory> {
  const { reader, byteOrder, bigTiff } = context;
  const file = reader.name;
  const countBytes = bigTiff ? 8 : 2;
  if (offset < (bigTiff ? 16 : 8)) throw new AppError('tiff.bad_directory', { file, offset });
  if (!reader.holds(offset, countBytes)) throw new AppError('tiff.truncated', { file });
  const countField = new FieldReader(await reader.read(offset, countBytes), byteOrder);
  const count = bigTiff ? countField.uint64(0) : countField.uint16(0);
  if (count === 0 || count > LIMITS.directoryEntries)
    throw new AppError('tiff.bad_directory', { file, offset });

  const entryBytes = bigTiff ? 20 : 12;
  const start = offset + countBytes;
  const length = count * entryBytes;
  if (!reader.holds(start, length)) throw new AppError('tiff.truncated', { file });
  const fields = new FieldReader(await reader.read(start, length), byteOrder);
  const entries = new Map<number, TagEntry>();
  const lost: number[] = [];
  for (let index = 0; index < count; index++) {
    const entry = parseEntry(context, fields, index * entryBytes, start);
    if (!entry || entries.has(entry.tag)) continue;
    if (LAZY_ARRAYS.has(entry.tag) || reader.holds(entry.offset, entry.byteLength))
      entries.set(entry.tag, entry);
    else lost.push(entry.tag);
  }
  return {
    directory: new Directory(context, offset, entries),
    next: await readNext(context, start + length),
    lost,
  };
}

/** Arrays with an entry for each block are read in pages when blocks are asked for, so a cut off end does not matter yet. */
const LAZY_ARRAYS: ReadonlySet<number> = new Set<number>([
  TAG.StripOffsets,
  TAG.StripByteCounts,
  TAG.TileOffsets,
  TAG.TileByteCounts,
]);

/** Null for an entry of unknown type, which the standard tells readers to skip. */
function parseEntry(
  context: DirectoryContext,
  fields: FieldReader,
  at: number,
  base: number,
): TagEntry | null {
  const { bigTiff } = context;
  const tag = fields.uint16(at);
  const type = fields.uint16(at + 2);
  const size = fieldTypeSize(type);
  if (size === 0) return null;
  const count = bigTiff ? fields.uint64(at + 4) : fields.uint32(at + 4);
  const byteLength = count * size;
  const valueAt = at + (bigTiff ? 12 : 8);
  const inline = byteLength <= (bigTiff ? 8 : 4);
  const offset = inline ? base + valueAt : bigTiff ? fields.uint64(valueAt) : fields.uint32(valueAt);
  return { tag, type, count, offset, byteLength };
}

/** A file cut off right behind the last entry is read as a chain that ends there. */
async function readNext(context: DirectoryContext, at: number): Promise<number> {
  const length = context.bigTiff ? 8 : 4;
  if (!context.reader.holds(at, length)) return 0;
  const fields = new FieldReader(await context.reader.read(at, length), context.byteOrder);
  return context.bigTiff ? fields.uint64(0) : fields.uint32(0);
}

class Directory implements TiffDirectory {
  readonly entries: readonly TagEntry[];
  readonly #context: DirectoryContext;
  readonly #byTag: ReadonlyMap<number, TagEntry>;

  constructor(
    context: DirectoryContext,
    readonly offset: number,
    byTag: ReadonlyMap<number, TagEntry>,
  ) {
    this.#context = context;
    this.#byTag = byTag;
    this.entries = [...byTag.values()].sort((a, b) => a.tag - b.tag);
  }

  get file(): number {
    return this.#context.file;
  }

  get byteOrder(): ByteOrder {
    return this.#context.byteOrder;
  }

  get bigTiff(): boolean {
    return this.#context.bigTiff;
  }

  get(tag: number): TagEntry | undefined {
    return this.#byTag.get(tag);
  }

  async readBytes(tag: number): Promise<Uint8Array | null> {
    const entry = this.#byTag.get(tag);
    if (!entry) return null;
    if (entry.byteLength > LIMITS.tagBytes) {
      throw new AppError('tiff.tag_too_large', { file: this.#context.reader.name, tag });
    }
    // A copy, because what is read may be a view of a far larger page, which would travel along between processes.
    return (await this.#context.reader.read(entry.offset, entry.byteLength)).slice();
  }

  async readValues(tag: number): Promise<number[] | null> {
    const entry = this.#byTag.get(tag);
    const bytes = await this.readBytes(tag);
    if (!entry || !bytes) return null;
    const fields = new FieldReader(bytes, this.byteOrder);
    const size = fieldTypeSize(entry.type);
    return Array.from({ length: entry.count }, (_, index) => fields.value(entry.type, index * size));
  }

  async readText(tag: number): Promise<string | null> {
    const bytes = await this.readBytes(tag);
    return bytes && decodeText(bytes);
  }
}

/** UTF-8 where valid, else Latin-1 (old software wrote it); up to the first NUL, as GDAL reads it. */
export function decodeText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const text = end < 0 ? bytes : bytes.subarray(0, end);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(text);
  } catch {
    return Array.from(text, (byte) => String.fromCharCode(byte)).join('');
  }
}
