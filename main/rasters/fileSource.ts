import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '@shared/errors';
import type { ByteSource } from '@shared/tiff/types';
import { Semaphore } from './semaphore';

/** Reads of one file under way at once; more would only wait in memory. */
const CONCURRENT_READS = 16;
/** ms between two looks at whether the file changed */
const CHECK_INTERVAL = 1000;

/** What a file is recognised by. */
export interface FileIdentity {
  /** bytes */
  readonly size: number;
  /** ms since 1970 */
  readonly mtimeMs: number;
}

/** A file on disk, open for random access until `close`. */
export class FileSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #slots = new Semaphore(CONCURRENT_READS);
  #checked = Date.now();

  private constructor(
    readonly path: string,
    readonly identity: FileIdentity,
    private readonly handle: FileHandle,
  ) {
    this.name = basename(path);
    this.size = identity.size;
  }

  /** Throws `rasters.file_missing`, `rasters.not_a_file`, `rasters.file_unreadable`. */
  static async open(path: string): Promise<FileSource> {
    const file = basename(path);
    const handle = await open(path, 'r').catch((error: unknown) => {
      throw openFailure(file, error);
    });
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) throw new AppError('rasters.not_a_file', { file });
      return new FileSource(path, { size: stat.size, mtimeMs: stat.mtimeMs }, handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Throws `tiff.read_beyond_end`, `rasters.file_changed`, `rasters.file_unreadable`. */
  async read(offset: number, length: number, into?: Uint8Array): Promise<Uint8Array> {
    if (offset < 0 || offset + length > this.size) {
      throw new AppError('tiff.read_beyond_end', { file: this.name });
    }
    return this.#slots.run(async () => {
      if (Date.now() - this.#checked > CHECK_INTERVAL) await this.#checkUnchanged();
      const bytes = into ?? new Uint8Array(length);
      for (let filled = 0; filled < length;) {
        const { bytesRead } = await this.handle
          .read(bytes, filled, length - filled, offset + filled)
          .catch((cause: unknown) => {
            throw new AppError('rasters.file_unreadable', { file: this.name }, { cause });
          });
        if (bytesRead === 0) throw new AppError('rasters.file_changed', { file: this.name });
        filled += bytesRead;
      }
      return bytes;
    });
  }

  /** Of the open file, which all threads of the process share. */
  get descriptor(): number {
    return this.handle.fd;
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  async #checkUnchanged(): Promise<void> {
    this.#checked = Date.now();
    const { size, mtimeMs } = await this.handle.stat();
    if (size !== this.identity.size || mtimeMs !== this.identity.mtimeMs) {
      throw new AppError('rasters.file_changed', { file: this.name });
    }
  }
}

function openFailure(file: string, cause: unknown): AppError {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new AppError('rasters.file_missing', { file }, { cause });
  if (code === 'EISDIR') return new AppError('rasters.not_a_file', { file }, { cause });
  return new AppError('rasters.file_unreadable', { file }, { cause, details: code ?? String(cause) });
}
