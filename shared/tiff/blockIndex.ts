import { AppError } from '../errors';
import { blockBytes, blockHeightAt } from './blockSize';
import { FieldReader } from './fieldReader';
import { RecentPromises } from './recentPromises';
import { TAG, fieldTypeSize } from './tags';
import type { ImageStructure } from './imageStructure';
import type { BlockRange, ByteSource, Level, TagEntry, TiffDirectory } from './types';

const VALUES_PER_PAGE = 4096;
const PAGES_KEPT = 64;

export { blockBytes, blockHeightAt } from './blockSize';

/** Where the blocks of one level lie. The arrays of offsets and lengths are read in pages when blocks are asked for. */
export class BlockIndex {
  readonly #level: Level;
  readonly #source: ByteSource;
  readonly #offsets: PagedArray | null;
  readonly #lengths: PagedArray | null;

  constructor({ level, directory, source }: ImageStructure) {
    this.#level = level;
    this.#source = source;
    // libtiff takes the strip and tile forms of these tags for each other, and some writers rely on it.
    const offsets =
      directory.get(level.tiled ? TAG.TileOffsets : TAG.StripOffsets) ?? firstOf(directory, OFFSETS);
    const lengths =
      directory.get(level.tiled ? TAG.TileByteCounts : TAG.StripByteCounts) ?? firstOf(directory, LENGTHS);
    this.#offsets = PagedArray.of(offsets, directory, source);
    this.#lengths = PagedArray.of(lengths, directory, source);
  }

  /**
   * The range of a block; length 0 where it is sparse.
   * Throws `tiff.bad_block` where the index or the range makes no sense.
   */
  async range(index: number): Promise<BlockRange> {
    const { columns, rows, planes } = this.#level;
    if (!Number.isInteger(index) || index < 0 || index >= columns * rows * planes) throw this.#bad(index);
    // Arrays that end early leave the blocks behind them sparse, as GDAL reads them.
    const offset = (await this.#offsets?.get(index)) ?? 0;
    if (offset === 0) return { offset: 0, length: 0 };
    const stated = (await this.#lengths?.get(index)) ?? 0;
    const decoded = blockBytes(this.#level, blockHeightAt(this.#level, index));
    const length = this.#isBelievable(stated, offset, decoded)
      ? stated
      : this.#derived(stated, offset, decoded);
    if (length === 0) return { offset: 0, length: 0 };
    const held = Math.min(length, this.#source.size - offset);
    // A last strip may be counted as a whole one, though the file ends with the image's last row.
    const isWhole = held === length || (this.#level.coding.compression === 'none' && held >= decoded);
    if (length > mostBytes(decoded) || !isWhole) throw this.#bad(index);
    return { offset, length: held };
  }

  #isBelievable(length: number, offset: number, decoded: number): boolean {
    if (length === 0 && (this.#lengths === null || this.#isSingleStrip())) return false;
    if (length > mostBytes(decoded)) return false;
    const uncompressedStrip = this.#level.coding.compression === 'none' && this.#isSingleStrip();
    return !uncompressedStrip || (length >= decoded && offset + length <= this.#source.size);
  }

  /** A length that is missing or absurd follows from the structure where nothing is compressed. */
  #derived(stated: number, offset: number, decoded: number): number {
    if (this.#level.coding.compression === 'none') return decoded;
    const toEnd = Math.max(0, this.#source.size - offset);
    return this.#isSingleStrip() && stated === 0 ? Math.min(toEnd, mostBytes(decoded)) : stated;
  }

  #isSingleStrip(): boolean {
    const { tiled, columns, rows, planes } = this.#level;
    return !tiled && columns * rows * planes === 1;
  }

  #bad(index: number): AppError {
    return new AppError('tiff.bad_block', { file: this.#source.name, block: index });
  }
}

/**
 * No block needs ten times its decoded size: what codecs cannot compress they grow by far less. Small ones may carry
 * tables and profiles that weigh more than their pixels.
 */
function mostBytes(decoded: number): number {
  return Math.max(1024 * 1024, decoded * 10 + 4096);
}

const OFFSETS = [TAG.TileOffsets, TAG.StripOffsets];
const LENGTHS = [TAG.TileByteCounts, TAG.StripByteCounts];

function firstOf(directory: TiffDirectory, tags: readonly number[]): TagEntry | undefined {
  return tags.map((tag) => directory.get(tag)).find((entry) => entry !== undefined);
}

/** A tag's array of integers, read page by page; what lies outside the file or the array reads as undefined. */
class PagedArray {
  readonly #pages = new RecentPromises(PAGES_KEPT, (page) => this.#readPage(page));

  private constructor(
    readonly entry: TagEntry,
    readonly directory: TiffDirectory,
    readonly source: ByteSource,
  ) {}

  static of(entry: TagEntry | undefined, directory: TiffDirectory, source: ByteSource): PagedArray | null {
    return entry && INTEGERS.has(entry.type) ? new PagedArray(entry, directory, source) : null;
  }

  async get(index: number): Promise<number | undefined> {
    const size = fieldTypeSize(this.entry.type);
    const at = this.entry.offset + index * size;
    if (index >= this.entry.count || at + size > this.source.size) return undefined;
    const page = Math.floor(index / VALUES_PER_PAGE);
    const fields = await this.#pages.get(page);
    return Math.max(0, fields.value(this.entry.type, (index - page * VALUES_PER_PAGE) * size));
  }

  async #readPage(page: number): Promise<FieldReader> {
    const size = fieldTypeSize(this.entry.type);
    const first = page * VALUES_PER_PAGE;
    const start = this.entry.offset + first * size;
    const wanted = Math.min(VALUES_PER_PAGE, this.entry.count - first) * size;
    const bytes = await this.source.read(start, Math.min(wanted, this.source.size - start));
    return new FieldReader(bytes, this.directory.byteOrder);
  }
}

/** BYTE, SHORT, LONG, SBYTE, SSHORT, SLONG, IFD, LONG8, SLONG8, IFD8. */
const INTEGERS: ReadonlySet<number> = new Set([1, 3, 4, 6, 8, 9, 13, 16, 17, 18]);
