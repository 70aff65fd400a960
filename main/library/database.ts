import SqliteDatabase, { type Database as Sqlite, type Statement } from 'better-sqlite3';
import { AppError } from '@shared/errors';
import { migrations } from './schema';

export type SqlValue = string | number | null;
export type SqlValues = Readonly<Record<string, SqlValue>>;
export type Row = Readonly<Record<string, SqlValue>>;

export interface DatabaseOptions {
  /** Path of the compiled SQLite binding, where the usual one does not fit the runtime. */
  readonly nativeBinding?: string | undefined;
  /**
   * `full`: a write is on disk when it returns. `relaxed`: a write never waits for the disk; it survives the end of the program,
   * and a power cut may take the last ones back. Default full.
   */
  readonly durability?: 'full' | 'relaxed' | undefined;
}

/** One connection, with prepared statements kept and SQLite's failures turned into ours. */
export class Database {
  readonly #sqlite: Sqlite;
  readonly #statements = new Map<string, Statement>();

  /** Throws `library.corrupt`, `library.cannot_open`, `library.too_new`, `library.disk_full`. */
  constructor(path: string, options: DatabaseOptions = {}) {
    this.#sqlite = translate(
      () =>
        new SqliteDatabase(path, {
          timeout: 5000,
          ...(options.nativeBinding ? { nativeBinding: options.nativeBinding } : {}),
        }),
    );
    try {
      translate(() => this.#prepareFile(options.durability ?? 'full'));
    } catch (error) {
      this.#sqlite.close();
      throw error;
    }
  }

  #prepareFile(durability: 'full' | 'relaxed'): void {
    const db = this.#sqlite;
    db.pragma('journal_mode = WAL');
    db.pragma(`synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`);
    // Who does not wait for the disk leaves it to the other connection to tidy up.
    if (durability === 'relaxed') db.pragma('wal_autocheckpoint = 0');
    db.pragma('foreign_keys = ON');
    db.pragma('trusted_schema = OFF');
    const verdict = db.pragma('quick_check(1)', { simple: true });
    if (verdict !== 'ok') throw new AppError('library.corrupt', {}, { details: String(verdict) });
    this.#migrate();
  }

  #migrate(): void {
    const db = this.#sqlite;
    const version = (): number => db.pragma('user_version', { simple: true }) as number;
    if (version() > migrations.length) throw new AppError('library.too_new', { version: version() });
    for (const [step, sql] of migrations.entries()) {
      if (step < version()) continue;
      const apply = db.transaction(() => {
        if (step < version()) return;
        db.exec(sql);
        db.pragma(`user_version = ${step + 1}`);
      });
      apply.immediate();
    }
  }

  all(sql: string, values: SqlValues = {}): readonly Row[] {
    return translate(() => this.#statement(sql).all(values) as Row[]);
  }

  get(sql: string, values: SqlValues = {}): Row | null {
    return translate(() => (this.#statement(sql).get(values) as Row | undefined) ?? null);
  }

  /** Returns how many rows changed. */
  run(sql: string, values: SqlValues = {}): number {
    return translate(() => this.#statement(sql).run(values).changes);
  }

  /** All or nothing; takes the write lock at once, so that what it reads stays true until it writes. */
  transaction<T>(work: () => T): T {
    return translate(() => this.#sqlite.transaction(work).immediate());
  }

  /** Work whose writes are on disk when it returns, on any connection. */
  durably<T>(work: () => T): T {
    const before = translate(() => this.#sqlite.pragma('synchronous', { simple: true }) as number);
    this.#sqlite.pragma('synchronous = FULL');
    try {
      return work();
    } finally {
      this.#sqlite.pragma(`synchronous = ${before}`);
    }
  }

  /** Moves what was written into the main file, as far as nobody is reading. */
  tidy(): void {
    translate(() => this.#sqlite.pragma('wal_checkpoint(PASSIVE)'));
  }

  /** Copies the whole database, in steps between which the loop goes on. */
  async backUpTo(path: string): Promise<void> {
    try {
      await this.#sqlite.backup(path, { progress: () => 200 });
    } catch (error) {
      throw translated(error);
    }
  }

  close(): void {
    this.#sqlite.close();
  }

  #statement(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#sqlite.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function translate<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translated(error);
  }
}

/** SQLite's result codes (sqlite.org/rescode.html) as errors that a user understands. */
function translated(error: unknown): unknown {
  if (!(error instanceof SqliteDatabase.SqliteError)) return error;
  const options = { details: `${error.code}: ${error.message}`, cause: error };
  const { code } = error;
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB')
    return new AppError('library.corrupt', {}, options);
  if (code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR'))
    return new AppError('library.disk_full', {}, options);
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
    return new AppError('library.busy', {}, options);
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY')) {
    return new AppError('library.cannot_open', {}, options);
  }
  return error;
}
