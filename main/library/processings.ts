import type { ErrorData } from '@shared/errors';
import type { Draft } from '@shared/ipc/contract';
import type { ResultSummary } from '@shared/ipc/types';
import type { OrderRecord, ProcessingRecord, ProcessingSnapshot } from '@shared/library/records';
import type { Database, Row } from './database';
import { fromJson, fromJsonOrNull, toJsonOrNull } from './json';

/** Processings as last heard of, the state of their kept results, and orders under way. */
export class ProcessingsRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Newest first. */
  list(): readonly ProcessingRecord[] {
    return this.#db.all('SELECT * FROM processings ORDER BY created_at DESC, id').map(toRecord);
  }

  /** Ids are UUIDs of the servers: one id means one processing whatever the account. */
  get(id: string): ProcessingRecord | null {
    const row = this.#db.get('SELECT * FROM processings WHERE id = :id', { id });
    return row && toRecord(row);
  }

  put(record: ProcessingRecord): void {
    this.#db.run(
      `INSERT INTO processings (account_id, id, created_at, snapshot, result_state, result, result_error, style_name)
       VALUES (:accountId, :id, :createdAt, :snapshot, :resultState, :result, :resultError, :styleName)
       ON CONFLICT (account_id, id) DO UPDATE SET created_at = excluded.created_at, snapshot = excluded.snapshot,
         result_state = excluded.result_state, result = excluded.result, result_error = excluded.result_error,
         style_name = excluded.style_name`,
      {
        accountId: record.accountId,
        id: record.id,
        createdAt: record.snapshot.createdAt,
        snapshot: JSON.stringify(record.snapshot),
        resultState: record.resultState,
        result: toJsonOrNull(record.result),
        resultError: toJsonOrNull(record.resultError),
        styleName: record.styleName,
      },
    );
  }

  remove(id: string): void {
    this.#db.run('DELETE FROM processings WHERE id = :id', { id });
  }

  orders(accountId: string): readonly OrderRecord[] {
    return this.#db
      .all('SELECT * FROM orders WHERE account_id = :accountId ORDER BY created_at', { accountId })
      .map(toOrder);
  }

  /** On disk when it returns: what is bought must not be forgotten. */
  putOrder(order: OrderRecord): void {
    this.#db.durably(() =>
      this.#db.run(
        `INSERT INTO orders (id, account_id, project_id, draft, state, processing_id, created_at)
       VALUES (:id, :accountId, :projectId, :draft, :state, :processingId, :createdAt)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, processing_id = excluded.processing_id`,
        { ...order, draft: JSON.stringify(order.draft) },
      ),
    );
  }
}

function toRecord(row: Row): ProcessingRecord {
  return {
    accountId: String(row.account_id),
    id: String(row.id),
    snapshot: fromJson<ProcessingSnapshot>(row.snapshot),
    resultState: row.result_state as ProcessingRecord['resultState'],
    result: fromJsonOrNull<ResultSummary>(row.result),
    resultError: fromJsonOrNull<ErrorData>(row.result_error),
    styleName: String(row.style_name),
  };
}

function toOrder(row: Row): OrderRecord {
  return {
    id: String(row.id),
    accountId: String(row.account_id),
    projectId: String(row.project_id),
    draft: fromJson<Draft>(row.draft),
    state: row.state as OrderRecord['state'],
    processingId: row.processing_id as string | null,
    createdAt: String(row.created_at),
  };
}
