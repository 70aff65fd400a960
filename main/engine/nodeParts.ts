import { compress, FORMAT_RGB } from '@julusian/jpeg-turbo';
import BetterSqlite3 from 'better-sqlite3';
import { availableParallelism } from 'node:os';
import { readWindow } from '@shared/tiff/window';
import { createNodeCodecs, openFile } from '../rasters';
import type { JpegEncoder, RasterAccess } from './rasterAccess';
import { builtInModels } from './server';
import type { OpenDatabase } from './store';
import type { TaskTools } from './tasks/execute';

/** What the engine's entries put into it: the parts that need Node and machine code. */

/** The database's binding is another one where the runtime is older than the package expects. */
export const openDatabase: OpenDatabase = (file) => {
  const nativeBinding = process.env['ORTHODESK_SQLITE_BINDING'];
  return new BetterSqlite3(file, nativeBinding ? { nativeBinding } : {});
};

export const encodeJpeg: JpegEncoder = (rgb, width, height) =>
  compress(Buffer.from(rgb.buffer, rgb.byteOffset, rgb.byteLength), {
    format: FORMAT_RGB,
    width,
    height,
    quality: 85,
  });

/** Reads rasters from the disk. `ownThread`: the caller is a thread that may block. */
export function nodeRasters(ownThread: boolean): RasterAccess {
  const codecs = createNodeCodecs({ ownThread });
  return {
    open: async (path) => {
      const { raster, close } = await openFile(path);
      return {
        description: raster.description,
        readWindow: (level, window, signal) => readWindow(raster, codecs, { level, window, signal }),
        close,
      };
    },
  };
}

/** What a pixel thread works with. */
export function threadTools(): TaskTools {
  return { rasters: nodeRasters(true), encodeJpeg, models: builtInModels, openDatabase };
}

/** All cores but one, which answers requests. */
export function threadCount(): number {
  return Math.max(1, availableParallelism() - 1);
}
