import { RecentPromises } from './recentPromises';
import type { ByteSource } from './types';

const HEAD_BYTES = 64 * 1024;
const PAGE_BYTES = 16 * 1024;
const PAGES_KEPT = 64;

/**
 * Reads a file's structure in few, coalesced pieces: its first 64 KiB at once, where headers mostly lie, then pages of
 * 16 KiB. What spans more than one page is read as it is and not kept. Holds at most about 1 MiB.
 */
export class PagedReader implements ByteSource {
  readonly #pages = new RecentPromises(PAGES_KEPT, (page) => this.#readPage(page));
  readonly #head = new RecentPromises(1, () => this.source.read(0, Math.min(HEAD_BYTES, this.source.size)));

  constructor(readonly source: ByteSource) {}

  get name(): string {
    return this.source.name;
  }

  get size(): number {
    return this.source.size;
  }

  /** Whether the bytes lie inside the file. */
  holds(offset: number, length: number): boolean {
    return offset >= 0 && length >= 0 && offset + length <= this.source.size;
  }

  /** Exactly `length` bytes. Throws what the source throws, `tiff.read_beyond_end` past the end. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    if (length === 0) return new Uint8Array(0);
    if (!this.holds(offset, length)) return this.source.read(offset, length);
    if (offset + length <= HEAD_BYTES) return (await this.#head.get(0)).subarray(offset, offset + length);
    const page = Math.floor(offset / PAGE_BYTES);
    const inPage = offset - page * PAGE_BYTES;
    if (inPage + length > PAGE_BYTES) return this.source.read(offset, length);
    return (await this.#pages.get(page)).subarray(inPage, inPage + length);
  }

  #readPage(page: number): Promise<Uint8Array> {
    const start = page * PAGE_BYTES;
    return this.source.read(start, Math.min(PAGE_BYTES, this.source.size - start));
  }
}
