import type { ErrorData } from '@shared/errors';
import type { ChunkState, UploadState } from '@shared/ipc/types';
import type { ChunkRecord, ChunkTotals, PauseReason, UploadRecord } from '@shared/library/records';
import type { Reduction } from '@shared/tiff/reduce';
import type { Database, Row, SqlValue } from './database';
import { fromJsonOrNull, toJsonOrNull } from './json';

type UploadChange = Partial<
  Pick<UploadRecord, 'mosaicId' | 'mosaicName' | 'state' | 'pausedBy' | 'position' | 'error' | 'finishedAt'>
>;
type ChunkChange = Partial<
  Pick<ChunkRecord, 'bytes' | 'exact' | 'state' | 'attempts' | 'sha1' | 'imageId' | 'usable' | 'error'>
>;

const uploadColumns: Readonly<Record<keyof UploadChange, string>> = {
  mosaicId: 'mosaic_id',
  mosaicName: 'mosaic_name',
  state: 'state',
  pausedBy: 'paused_by',
  position: 'position',
  error: 'error',
  finishedAt: 'finished_at',
};

const chunkColumns: Readonly<Record<keyof ChunkChange, string>> = {
  bytes: 'bytes',
  exact: 'exact',
  state: 'state',
  attempts: 'attempts',
  sha1: 'sha1',
  imageId: 'image_id',
  usable: 'usable',
  error: 'error',
};

/** The ledger: every upload and each of its chunks, written before what they announce is done. */
export class UploadsRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** In the order of the queue. */
  list(): readonly UploadRecord[] {
    return this.#db.all('SELECT * FROM uploads ORDER BY position, created_at, id').map(toUpload);
  }

  get(id: string): UploadRecord | null {
    const row = this.#db.get('SELECT * FROM uploads WHERE id = :id', { id });
    return row && toUpload(row);
  }

  chunks(uploadId: string): readonly ChunkRecord[] {
    return this.#db
      .all('SELECT * FROM chunks WHERE upload_id = :uploadId ORDER BY idx', { uploadId })
      .map(toChunk);
  }

  /** What the chunks of each upload come to, by the upload's id; of one upload alone where it is named. */
  totals(uploadId: string | null = null): ReadonlyMap<string, ChunkTotals> {
    const where = uploadId === null ? '' : 'WHERE upload_id = :uploadId';
    const rows = this.#db.all(
      `SELECT upload_id, count(*) AS chunks, sum(bytes) AS bytes, sum(state = 'confirmed') AS confirmed,
         sum(iif(state = 'confirmed', bytes, 0)) AS bytes_confirmed, sum(state = 'failed') AS failed,
         sum(state = 'sending') AS sending
       FROM chunks ${where} GROUP BY upload_id`,
      uploadId === null ? {} : { uploadId },
    );
    return new Map(rows.map((row) => [String(row.upload_id), toTotals(row)]));
  }

  /** The upload with all its chunks, or nothing. */
  insert(upload: UploadRecord, chunks: readonly ChunkRecord[]): void {
    this.#db.transaction(() => {
      this.#db.run(
        `INSERT INTO uploads (id, account_id, path, name, mosaic_id, mosaic_name, mosaic_tag, state, paused_by,
           source_size, source_mtime_ms, source_hash, target_bytes, max_bytes, max_side, reduction, position, error, created_at,
           finished_at)
         VALUES (:id, :accountId, :path, :name, :mosaicId, :mosaicName, :mosaicTag, :state, :pausedBy, :sourceSize,
           :sourceMtimeMs, :sourceHash, :targetBytes, :maxBytes, :maxSide, :reduction, :position, :error, :createdAt, :finishedAt)`,
        { ...upload, reduction: toJsonOrNull(upload.reduction), error: toJsonOrNull(upload.error) },
      );
      for (const chunk of chunks) {
        this.#db.run(
          `INSERT INTO chunks (upload_id, idx, name, x, y, width, height, bytes, exact, state, attempts, sha1, image_id, usable,
             error, changed_at)
           VALUES (:uploadId, :index, :name, :x, :y, :width, :height, :bytes, :exact, :state, :attempts, :sha1, :imageId,
             :usable, :error, :changedAt)`,
          {
            ...chunk,
            exact: chunk.exact ? 1 : 0,
            usable: chunk.usable ? 1 : 0,
            error: toJsonOrNull(chunk.error),
          },
        );
      }
    });
  }

  update(id: string, change: UploadChange): void {
    const { assignments, values } = assign(change, uploadColumns);
    if (assignments) this.#db.run(`UPDATE uploads SET ${assignments} WHERE id = :id`, { ...values, id });
  }

  updateChunk(uploadId: string, index: number, change: ChunkChange): void {
    const { assignments, values } = assign(change, chunkColumns);
    if (!assignments) return;
    this.#db.run(
      `UPDATE chunks SET ${assignments}, changed_at = :changedAt WHERE upload_id = :uploadId AND idx = :index`,
      { ...values, uploadId, index, changedAt: new Date().toISOString() },
    );
  }

  remove(id: string): void {
    this.#db.run('DELETE FROM uploads WHERE id = :id', { id });
  }

  /**
   * Makes this process the one that works on the upload, until `until` (ms since 1970); false while another holds it. Two
   * processes (the window and the command line) must never send the same chunk at once.
   */
  lease(id: string, pid: number, until: number, isAlive: (pid: number) => boolean): boolean {
    return this.#db.transaction(() => {
      const row = this.#db.get('SELECT lease_pid, lease_until FROM uploads WHERE id = :id', { id });
      if (!row) return false;
      const holder = row.lease_pid as number | null;
      const held =
        holder !== null && holder !== pid && Number(row.lease_until) > Date.now() && isAlive(holder);
      if (held) return false;
      this.#db.run('UPDATE uploads SET lease_pid = :pid, lease_until = :until WHERE id = :id', {
        id,
        pid,
        until,
      });
      return true;
    });
  }

  /** Several writes as one: all or nothing, and one wait for the disk. */
  together(work: () => void): void {
    this.#db.transaction(work);
  }

  release(id: string, pid: number): void {
    this.#db.run(
      'UPDATE uploads SET lease_pid = NULL, lease_until = NULL WHERE id = :id AND lease_pid = :pid',
      {
        id,
        pid,
      },
    );
  }
}

function assign<Change extends object>(
  change: Change,
  columns: Readonly<Record<keyof Change, string>>,
): { assignments: string; values: Record<string, SqlValue> } {
  const parts: string[] = [];
  const values: Record<string, SqlValue> = {};
  for (const [key, value] of Object.entries(change) as [keyof Change & string, unknown][]) {
    parts.push(`${columns[key]} = :${key}`);
    values[key] = toSql(value);
  }
  return { assignments: parts.join(', '), values };
}

function toSql(value: unknown): SqlValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'object') return toJsonOrNull(value);
  return value as SqlValue;
}

function toUpload(row: Row): UploadRecord {
  return {
    id: String(row.id),
    accountId: String(row.account_id),
    path: String(row.path),
    name: String(row.name),
    mosaicId: row.mosaic_id as string | null,
    mosaicName: String(row.mosaic_name),
    mosaicTag: String(row.mosaic_tag),
    state: row.state as UploadState,
    pausedBy: row.paused_by as PauseReason | null,
    sourceSize: Number(row.source_size),
    sourceMtimeMs: Number(row.source_mtime_ms),
    sourceHash: String(row.source_hash),
    targetBytes: Number(row.target_bytes),
    maxBytes: Number(row.max_bytes),
    maxSide: Number(row.max_side),
    reduction: fromJsonOrNull<Reduction>(row.reduction),
    position: Number(row.position),
    error: fromJsonOrNull<ErrorData>(row.error),
    createdAt: String(row.created_at),
    finishedAt: row.finished_at as string | null,
  };
}

function toTotals(row: Row): ChunkTotals {
  return {
    chunks: Number(row.chunks),
    bytes: Number(row.bytes),
    confirmed: Number(row.confirmed),
    bytesConfirmed: Number(row.bytes_confirmed),
    failed: Number(row.failed),
    sending: Number(row.sending),
  };
}

function toChunk(row: Row): ChunkRecord {
  return {
    uploadId: String(row.upload_id),
    index: Number(row.idx),
    name: String(row.name),
    x: Number(row.x),
    y: Number(row.y),
    width: Number(row.width),
    height: Number(row.height),
    bytes: Number(row.bytes),
    exact: row.exact === 1,
    state: row.state as ChunkState,
    attempts: Number(row.attempts),
    sha1: row.sha1 as string | null,
    imageId: row.image_id as string | null,
    usable: row.usable === 1,
    error: fromJsonOrNull<ErrorData>(row.error),
    changedAt: String(row.changed_at),
  };
}
