import { AppError } from '@shared/errors';

const NO_ROOM: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/** What it means that a file could not be written: `overviews.disk_full` or `overviews.cannot_write`. */
export function writeFailure(cause: unknown, path: string): AppError {
  if (cause instanceof AppError) return cause;
  const { code } = cause as NodeJS.ErrnoException;
  const kind = code !== undefined && NO_ROOM.has(code) ? 'overviews.disk_full' : 'overviews.cannot_write';
  return new AppError(kind, { path }, { cause, details: String(cause) });
}
