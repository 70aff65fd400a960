import { basename } from 'node:path';
import type { ChunkRecord, UploadRecord } from '@shared/library/records';
import type { PlanLimits, SourceIdentity, SourcePlan } from './ports';

export interface NewUpload {
  readonly id: string;
  readonly accountId: string;
  readonly path: string;
  /** Its tag finds a new one again whose answer was lost. */
  readonly mosaic: { readonly id: string | null; readonly name: string; readonly tag: string };
  readonly identity: SourceIdentity;
  readonly plan: SourcePlan;
  readonly limits: PlanLimits;
  /** Its place in the queue. */
  readonly position: number;
  /** ISO 8601 */
  readonly createdAt: string;
}

/** The first entries of an upload in the ledger: everything planned, nothing begun. */
export function newUpload(wanted: NewUpload): {
  readonly upload: UploadRecord;
  readonly chunks: ChunkRecord[];
} {
  const { id, accountId, path, mosaic, identity, plan, limits, position, createdAt } = wanted;
  const upload: UploadRecord = {
    id,
    accountId,
    path,
    name: basename(path),
    mosaicId: mosaic.id,
    mosaicName: mosaic.name,
    mosaicTag: mosaic.tag,
    state: 'waiting',
    pausedBy: null,
    sourceSize: identity.size,
    sourceMtimeMs: identity.mtimeMs,
    sourceHash: identity.hash,
    ...limits,
    reduction: limits.reduction ?? null,
    position,
    error: null,
    createdAt,
    finishedAt: null,
  };
  const chunks = plan.chunks.map(({ name, window, bytes, exact }, index): ChunkRecord => ({
    uploadId: id,
    index,
    name,
    ...window,
    bytes,
    exact,
    state: 'planned',
    attempts: 0,
    sha1: null,
    imageId: null,
    usable: false,
    error: null,
    changedAt: createdAt,
  }));
  return { upload, chunks };
}
