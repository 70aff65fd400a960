import { AppError } from '../errors';
import { LIMITS } from './limits';
import type { TagEntry, TiffDirectory } from './types';

const INTEGER_TYPES: ReadonlySet<number> = new Set([1, 3, 4, 6, 7, 8, 9, 13, 16, 17, 18]);
const NUMBER_TYPES: ReadonlySet<number> = new Set([1, 3, 4, 5, 6, 8, 9, 10, 11, 12, 16, 17]);

/** Reads the tags of a directory as what they should be; a tag of a type that makes no sense counts as absent. */
export class TagValues {
  constructor(
    readonly directory: TiffDirectory,
    /** For messages. */
    readonly file: string,
  ) {}

  /** The first value of an integer tag, or undefined. */
  async integer(tag: number): Promise<number | undefined> {
    return (await this.integers(tag, 1))?.[0];
  }

  /** Up to `limit` values of an integer tag, null where absent or not integers. */
  async integers(tag: number, limit: number): Promise<number[] | null> {
    return this.#read(tag, INTEGER_TYPES, limit);
  }

  /** Up to `limit` values of a numeric tag, null where absent or not numbers. */
  async numbers(tag: number, limit: number): Promise<number[] | null> {
    return this.#read(tag, NUMBER_TYPES, limit);
  }

  /** Text of an ASCII or byte tag; null where absent, of another type or beyond the limits. */
  async text(tag: number): Promise<string | null> {
    const entry = this.directory.get(tag);
    if (!entry || !isText(entry) || entry.byteLength > LIMITS.tagBytes) return null;
    return this.directory.readText(tag);
  }

  /** Bytes of a tag; null where absent. Throws `tiff.tag_too_large`. */
  async bytes(tag: number): Promise<Uint8Array | null> {
    return this.directory.readBytes(tag);
  }

  async #read(tag: number, types: ReadonlySet<number>, limit: number): Promise<number[] | null> {
    const entry = this.directory.get(tag);
    if (!entry || entry.count === 0 || !types.has(entry.type)) return null;
    if (entry.byteLength > LIMITS.tagBytes)
      throw new AppError('tiff.tag_too_large', { file: this.file, tag });
    const values = await this.directory.readValues(tag);
    return values && values.length > limit ? values.slice(0, limit) : values;
  }
}

function isText(entry: TagEntry): boolean {
  return entry.type === 1 || entry.type === 2 || entry.type === 7;
}
