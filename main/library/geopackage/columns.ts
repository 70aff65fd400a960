/** Which columns a layer has, as its features' properties show. */

export type ColumnType = 'BOOLEAN' | 'INTEGER' | 'REAL' | 'TEXT';

export type SqlValue = string | number | null;

export interface Column {
  /** The property's key. */
  readonly key: string;
  /** The column's name: the key, or close to it where that name is taken or reserved. */
  readonly name: string;
  type: ColumnType;
  /** Whether objects or arrays were met: they are kept as JSON text. */
  json: boolean;
}

/** Beyond this many keys the rest goes into one column as JSON: SQLite has a limit, and so has a table's usefulness. */
const MOST_COLUMNS = 200;
export const REST = 'other_properties';

const RESERVED = ['fid', 'geom', 'rowid', 'oid', '_rowid_'];

/** How a value would be kept; null for one that says nothing. */
function typeOf(value: unknown): ColumnType | null {
  switch (typeof value) {
    case 'boolean':
      return 'BOOLEAN';
    case 'number':
      return Number.isSafeInteger(value) ? 'INTEGER' : 'REAL';
    case 'string':
      return 'TEXT';
    default:
      return value === null || value === undefined ? null : 'TEXT';
  }
}

const WIDTH: Readonly<Record<ColumnType, number>> = { BOOLEAN: 0, INTEGER: 1, REAL: 2, TEXT: 3 };

/**
 * Gathers the columns from the first features, then turns each feature's properties into values. Keys that come later become new
 * columns, types that turn out too narrow are widened: `takeChanges` says what the table needs.
 */
export class Columns {
  readonly #byKey = new Map<string, Column>();
  readonly #names = new Set(RESERVED);
  #list: Column[] = [];
  #unread: readonly Column[] | null = null;
  readonly #widened = new Map<Column, ColumnType>();

  get list(): readonly Column[] {
    return this.#list;
  }

  /** Learns from a feature; true when the table does not fit any more. */
  learn(properties: Readonly<Record<string, unknown>>): boolean {
    let changed = false;
    for (const key in properties) {
      const type = typeOf(properties[key]);
      const column = this.#byKey.get(key);
      if (!column) changed = this.#add(key, properties[key], type) || changed;
      else if (type && WIDTH[type] > WIDTH[column.type]) changed = this.#widen(column, type) || changed;
      if (column && !column.json && typeof properties[key] === 'object' && properties[key] !== null) {
        column.json = true;
      }
    }
    return changed;
  }

  /** What changed since the last call, for the table. */
  takeChanges(): { added: readonly Column[]; widened: ReadonlyMap<Column, ColumnType> } {
    const known = new Set(this.#unread ?? []);
    const added = this.#list.filter((column) => !known.has(column));
    const widened = new Map([...this.#widened].filter(([column]) => known.has(column)));
    this.#unread = [...this.#list];
    this.#widened.clear();
    return { added, widened };
  }

  /** Values in the order of `list`, into `row` from `offset` on. */
  fill(properties: Readonly<Record<string, unknown>>, row: SqlValue[], offset: number): void {
    let rest: Record<string, unknown> | null = null;
    for (let i = 0; i < this.#list.length; i++) row[offset + i] = null;
    for (let i = 0; i < this.#list.length; i++) {
      const column = this.#list[i]!;
      if (column.key !== REST || this.#byKey.get(REST) === column) {
        row[offset + i] = toSql(properties[column.key], column.type);
        continue;
      }
      for (const key in properties) {
        if (!this.#byKey.has(key)) (rest ??= {})[key] = properties[key];
      }
      row[offset + i] = rest ? JSON.stringify(rest) : null;
    }
  }

  #add(key: string, value: unknown, type: ColumnType | null): boolean {
    if (this.#list.length >= MOST_COLUMNS) return this.#addRest();
    const column = { key, name: this.#freeName(key), type: type ?? 'BOOLEAN', json: isObject(value) };
    this.#byKey.set(key, column);
    this.#list.push(column);
    return true;
  }

  #addRest(): boolean {
    if (this.#list.length > MOST_COLUMNS) return false;
    this.#list.push({ key: REST, name: this.#freeName(REST), type: 'TEXT', json: true });
    return true;
  }

  #widen(column: Column, type: ColumnType): boolean {
    if (!this.#widened.has(column)) this.#widened.set(column, column.type);
    column.type = type;
    return true;
  }

  /** SQLite tells names apart regardless of case. */
  #freeName(key: string): string {
    const wanted = key.trim() === '' ? 'unnamed' : key;
    let name = wanted;
    for (let n = 2; this.#names.has(name.toLowerCase()); n++) name = `${wanted}_${n}`;
    this.#names.add(name.toLowerCase());
    return name;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function toSql(value: unknown, type: ColumnType): SqlValue {
  switch (typeof value) {
    case 'number':
      return type === 'TEXT' ? String(value) : value;
    case 'string':
      return value;
    case 'boolean':
      return type === 'TEXT' ? String(value) : Number(value);
    default:
      return value === null || value === undefined ? null : JSON.stringify(value);
  }
}
