import busboy from 'busboy';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InvalidBody } from './serviceError';

export interface ReceivedFile {
  /** As the client names it, without folders; a name to show, never a path to use. */
  readonly filename: string;
  /** bytes */
  readonly size: number;
  /** sha1, hexadecimal */
  readonly checksum: string;
}

/** Thrown by `receiveFile` when the file is longer than allowed; `atLeast` bytes have come. */
export class FileTooLong extends Error {
  constructor(readonly atLeast: number) {
    super('file too long');
    this.name = 'FileTooLong';
  }
}

/**
 * Streams the one file of a multipart request to `path`, at the pace of the disk, and makes sure that it is on the disk.
 * The part may have any field name. Nothing is left behind on failure. Throws `InvalidBody` for a body that is not a form
 * with a file or that ends early, and `FileTooLong`.
 */
export async function receiveFile(
  incoming: IncomingMessage,
  path: string,
  maxBytes: number,
): Promise<ReceivedFile> {
  try {
    const received = await receiveInto(incoming, path, maxBytes);
    await syncToDisk(path);
    return received;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

function receiveInto(incoming: IncomingMessage, path: string, maxBytes: number): Promise<ReceivedFile> {
  return new Promise((resolve, reject) => {
    let parser: busboy.Busboy;
    try {
      parser = busboy({
        headers: incoming.headers,
        defParamCharset: 'utf8',
        limits: { files: 1, fields: 20, fieldSize: 65_536, parts: 30, headerPairs: 100 },
      });
    } catch {
      reject(invalid('a multipart/form-data body is expected'));
      return;
    }
    let writing: Promise<ReceivedFile> | null = null;
    const fail = (error: unknown): void => {
      incoming.unpipe(parser);
      parser.destroy();
      // The write must have ended before the file is removed.
      void (writing ?? Promise.resolve()).catch(() => undefined).then(() => reject(clear(error)));
    };
    parser.on('file', (_field, file, info) => {
      writing = save(file, path, maxBytes, shownName(info.filename));
      writing.catch(fail);
    });
    parser.on('error', () => fail(invalid('the form is broken off or malformed')));
    parser.on('close', () => {
      if (writing) writing.then(resolve, (error: unknown) => reject(clear(error)));
      else reject(invalid('the form has no file'));
    });
    incoming.on('error', fail);
    incoming.on('close', () => {
      if (!incoming.complete) fail(invalid('the upload was broken off'));
    });
    incoming.pipe(parser);
  });
}

/** Whoever misses the end of the form first says so in words of their own; the disk's errors stay what they are. */
function clear(error: unknown): Error {
  if (error instanceof FileTooLong || error instanceof InvalidBody) return error;
  const isDisk = error instanceof Error && 'syscall' in error && 'path' in error;
  return isDisk || isFull(error) ? (error as Error) : invalid('the form is broken off or malformed');
}

/** Whether the disk has no room left. */
export function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

async function save(file: Readable, path: string, maxBytes: number, filename: string): Promise<ReceivedFile> {
  const hash = createHash('sha1');
  let size = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > maxBytes) {
        done(new FileTooLong(size));
        return;
      }
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(file, meter, createWriteStream(path, { flags: 'wx', highWaterMark: 1 << 20 }));
  return { filename, size, checksum: hash.digest('hex') };
}

async function syncToDisk(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The last part of whatever path a client sends, without characters that disturb a list. */
function shownName(given: string | undefined): string {
  const name = (given ?? '').split(/[\\/]/).pop() ?? '';
  return (
    name
      .replace(/\p{Cc}/gu, '')
      .trim()
      .slice(0, 255) || 'image.tif'
  );
}

const invalid = (message: string): InvalidBody => new InvalidBody([{ path: ['file'], message }]);
