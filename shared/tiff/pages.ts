import { AppError } from '../errors';
import { readDirectory, type DirectoryContext } from './directory';
import { readImageStructure, type ImageStructure } from './imageStructure';
import { LIMITS } from './limits';
import { TAG } from './tags';
import { TagValues } from './tagValues';
import type { RasterDescription } from './types';

export type Warning = RasterDescription['warnings'][number];

/** The images of one file, sorted by what they say they are. Whether they fit the main one is decided elsewhere. */
export interface Pages {
  readonly main: ImageStructure;
  /** Reduced resolutions, in the file's order. */
  readonly reduced: readonly ImageStructure[];
  /** Transparency masks, of the main image and of reduced ones, in the file's order. */
  readonly masks: readonly ImageStructure[];
  /** Pages that are neither. */
  readonly others: number;
  readonly warnings: readonly Warning[];
}

/** Bits of NewSubfileType. */
const REDUCED = 1;
const MASK = 4;

/**
 * Walks the chain of directories, and the main one's SubIFDs. A fault in the first directory is thrown; a fault further on
 * becomes a warning, so that a damaged tail does not hide a sound image. Cycles and endless chains end likewise.
 */
export async function readPages(context: DirectoryContext, firstDirectory: number): Promise<Pages> {
  const file = context.reader.name;
  if (firstDirectory === 0) throw new AppError('tiff.no_directory', { file });
  const first = await readDirectory(context, firstDirectory);
  const main = await readImageStructure(first.directory, context.reader);
  const walk = new Walk(context, firstDirectory);
  if (first.lost.length > 0) walk.warn('tiff.tags_lost', { tags: first.lost.join(', ') });
  await walk.chain(first.next);
  await walk.subDirectories(new TagValues(first.directory, file));
  const masks = walk.found.filter((page) => (page.subfileType & MASK) !== 0);
  const reduced = walk.found.filter((page) => (page.subfileType & (MASK | REDUCED)) === REDUCED);
  const others = walk.found.length - masks.length - reduced.length;
  return { main, reduced, masks, others, warnings: walk.warnings };
}

class Walk {
  readonly found: ImageStructure[] = [];
  readonly warnings: Warning[] = [];
  readonly #seen: Set<number>;
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext, firstDirectory: number) {
    this.#context = context;
    this.#seen = new Set([firstDirectory]);
  }

  /** Once for each kind: a file with a thousand broken pages says so once. */
  warn(kind: string, params: Record<string, string | number> = {}): void {
    if (this.warnings.some((warning) => warning.kind === kind)) return;
    this.warnings.push({ kind, params: { file: this.#file, ...params } });
  }

  async chain(first: number): Promise<void> {
    for (let next: number | null = first; next; next = await this.#visit(next));
  }

  /** OME-TIFF and others hang reduced resolutions below the main directory. */
  async subDirectories(main: TagValues): Promise<void> {
    const offsets = (await main.integers(TAG.SubIFDs, LIMITS.subDirectories)) ?? [];
    for (const offset of offsets) if (offset > 0) await this.#visit(offset);
  }

  get #file(): string {
    return this.#context.reader.name;
  }

  /** Reads the page at an offset; gives the next one's, or null where the walk must end. */
  async #visit(offset: number): Promise<number | null> {
    if (this.#seen.has(offset)) {
      this.warn('tiff.directory_cycle');
      return null;
    }
    if (this.#seen.size >= LIMITS.directories) {
      this.warn('tiff.many_directories', { limit: LIMITS.directories });
      return null;
    }
    this.#seen.add(offset);
    let next: number | null = null;
    try {
      const read = await readDirectory(this.#context, offset);
      next = read.next;
      this.found.push(await readImageStructure(read.directory, this.#context.reader));
    } catch (error) {
      if (!(error instanceof AppError) || error.kind === 'tiff.read_failed') throw error;
      this.warn('tiff.page_unreadable', { page: this.#seen.size, reason: error.kind });
    }
    return next;
  }
}
