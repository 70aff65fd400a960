import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { AppError } from '@shared/errors';
import type { ByteSource } from '@shared/tiff/types';
import type { Layout } from '@shared/tiff/write';
import { streamLayout } from '@shared/tiff/writeStream';

/** A file appears under its name when it is whole. Throws `cli.cannot_write`, and what the sources throw. */
export async function writeLayout(layout: Layout, files: readonly ByteSource[], path: string): Promise<void> {
  const unfinished = `${path}.part`;
  const target = createWriteStream(unfinished);
  const done = finished(target);
  // Reported by the await below.
  done.catch(() => undefined);
  try {
    for await (const piece of streamLayout(layout, files)) {
      if (!target.write(piece)) await Promise.race([once(target, 'drain'), done]);
    }
    target.end();
    await done;
    await rename(unfinished, path);
  } catch (cause) {
    target.destroy();
    await rm(unfinished, { force: true });
    throw cause instanceof AppError ? cause : cannotWrite(path, cause);
  }
}

export function cannotWrite(path: string, cause: unknown): AppError {
  return new AppError('cli.cannot_write', { path }, { cause, details: String(cause) });
}
