import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { AppError } from '@shared/errors';
import type { ResultSummary } from '@shared/ipc/types';
import type { ProcessingRecord } from '@shared/library/records';
import type { ResultKeeper, WithClient } from './ports';

/** Where the result of a processing is kept; ids come from servers, and only a plain one becomes a file name. */
export function resultPath(folder: string, processingId: string): string {
  const plain = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/.test(processingId);
  const name = plain ? processingId : createHash('sha256').update(processingId).digest('hex');
  return join(folder, `${name}.gpkg`);
}

/**
 * Downloads a result beside its place and has it made into a GeoPackage. Throws `processings.disk_full`,
 * `processings.cannot_write`, `api.*`.
 */
export async function fetchResult(
  record: ProcessingRecord,
  ports: { readonly withClient: WithClient; readonly results: ResultKeeper; readonly folder: string },
): Promise<ResultSummary> {
  const { withClient, results, folder } = ports;
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw diskFailure(error, folder) ?? error;
  });
  const gpkgPath = resultPath(folder, record.id);
  const geojsonPath = `${gpkgPath}.download`;
  try {
    await withClient(record.accountId, async ({ processings }) => {
      const { body } = await processings.result(record.id);
      await writeTo(geojsonPath, body);
    });
    const { id, name, modelName, cost, createdAt, updatedAt } = record.snapshot;
    const metadata = { processing: id, name, model: modelName, cost, created: createdAt, updated: updatedAt };
    const { featureCount, bbox, sizeBytes, styleName, fields } = await results.ingest({
      geojsonPath,
      gpkgPath,
      layerName: name,
      styleName: record.styleName,
      metadata,
    });
    return { featureCount, bbox, sizeBytes, styleName, fields };
  } finally {
    await rm(geojsonPath, { force: true });
  }
}

/** Writes a stream at the pace of the disk. */
async function writeTo(path: string, body: AsyncIterable<Uint8Array>): Promise<void> {
  const file = createWriteStream(path, { mode: 0o600 });
  const done = finished(file);
  // Reported by the await below; a failure must not be nobody's before that.
  done.catch(() => undefined);
  try {
    for await (const chunk of body) {
      if (!file.write(chunk)) await Promise.race([once(file, 'drain'), done]);
    }
    file.end();
    await done;
  } catch (error) {
    file.destroy();
    throw diskFailure(error, path) ?? error;
  }
}

/** What the file system said, as a sentence; null for failures of another kind. */
function diskFailure(error: unknown, path: string): AppError | null {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return null;
  const options = { cause: error, details: error.message };
  const isFull = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(String(error.code));
  return isFull
    ? new AppError('processings.disk_full', {}, options)
    : new AppError('processings.cannot_write', { folder: dirname(path) }, options);
}
