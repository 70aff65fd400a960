import { basename, dirname, join, relative } from 'node:path';
import { AppError } from '@shared/errors';
import { identityOf, isSameRaster, type RasterIdentity } from '@shared/rasterIdentity';
import type { RasterDescription } from '@shared/tiff/types';

/** A file that is gone, and what is remembered of it; null where nothing is. */
export interface MissingFile {
  readonly path: string;
  readonly identity: RasterIdentity | null;
}

/** Where missing files could be, when one of them, `wanted`, was found at `chosen`: at the same place beside it. */
export function placesBeside(
  wanted: string,
  chosen: string,
  missing: readonly MissingFile[],
): readonly (MissingFile & { readonly place: string })[] {
  const old = dirname(wanted);
  const found: (MissingFile & { place: string })[] = [];
  for (const file of missing) {
    if (file.path === wanted) continue;
    const below = relative(old, file.path);
    if (!below.startsWith('..')) found.push({ ...file, place: join(dirname(chosen), below) });
  }
  return found;
}

/** Throws `rasters.not_the_same` when the file at `place` is another raster than the one that is missing. */
export function checkIdentity(
  { path, identity }: MissingFile,
  place: string,
  description: RasterDescription,
): void {
  if (identity === null || isSameRaster(identity, identityOf(description))) return;
  throw new AppError('rasters.not_the_same', {
    file: basename(path),
    other: basename(place),
    size: `${identity.width} × ${identity.height}`,
    found: `${description.width} × ${description.height}`,
  });
}
