import type BetterSqlite3 from 'better-sqlite3';
import { AppError } from '@shared/errors';
import { migrations } from './migrations';

export type Database = BetterSqlite3.Database;

/**
 * Opens a database file. Handed in by the entries: which native binding fits depends on the runtime
 * (`new Database(file, { nativeBinding })`).
 */
export type OpenDatabase = (file: string) => Database;

/** Opens the engine's database and brings it to the present schema. Throws `engine.data_in_use`. */
export function openStore(open: OpenDatabase, file: string): Database {
  const database = open(file);
  try {
    return migrated(database);
  } catch (error) {
    database.close();
    const busy = error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
    throw busy ? new AppError('engine.data_in_use', {}, { details: file, cause: error }) : error;
  }
}

function migrated(database: Database): Database {
  database.pragma('busy_timeout = 5000');
  // One engine for each folder: a second one would do the same work again and mix up the files.
  database.pragma('locking_mode = EXCLUSIVE');
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  const version = Number(database.pragma('user_version', { simple: true }));
  if (version > migrations.length) {
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
