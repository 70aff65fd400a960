import { readSync } from 'node:fs';
import { platform, setPriority } from 'node:os';
import { setImmediate as breathe } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { AppError } from '@shared/errors';
import { serveRpc, type RpcContext } from '@shared/rpc';
import type { ByteSource } from '@shared/tiff/types';
import type { Layout } from '@shared/tiff/write';
import { sha1Of } from '../uploads';
import { messagePort } from './parentPort';
import type { UploadThreadData } from './uploadThreads';

// On Linux this is the thread's own: nobody waits for a checksum, and what is sent comes first.
if (platform() === 'linux') setPriority(19);

/** A file that another thread of this process has open, and keeps open for as long as it wants the answer. */
interface SharedFile {
  readonly name: string;
  /** bytes */
  readonly size: number;
  readonly descriptor: number;
}

/** Reads in this thread, whose priority is its own, and not in those that the whole process reads with. */
function sourceOf({ name, size, descriptor }: SharedFile): ByteSource {
  return {
    name,
    size,
    async read(offset, length, into = new Uint8Array(length)) {
      await breathe();
      for (let filled = 0; filled < length;) {
        const read = readPart(name, descriptor, into.subarray(filled, length), offset + filled);
        if (read === 0) throw new AppError('rasters.file_changed', { file: name });
        filled += read;
      }
      return into;
    },
  };
}

function readPart(name: string, descriptor: number, into: Uint8Array, offset: number): number {
  try {
    return readSync(descriptor, into, 0, into.length, offset);
  } catch (cause) {
    throw new AppError('rasters.file_unreadable', { file: name }, { cause });
  }
}

const methods = {
  sha1: (
    { layout, files }: { layout: Layout; files: readonly SharedFile[] },
    { signal }: RpcContext,
  ): Promise<string> => sha1Of(layout, files.map(sourceOf), signal),
};

export type ChecksumMethods = typeof methods;

serveRpc(messagePort((workerData as UploadThreadData).checksums), methods);
