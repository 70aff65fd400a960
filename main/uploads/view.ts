import type { Upload } from '@shared/ipc/types';
import type { ChunkRecord, UploadRecord } from '@shared/library/records';

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
  chunks: readonly ChunkRecord[],
  { rate, retryAt }: { readonly rate: number | null; readonly retryAt: number | null },
): Upload {
  const confirmed = chunks.filter((chunk) => chunk.state === 'confirmed');
  const sum = (of: readonly ChunkRecord[]): number => of.reduce((bytes, chunk) => bytes + chunk.bytes, 0);
  const bytesTotal = sum(chunks);
  const bytesConfirmed = sum(confirmed);
  const isHeld = chunks.every((chunk) => chunk.state !== 'sending');
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
    chunksTotal: chunks.length,
    chunksConfirmed: confirmed.length,
    chunksFailed: chunks.filter((chunk) => chunk.state === 'failed').length,
    rate: shownRate,
    secondsLeft: shownRate ? Math.ceil((bytesTotal - bytesConfirmed) / shownRate) : null,
    retryAt: upload.state === 'sending' && isHeld && retryAt ? new Date(retryAt).toISOString() : null,
    position: upload.position,
    error: upload.error,
    createdAt: upload.createdAt,
    finishedAt: upload.finishedAt,
  };
}
