import type { ErrorData } from '@shared/errors';
import type { OutboxRecord } from '@shared/library/records';
import type { Database, Row } from './database';
import { fromJson, fromJsonOrNull } from './json';

/** Edits made offline, in the order in which they were made. Nothing that costs credits ever waits here. */
export class OutboxRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  list(accountId: string): readonly OutboxRecord[] {
    return this.#db
      .all('SELECT * FROM outbox WHERE account_id = :accountId ORDER BY seq', { accountId })
      .map(toRecord);
  }

  /** Returns the entry's number. */
  add(entry: Omit<OutboxRecord, 'seq' | 'error'>): number {
    const row = this.#db.get(
      `INSERT INTO outbox (account_id, kind, target_id, body, base, created_at)
       VALUES (:accountId, :kind, :targetId, :body, :base, :createdAt) RETURNING seq`,
      { ...entry, body: JSON.stringify(entry.body), base: JSON.stringify(entry.base) },
    );
    return Number(row?.seq);
  }

  /** Marks a conflict or a refusal, for the user to decide. */
  fail(seq: number, error: ErrorData): void {
    this.#db.run('UPDATE outbox SET error = :error WHERE seq = :seq', { seq, error: JSON.stringify(error) });
  }

  remove(seq: number): void {
    this.#db.run('DELETE FROM outbox WHERE seq = :seq', { seq });
  }
}

function toRecord(row: Row): OutboxRecord {
  return {
    seq: Number(row.seq),
    accountId: String(row.account_id),
    kind: String(row.kind),
    targetId: String(row.target_id),
    body: fromJson<unknown>(row.body),
    base: fromJson<unknown>(row.base),
    error: fromJsonOrNull<ErrorData>(row.error),
    createdAt: String(row.created_at),
  };
}
