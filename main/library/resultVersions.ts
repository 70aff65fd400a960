import type { ResultSummary } from '@shared/ipc/types';
import type { VersionRecord } from '@shared/library/records';
import type { Database, Row } from './database';
import { fromJson } from './json';

/** Results that somebody chose at another threshold than the model's own, beside the one as it came. */
export class ResultVersionsRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** In the order in which they were kept. */
  list(processingId: string): readonly VersionRecord[] {
    return this.#db
      .all('SELECT * FROM result_versions WHERE processing_id = :processingId ORDER BY number', {
        processingId,
      })
      .map(toRecord);
  }

  /** Null where the result as it came is in use. */
  current(processingId: string): VersionRecord | null {
    const row = this.#db.get(
      'SELECT * FROM result_versions WHERE processing_id = :processingId AND current = 1',
      { processingId },
    );
    return row && toRecord(row);
  }

  /** Adds a version and uses it. */
  add({ processingId, number, threshold, area, result, createdAt }: Omit<VersionRecord, 'current'>): void {
    this.#db.transaction(() => {
      this.#db.run(
        `INSERT INTO result_versions (processing_id, number, threshold, area, result, created_at, current)
         VALUES (:processingId, :number, :threshold, :area, :result, :createdAt, 0)`,
        { processingId, number, threshold, area, result: JSON.stringify(result), createdAt },
      );
      this.use(processingId, number);
    });
  }

  /** 0: the result as it came. */
  use(processingId: string, number: number): void {
    this.#db.run(
      'UPDATE result_versions SET current = (number = :number) WHERE processing_id = :processingId',
      { processingId, number },
    );
  }

  remove(processingId: string, number: number): void {
    this.#db.run('DELETE FROM result_versions WHERE processing_id = :processingId AND number = :number', {
      processingId,
      number,
    });
  }

  removeAll(processingId: string): void {
    this.#db.run('DELETE FROM result_versions WHERE processing_id = :processingId', { processingId });
  }
}

function toRecord(row: Row): VersionRecord {
  return {
    processingId: String(row.processing_id),
    number: Number(row.number),
    threshold: Number(row.threshold),
    area: Number(row.area),
    result: fromJson<ResultSummary>(row.result),
    createdAt: String(row.created_at),
    current: row.current === 1,
  };
}
