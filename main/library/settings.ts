import type { Database } from './database';
import { fromJson } from './json';

/** Named values of any plain data. */
export class SettingsRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Null where it was never set. */
  get(key: string): unknown {
    const row = this.#db.get('SELECT value FROM settings WHERE key = :key', { key });
    return row ? fromJson<unknown>(row.value) : null;
  }

  set(key: string, value: unknown): void {
    this.#db.run(
      'INSERT INTO settings (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      { key, value: JSON.stringify(value) },
    );
  }
}
