import type { DraftRecord } from '@shared/library/records';
import type { Database } from './database';
import { fromJson } from './json';

/** Processings that the user has begun to describe, and not run. */
export class DraftsRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  list(accountId: string): readonly DraftRecord[] {
    return this.#db
      .all('SELECT * FROM drafts WHERE account_id = :accountId ORDER BY updated_at DESC', { accountId })
      .map((row) => ({
        id: String(row.id),
        accountId: String(row.account_id),
        body: fromJson<unknown>(row.body),
        updatedAt: String(row.updated_at),
      }));
  }

  put(draft: DraftRecord): void {
    this.#db.run(
      `INSERT INTO drafts (id, account_id, body, updated_at) VALUES (:id, :accountId, :body, :updatedAt)
       ON CONFLICT (id) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at`,
      { ...draft, body: JSON.stringify(draft.body) },
    );
  }

  remove(id: string): void {
    this.#db.run('DELETE FROM drafts WHERE id = :id', { id });
  }
}
