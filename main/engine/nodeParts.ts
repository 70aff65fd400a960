import { compress, FORMAT_RGB } from '@julusian/jpeg-turbo';
import BetterSqlite3 from 'better-sqlite3';
import { open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { AppError } from '@shared/errors';
import { openRaster } from '@shared/tiff/open';
import type { ByteSource } from '@shared/tiff/types';
import { readWindow } from '@shared/tiff/window';
import { createNodeCodecs } from '../rasters/nodeCodecs';
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
      const file = await openFile(path);
      try {
        const raster = await openRaster(file);
        return {
          description: raster.description,
          readWindow: (level, window, signal) => readWindow(raster, codecs, { level, window, signal }),
          close: () => file.close(),
        };
      } catch (error) {
        await file.close();
        throw error;
      }
    },
  };
}

async function openFile(path: string): Promise<ByteSource & { close(): Promise<void> }> {
  const name = basename(path);
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw new AppError('tiff.read_failed', { file: name }, { cause: error });
  });
  const { size } = await handle.stat();
  return {
    name,
    size,
    read: async (offset, length) => {
      if (offset < 0 || offset + length > size) throw new AppError('tiff.read_beyond_end', { file: name });
      const bytes = new Uint8Array(length);
      const { bytesRead } = await handle.read(bytes, 0, length, offset);
      if (bytesRead !== length) throw new AppError('tiff.read_failed', { file: name });
      return bytes;
    },
    close: () => handle.close(),
  };
}

/** What a pixel thread works with. */
export function threadTools(): TaskTools {
  return { rasters: nodeRasters(true), encodeJpeg, models: builtInModels };
}

/** All cores but one, which answers requests. */
export function threadCount(): number {
  return Math.max(1, availableParallelism() - 1);
}
