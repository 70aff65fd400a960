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
export function resultPath(folder: string, processingId: string, version = 0): string {
  const plain = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/.test(processingId);
  const name = plain ? processingId : createHash('sha256').update(processingId).digest('hex');
  return join(folder, version === 0 ? `${name}.gpkg` : `${name}.${version}.gpkg`);
}

/**
 * Downloads a result beside its place and has it made into a GeoPackage. Throws `processings.disk_full`,
 * `processings.cannot_write`, `api.*`.
 */
export async function fetchResult(
  record: ProcessingRecord,
  ports: { readonly withClient: WithClient; readonly results: ResultKeeper; readonly folder: string },
): Promise<ResultSummary> {
  const gpkgPath = resultPath(ports.folder, record.id);
  return ingestResult(record, gpkgPath, ports.results, {}, (geojsonPath) =>
    ports.withClient(record.accountId, async ({ processings }) => {
      const { body } = await processings.result(record.id);
      await writeTo(geojsonPath, body);
    }),
  );
}

/** Makes a version of a result that comes as GeoJSON into a GeoPackage of its own. Throws as `fetchResult` does. */
export async function keepVersion(
  record: ProcessingRecord,
  wanted: {
    readonly number: number;
    readonly threshold: number;
    readonly body: AsyncIterable<Uint8Array>;
  },
  ports: { readonly results: ResultKeeper; readonly folder: string },
): Promise<ResultSummary> {
  const { number: version, threshold, body } = wanted;
  const gpkgPath = resultPath(ports.folder, record.id, version);
  return ingestResult(record, gpkgPath, ports.results, { version, threshold }, (geojsonPath) =>
    writeTo(geojsonPath, body),
  );
}

async function ingestResult(
  record: ProcessingRecord,
  gpkgPath: string,
  results: ResultKeeper,
  more: Readonly<Record<string, number>>,
  download: (geojsonPath: string) => Promise<void>,
): Promise<ResultSummary> {
  const folder = dirname(gpkgPath);
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw diskFailure(error, folder) ?? error;
  });
  const geojsonPath = `${gpkgPath}.download`;
  try {
    await download(geojsonPath);
    const { id, name, modelName, cost, createdAt, updatedAt } = record.snapshot;
    const metadata = {
      processing: id,
      name,
      model: modelName,
      cost,
      created: createdAt,
      updated: updatedAt,
      ...more,
    };
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
