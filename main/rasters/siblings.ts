import { extname } from 'node:path';
import { AppError } from '@shared/errors';
import type { ByteSource, SiblingOpener } from '@shared/tiff/types';
import { FileSource } from './fileSource';

/** Suffixes that follow the whole name (`a.tif.ovr`); others, world files, replace the extension (`a.tfw`). */
const AFTER_WHOLE_NAME = /\.(ovr|msk|xml)$/i;

/** Finds the files beside a raster by GDAL's rules, in either case of the suffix. What it opened, `close` closes. */
export class Siblings {
  readonly #opened: FileSource[] = [];

  constructor(readonly path: string) {}

  readonly open: SiblingOpener = async (suffix): Promise<ByteSource | null> => {
    const stem = this.path.slice(0, this.path.length - extname(this.path).length);
    const base = AFTER_WHOLE_NAME.test(suffix) ? this.path : stem;
    for (const name of new Set([base + suffix, base + suffix.toUpperCase()])) {
      const source = await openIfThere(name);
      if (!source) continue;
      this.#opened.push(source);
      return source;
    }
    return null;
  };

  async close(): Promise<void> {
    await Promise.all(this.#opened.map((source) => source.close()));
  }
}

async function openIfThere(path: string): Promise<FileSource | null> {
  try {
    return await FileSource.open(path);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
