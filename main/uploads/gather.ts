import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { AppError, toErrorData, type ErrorData } from '@shared/errors';

export interface Gathered {
  /** Absolute, each once, in the order of their names within a folder. */
  readonly files: readonly string[];
  readonly failures: readonly { readonly path: string; readonly error: ErrorData }[];
}

/** More than this in one go is a wrong folder, not a survey. */
const mostFiles = 10_000;
const isRaster = (name: string): boolean => /^\.tiff?$/i.test(extname(name)) && !name.startsWith('.');

/**
 * The files that were named, and the GeoTIFFs in folders that were, however deep. What cannot be looked at is told and left out;
 * the others are found all the same.
 */
export async function gatherRasters(paths: readonly string[]): Promise<Gathered> {
  const files = new Set<string>();
  const failures: { path: string; error: ErrorData }[] = [];
  const visited = new Set<string>();
  const fail = (path: string, kind: string): void => {
    failures.push({ path, error: toErrorData(new AppError(kind, { name: basename(path), path })) });
  };

  const search = async (folder: string): Promise<number> => {
    const real = await realpath(folder).catch(() => folder);
    // A link may lead back to where it came from.
    if (visited.has(real)) return 0;
    visited.add(real);
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => null);
    if (entries === null) {
      fail(folder, 'uploads.folder_unreadable');
      return 0;
    }
    let found = 0;
    for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name))) {
      if (files.size >= mostFiles) throw new AppError('uploads.too_many_files', { count: mostFiles });
      const path = join(folder, entry.name);
      const isFolder = entry.isSymbolicLink() ? await leadsToFolder(path) : entry.isDirectory();
      if (isFolder) found += await search(path);
      else if (isRaster(entry.name)) {
        files.add(path);
        found++;
      }
    }
    return found;
  };

  for (const path of paths.map((given) => resolve(given))) {
    if (!(await leadsToFolder(path))) files.add(path);
    else {
      const told = failures.length;
      if ((await search(path)) === 0 && failures.length === told) fail(path, 'uploads.folder_empty');
    }
  }
  return { files: [...files], failures };
}

async function leadsToFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.isDirectory() ?? false;
}
