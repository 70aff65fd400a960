import { randomUUID } from 'node:crypto';
import type { Database } from './database';

export interface ProjectRow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly isDefault: boolean;
  readonly created: string;
  readonly updated: string;
}

export interface ProjectQuery {
  readonly limit: number;
  readonly offset: number;
  readonly filter: string | undefined;
  readonly sortBy: 'NAME' | 'CREATED' | 'UPDATED';
  readonly sortOrder: 'ASC' | 'DESC';
}

interface Columns {
  id: string;
  name: string;
  description: string;
  is_default: number;
  created: string;
  updated: string;
}

const fields = 'id, name, description, is_default, created, updated';
const sortColumns = { NAME: 'name COLLATE NOCASE', CREATED: 'created', UPDATED: 'updated' } as const;

function fromColumns(columns: Columns): ProjectRow {
  const { is_default, ...rest } = columns;
  return { ...rest, isDefault: is_default === 1 };
}

/** Projects that are not archived. */
export class Projects {
  constructor(private readonly database: Database) {}

  create(name: string, description: string, isDefault = false): ProjectRow {
    const now = new Date().toISOString();
    const row: ProjectRow = { id: randomUUID(), name, description, isDefault, created: now, updated: now };
    this.database
      .prepare(`INSERT INTO projects (${fields}) VALUES (?, ?, ?, ?, ?, ?)`)
      .run(row.id, name, description, isDefault ? 1 : 0, now, now);
    return row;
  }

  /** The project that is always there; made when it is first asked for. */
  default(name: string): ProjectRow {
    const found = this.database
      .prepare<[], Columns>(`SELECT ${fields} FROM projects WHERE is_default = 1 AND archived = 0`)
      .get();
    return found ? fromColumns(found) : this.create(name, '', true);
  }

  get(id: string): ProjectRow | null {
    const found = this.database
      .prepare<[string], Columns>(`SELECT ${fields} FROM projects WHERE id = ? AND archived = 0`)
      .get(id);
    return found ? fromColumns(found) : null;
  }

  /** Also one that is archived. */
  anyway(id: string): { readonly name: string; readonly archived: boolean } | null {
    const found = this.database
      .prepare<[string], { name: string; archived: number }>(
        'SELECT name, archived FROM projects WHERE id = ?',
      )
      .get(id);
    return found ? { name: found.name, archived: found.archived === 1 } : null;
  }

  list(): readonly ProjectRow[] {
    return this.database
      .prepare<[], Columns>(
        `SELECT ${fields} FROM projects WHERE archived = 0 ORDER BY is_default DESC, created`,
      )
      .all()
      .map(fromColumns);
  }

  page(query: ProjectQuery): { readonly results: readonly ProjectRow[]; readonly total: number } {
    const pattern = `%${escapeLike(query.filter ?? '')}%`;
    const where = `archived = 0 AND (name LIKE ? ESCAPE '\\' OR description LIKE ? ESCAPE '\\')`;
    const results = this.database
      .prepare<[string, string, number, number], Columns>(
        `SELECT ${fields} FROM projects WHERE ${where}
         ORDER BY ${sortColumns[query.sortBy]} ${query.sortOrder}, id LIMIT ? OFFSET ?`,
      )
      .all(pattern, pattern, query.limit, query.offset)
      .map(fromColumns);
    const total = this.database
      .prepare<[string, string], { n: number }>(`SELECT count(*) AS n FROM projects WHERE ${where}`)
      .get(pattern, pattern);
    return { results, total: total?.n ?? 0 };
  }

  update(id: string, change: { readonly name?: string; readonly description?: string }): void {
    this.database
      .prepare(
        `UPDATE projects SET name = coalesce(?, name), description = coalesce(?, description), updated = ?
         WHERE id = ?`,
      )
      .run(change.name ?? null, change.description ?? null, new Date().toISOString(), id);
  }

  /** Archived projects keep their processings for the statistics. */
  archive(id: string): void {
    this.database
      .prepare('UPDATE projects SET archived = 1, updated = ? WHERE id = ?')
      .run(new Date().toISOString(), id);
  }
}

/** Text that stands for itself in a LIKE pattern whose escape is a backslash. */
export function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`);
}
