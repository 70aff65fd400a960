import { openRaster } from '@shared/tiff/open';
import type { Raster } from '@shared/tiff/types';
import { FileSource, type FileIdentity } from './fileSource';
import { Siblings } from './siblings';

/** A raster on disk, open with the files beside it. */
export interface OpenedFile {
  readonly path: string;
  readonly identity: FileIdentity;
  readonly raster: Raster;
  /** Closes all its files. */
  close(): Promise<void>;
}

/**
 * Opens a GeoTIFF and the files beside it, but for those of the suffixes `without`. Throws `rasters.file_missing` and others of FileSource, `tiff.*`.
 */
export async function openFile(path: string, without: readonly string[] = []): Promise<OpenedFile> {
  const source = await FileSource.open(path);
  const siblings = new Siblings(path);
  const close = async (): Promise<void> => {
    await Promise.all([source.close(), siblings.close()]);
  };
  try {
    const raster = await openRaster(source, (suffix) =>
      without.includes(suffix) ? Promise.resolve(null) : siblings.open(suffix),
    );
    return { path, identity: source.identity, raster, close };
  } catch (error) {
    await close();
    throw error;
  }
}
