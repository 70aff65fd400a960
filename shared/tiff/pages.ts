import { AppError, toErrorData } from '../errors';
import { readDirectory, type DirectoryContext } from './directory';
import { readImageStructure, type ImageStructure } from './imageStructure';
import { LIMITS } from './limits';
import type { RasterDescription } from './types';

export type Warning = RasterDescription['warnings'][number];

/** The images of one file, sorted by what they are. */
export interface Pages {
  readonly main: ImageStructure;
  /** Tags of the main directory whose value lies outside the file. */
  readonly lost: readonly number[];
  /** Reduced resolutions of the main image, largest first. */
  readonly overviews: readonly ImageStructure[];
  /** Masks of the main image: full resolution first. */
  readonly masks: readonly ImageStructure[];
  readonly otherPages: number;
  readonly warnings: readonly Warning[];
}

const REDUCED = 1;
const MASK = 4;

/**
 * Walks the chain of directories. A fault in the first is thrown; a fault further on ends the walk with a warning, so that
 * a damaged tail does not hide a sound image. Cycles and endless chains end likewise.
 */
export async function readPages(context: DirectoryContext, firstDirectory: number): Promise<Pages> {
  const file = context.reader.source.name;
  if (firstDirectory === 0) throw new AppError('tiff.no_directory', { file });
  const first = await readDirectory(context, firstDirectory);
  const main = await readImageStructure(first.directory, file);
  const further: ImageStructure[] = [];
  const warnings: Warning[] = [];
  const seen = new Set([firstDirectory]);
  let next = first.next;
  while (next !== 0) {
    if (seen.has(next)) {
      warnings.push({ kind: 'tiff.directory_cycle', params: { file } });
      break;
    }
    if (seen.size >= LIMITS.directories) {
      warnings.push({ kind: 'tiff.many_directories', params: { file, limit: LIMITS.directories } });
      break;
    }
    seen.add(next);
    try {
      const read = await readDirectory(context, next);
      next = read.next;
      further.push(await readImageStructure(read.directory, file));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      warnings.push({
        kind: 'tiff.page_unreadable',
        params: { file, page: seen.size, reason: toErrorData(error).kind },
      });
      if (error.kind === 'tiff.truncated' || error.kind === 'tiff.bad_directory') break;
    }
  }
  return { main, lost: first.lost, warnings, ...classify(main, further) };
}

function classify(main: ImageStructure, further: readonly ImageStructure[]) {
  const masks = further.filter((page) => isMask(page) && isSmallerOrEqual(page, main));
  const overviews = further.filter((page) => !isMask(page) && isOverviewOf(page, main));
  return {
    overviews: overviews.sort(bySizeDown),
    masks: masks.sort(bySizeDown),
    otherPages: further.length - masks.length - overviews.length,
  };
}

function isMask(page: ImageStructure): boolean {
  return (page.subfileType & MASK) !== 0;
}

function isOverviewOf(page: ImageStructure, main: ImageStructure): boolean {
  return (page.subfileType & REDUCED) !== 0 && isSmallerOrEqual(page, main);
}

function isSmallerOrEqual(page: ImageStructure, main: ImageStructure): boolean {
  return page.level.width <= main.level.width && page.level.height <= main.level.height;
}

function bySizeDown(a: ImageStructure, b: ImageStructure): number {
  return b.level.width * b.level.height - a.level.width * a.level.height;
}
