import { AppError } from '@shared/errors';

/** The file is not a GeoJSON FeatureCollection, or it ends in the middle of one. */
export function notGeoJson(name: string, details: string): AppError {
  return new AppError('results.not_geojson', { name }, { details });
}

/** SQLite's failures in words a user understands; anything else stays as it is. */
export function translated(error: unknown, name: string): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string') return error;
  const details = { details: `${code}: ${(error as Error).message}`, cause: error };
  if (code === 'SQLITE_FULL' || code === 'ENOSPC')
    return new AppError('results.disk_full', { name }, details);
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return new AppError('results.damaged', { name }, details);
  }
  if (code.startsWith('SQLITE_CANTOPEN') || code === 'ENOENT') {
    return new AppError('results.missing', { name }, details);
  }
  if (code.startsWith('SQLITE_') || code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new AppError('results.cannot_write', { name }, details);
  }
  return error;
}
