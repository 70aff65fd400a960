import type { Upload } from '@shared/ipc/types';
import type { ChunkTotals, UploadRecord } from '@shared/library/records';

/** True when nothing will happen with it unless somebody asks. */
export function isFinished({ state }: UploadRecord): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

/** True for what a start of the program goes on with by itself. */
export function isResumable(upload: UploadRecord): boolean {
  return !isFinished(upload) && upload.state !== 'paused';
}

/** An upload as the window shows it; only confirmed bytes count as progress. */
export function describeUpload(
  upload: UploadRecord,
  totals: ChunkTotals,
  { rate, retryAt }: { readonly rate: number | null; readonly retryAt: number | null },
): Upload {
  const { bytes: bytesTotal, bytesConfirmed } = totals;
  const isHeld = totals.sending === 0;
  const shownRate = upload.state === 'sending' ? rate : null;
  return {
    id: upload.id,
    accountId: upload.accountId,
    path: upload.path,
    name: upload.name,
    mosaicId: upload.mosaicId,
    mosaicName: upload.mosaicName,
    state: upload.state,
    bytesTotal,
    bytesConfirmed,
    chunksTotal: totals.chunks,
    chunksConfirmed: totals.confirmed,
    chunksFailed: totals.failed,
    rate: shownRate,
    secondsLeft: shownRate ? Math.ceil((bytesTotal - bytesConfirmed) / shownRate) : null,
    retryAt: upload.state === 'sending' && isHeld && retryAt ? new Date(retryAt).toISOString() : null,
    reducedTo: upload.reduction?.codec ?? null,
    position: upload.position,
    error: upload.error,
    createdAt: upload.createdAt,
    finishedAt: upload.finishedAt,
  };
}
