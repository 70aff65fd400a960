import type BetterSqlite3 from 'better-sqlite3';
import { migrations } from './migrations';

export type Database = BetterSqlite3.Database;

/**
 * Opens a database file. Handed in by the entries: which native binding fits depends on the runtime
 * (`new Database(file, { nativeBinding })`).
 */
export type OpenDatabase = (file: string) => Database;

/** Opens the engine's database and brings it to the present schema. */
export function openStore(open: OpenDatabase, file: string): Database {
  const database = open(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma('busy_timeout = 5000');
  const version = Number(database.pragma('user_version', { simple: true }));
  if (version > migrations.length) {
    database.close();
    throw new Error(`the engine's data were written by a newer version (${String(version)})`);
  }
  for (let next = version; next < migrations.length; next++) {
    database.transaction(() => {
      database.exec(migrations[next] as string);
      database.pragma(`user_version = ${String(next + 1)}`);
    })();
  }
  return database;
}

/** A column that holds JSON. */
export function fromJson<Value>(column: unknown, absent: Value): Value {
  return typeof column === 'string' ? (JSON.parse(column) as Value) : absent;
}
