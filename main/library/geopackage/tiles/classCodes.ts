import type { Database } from 'better-sqlite3';
import type { Layer } from '../layer';
import { quoted } from '../schema';
import type { TagValue } from './mvt';

/** What tells classes apart when features are merged. */
const CLASS_COLUMNS = ['class_id', 'object_type'];

/** Codes are bytes; classes beyond that are drawn as one. */
const MOST_CLASSES = 255;

/** The class of every feature, a byte each; read at the first view that merges features. */
export class ClassCodes {
  readonly #names: readonly string[];
  #codes: Uint8Array | null = null;
  #tags: Record<string, TagValue | null>[] = [];

  constructor(
    private readonly db: Database,
    private readonly layer: Layer,
  ) {
    const known = layer.columns.map((column) => column.name);
    this.#names = CLASS_COLUMNS.filter((name) => known.includes(name));
  }

  of(fid: number): number {
    if (this.#names.length === 0) return 0;
    this.#codes ??= this.#read();
    return this.#codes[fid] ?? 0;
  }

  tags(code: number): Readonly<Record<string, TagValue | null>> {
    return this.#tags[code] ?? {};
  }

  #read(): Uint8Array {
    const { db, layer } = this;
    const id = quoted(layer.idColumn);
    const table = quoted(layer.name);
    const last = db.prepare<[], number>(`SELECT max(${id}) FROM ${table}`).pluck().get() ?? 0;
    const codes = new Uint8Array(last + 1);
    const known = new Map<string, number>();
    const columns = this.#names.map(quoted).join(', ');
    const rows = db.prepare<[], [number, ...TagValue[]]>(`SELECT ${id}, ${columns} FROM ${table}`).raw();
    for (const [fid, ...values] of rows.iterate()) {
      const key = values.join('\u0000');
      let code = known.get(key);
      if (code === undefined) {
        code = Math.min(known.size, MOST_CLASSES);
        known.set(key, code);
        this.#tags[code] ??= Object.fromEntries(this.#names.map((name, i) => [name, values[i] ?? null]));
      }
      codes[fid] = code;
    }
    return codes;
  }
}
