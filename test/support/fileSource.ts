import { open } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { AppError } from '@shared/errors';
import type { ByteSource, SiblingOpener } from '@shared/tiff/types';

export interface FileSource extends ByteSource {
  /** Reads made and bytes read so far. */
  readonly counts: { reads: number; bytes: number };
  close(): Promise<void>;
}

/** A file on disk as a ByteSource, which counts what is read from it. */
export async function fileSource(path: string): Promise<FileSource> {
  const handle = await open(path, 'r');
  const { size } = await handle.stat();
  const name = basename(path);
  const counts = { reads: 0, bytes: 0 };
  return {
    name,
    size,
    counts,
    async read(offset, length) {
      if (offset < 0 || offset + length > size) throw new AppError('tiff.read_beyond_end', { file: name });
      counts.reads++;
      counts.bytes += length;
      const bytes = new Uint8Array(length);
      const { bytesRead } = await handle.read(bytes, 0, length, offset);
      if (bytesRead !== length) throw new AppError('tiff.read_failed', { file: name });
      return bytes;
    },
    close: () => handle.close(),
  };
}

/** Bytes in memory as a ByteSource. */
export function memorySource(bytes: Uint8Array, name = 'memory.tif'): ByteSource {
  return {
    name,
    size: bytes.length,
    read(offset, length) {
      if (offset < 0 || offset + length > bytes.length) {
        return Promise.reject(new AppError('tiff.read_beyond_end', { file: name }));
      }
      return Promise.resolve(bytes.slice(offset, offset + length));
    },
  };
}

export interface FileSiblings {
  readonly open: SiblingOpener;
  close(): Promise<void>;
}

/**
 * Finds the files beside a raster by GDAL's rules: `.ovr`, `.msk` and `.aux.xml` follow the whole name, world files
 * (`.tfw`, `.tifw`, `.wld`) replace the extension. Either case of the suffix is found.
 */
export function fileSiblings(path: string): FileSiblings {
  const opened: FileSource[] = [];
  const stem = path.slice(0, path.length - extname(path).length);
  return {
    async open(suffix) {
      const base = WHOLE_NAME.has(suffix.toLowerCase()) ? path : stem;
      for (const candidate of [base + suffix, base + suffix.toUpperCase()]) {
        const source = await fileSource(candidate).catch(() => null);
        if (!source) continue;
        opened.push(source);
        return source;
      }
      return null;
    },
    async close() {
      await Promise.all(opened.map((source) => source.close()));
    },
  };
}

const WHOLE_NAME: ReadonlySet<string> = new Set(['.ovr', '.msk', '.aux.xml', '.msk.ovr', '.ovr.msk']);
