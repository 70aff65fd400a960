import type { AccountKind } from '@shared/ipc/types';
import type { AccountRecord, AuthScheme, Dialect } from '@shared/library/records';
import type { Database, Row } from './database';

/** Profiles, without their secrets. At most one is active. */
export class AccountsRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  list(): readonly AccountRecord[] {
    return this.#db.all('SELECT * FROM accounts ORDER BY created_at, id').map(toRecord);
  }

  get(id: string): AccountRecord | null {
    const row = this.#db.get('SELECT * FROM accounts WHERE id = :id', { id });
    return row && toRecord(row);
  }

  activeId(): string | null {
    const row = this.#db.get('SELECT id FROM accounts WHERE active = 1');
    return row ? String(row.id) : null;
  }

  put(record: AccountRecord): void {
    this.#db.run(
      `INSERT INTO accounts (id, kind, name, base_url, email, scheme, dialect, signed_in, created_at)
       VALUES (:id, :kind, :name, :baseUrl, :email, :scheme, :dialect, :signedIn, :createdAt)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, base_url = excluded.base_url, email = excluded.email,
         scheme = excluded.scheme, dialect = excluded.dialect, signed_in = excluded.signed_in`,
      { ...record, signedIn: record.signedIn ? 1 : 0 },
    );
  }

  activate(id: string): void {
    this.#db.transaction(() => {
      this.#db.run('UPDATE accounts SET active = 0 WHERE active = 1');
      this.#db.run('UPDATE accounts SET active = 1 WHERE id = :id', { id });
    });
  }

  remove(id: string): void {
    this.#db.run('DELETE FROM accounts WHERE id = :id', { id });
  }
}

function toRecord(row: Row): AccountRecord {
  return {
    id: String(row.id),
    kind: row.kind as AccountKind,
    name: String(row.name),
    baseUrl: row.base_url as string | null,
    email: row.email as string | null,
    scheme: row.scheme as AuthScheme,
    dialect: row.dialect as Dialect,
    signedIn: row.signed_in === 1,
    createdAt: String(row.created_at),
  };
}
