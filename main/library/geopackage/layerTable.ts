import type { Database, Statement } from 'better-sqlite3';
import { Columns, type Column, type ColumnType, type SqlValue } from './columns';
import type { AnyFeature } from './featureStream';
import { quoted, WGS84 } from './schema';
import { GeometryEncoder, type Box, type GeometryType } from './wkb';

export type LayerGeometry = Uppercase<GeometryType> | 'GEOMETRY';

/** SQLite takes no more values in one statement. */
const MOST_VALUES = 32_000;
const MOST_ROWS = 64;

/**
 * The table of features while it is filled. Its columns follow the features: they are made from the first batch, added to when
 * new keys come, and the table is rewritten in the rare case that a type was taken too narrow.
 */
export class LayerTable {
  readonly columns = new Columns();
  readonly box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  count = 0;
  /** Features whose geometry was null, empty, or no geometry. */
  withoutGeometry = 0;
  hasZ = false;
  geometry: LayerGeometry | null = null;
  #declared: LayerGeometry | null = null;
  readonly #encoder = new GeometryEncoder(WGS84);
  #single: Statement | null = null;
  #many: Statement | null = null;
  #rows = 1;
  #values: (SqlValue | Buffer)[] = [];

  constructor(
    private readonly db: Database,
    private readonly name: string,
    private readonly onBox: (fid: number, box: Box) => void,
  ) {}

  /** Inserts features with ids counting on from the last. */
  insert(features: readonly AnyFeature[]): void {
    const encoded = features.map((feature) => {
      const geometry = feature.geometry ? this.#encoder.encode(feature.geometry) : null;
      if (geometry) {
        this.#noteGeometry(geometry.type);
        this.hasZ ||= geometry.hasZ;
      }
      return geometry;
    });
    this.geometry ??= 'GEOMETRY';
    const properties = features.map(propertiesOf);
    let changed = this.#declared === null || this.geometry !== this.#declared;
    for (const one of properties) changed = this.columns.learn(one) || changed;
    if (changed) this.#alter();
    features.forEach((_, i) => {
      const geometry = encoded[i] ?? null;
      const fid = ++this.count;
      if (geometry) this.#noteBox(fid, geometry.box);
      else this.withoutGeometry++;
      this.#put(fid, geometry?.blob ?? null, properties[i]!);
    });
    this.#flush();
  }

  /** Makes the table even when there was no feature. */
  finish(): void {
    this.geometry ??= 'GEOMETRY';
    if (this.#declared === null) this.#alter();
  }

  #noteGeometry(type: GeometryType): void {
    const name = type.toUpperCase() as LayerGeometry;
    this.geometry = this.geometry === null || this.geometry === name ? name : 'GEOMETRY';
  }

  #noteBox(fid: number, box: Box): void {
    this.box[0] = Math.min(this.box[0], box[0]);
    this.box[1] = Math.min(this.box[1], box[1]);
    this.box[2] = Math.max(this.box[2], box[2]);
    this.box[3] = Math.max(this.box[3], box[3]);
    this.onBox(fid, box);
  }

  #put(fid: number, blob: Buffer | null, properties: Readonly<Record<string, unknown>>): void {
    const width = this.columns.list.length + 2;
    const at = this.#values.length;
    this.#values[at] = fid;
    this.#values[at + 1] = blob;
    this.columns.fill(properties, this.#values as SqlValue[], at + 2);
    if (this.#values.length < this.#rows * width) return;
    this.#many!.run(this.#values);
    this.#values.length = 0;
  }

  #flush(): void {
    const width = this.columns.list.length + 2;
    for (let at = 0; at < this.#values.length; at += width) {
      this.#single!.run(this.#values.slice(at, at + width));
    }
    this.#values.length = 0;
  }

  #alter(): void {
    const { added, widened } = this.columns.takeChanges();
    const table = quoted(this.name);
    if (this.#declared === null) {
      this.db.exec(this.#createSql(this.name));
    } else if (widened.size > 0 || this.#declared !== this.geometry) {
      this.#rewrite(added, widened);
    } else {
      for (const column of added) this.db.exec(`ALTER TABLE ${table} ADD COLUMN ${declared(column)}`);
    }
    this.#declared = this.geometry;
    this.#prepare();
  }

  #createSql(name: string): string {
    const columns = [
      'fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL',
      `geom ${this.geometry}`,
      ...this.columns.list.map(declared),
    ];
    return `CREATE TABLE ${quoted(name)} (${columns.join(', ')})`;
  }

  /** A column's declared type is what readers go by, so a wider one needs a new table. */
  #rewrite(added: readonly Column[], widened: ReadonlyMap<Column, ColumnType>): void {
    const old = this.columns.list.filter((column) => !added.includes(column));
    const names = ['fid', 'geom', ...old.map((column) => quoted(column.name))];
    const values = old.map((column) => {
      const before = widened.get(column);
      return before ? converted(quoted(column.name), before, column.type) : quoted(column.name);
    });
    const unfinished = `${this.name} (rewritten)`;
    this.db.exec(this.#createSql(unfinished));
    this.db.exec(
      `INSERT INTO ${quoted(unfinished)} (${names.join(', ')}) ` +
        `SELECT ${['fid', 'geom', ...values].join(', ')} FROM ${quoted(this.name)} ORDER BY fid`,
    );
    this.db.exec(`DROP TABLE ${quoted(this.name)}`);
    this.db.exec(`ALTER TABLE ${quoted(unfinished)} RENAME TO ${quoted(this.name)}`);
  }

  #prepare(): void {
    const width = this.columns.list.length + 2;
    this.#rows = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_VALUES / width)));
    const one = `(${Array.from({ length: width }, () => '?').join(',')})`;
    const insert = (rows: number): Statement =>
      this.db.prepare(
        `INSERT INTO ${quoted(this.name)} VALUES ${Array.from({ length: rows }, () => one).join(',')}`,
      );
    this.#single = insert(1);
    this.#many = insert(this.#rows);
  }
}

/** GeoJSON's own id counts as a property, unless there is one. */
function propertiesOf(feature: AnyFeature): Readonly<Record<string, unknown>> {
  const properties = feature.properties ?? {};
  if (feature.id === undefined || 'id' in properties) return properties;
  return { id: feature.id, ...properties };
}

function declared(column: Column): string {
  return `${quoted(column.name)} ${column.type}`;
}

function converted(name: string, from: ColumnType, to: ColumnType): string {
  if (from === 'BOOLEAN' && to === 'TEXT') return `CASE ${name} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END`;
  return `CAST(${name} AS ${to})`;
}
