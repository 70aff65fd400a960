import type { Database } from 'better-sqlite3';
import { AppError } from '@shared/errors';
import { APPLICATION_ID, quoted } from './schema';
import type { Box } from './wkb';

export interface LayerColumn {
  readonly name: string;
  /** As declared, upper case. */
  readonly type: string;
  /** Text that holds a JSON object or array. */
  readonly json: boolean;
}

/** The layer of a GeoPackage that is shown: its first table of features with an R-tree. */
export interface Layer {
  readonly name: string;
  readonly idColumn: string;
  readonly geometryColumn: string;
  readonly geometryType: string;
  /** Of the shapes that stand for merged features: points 0, lines 1, areas 2. */
  readonly dimension: 0 | 1 | 2;
  readonly rtree: string;
  /** All columns but id and geometry. */
  readonly columns: readonly LayerColumn[];
  readonly bbox: Box | null;
  readonly styleName: string;
  /** What the writer said of the result as a whole. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

interface ContentsRow {
  table_name: string;
  column_name: string;
  geometry_type_name: string;
  min_x: number | null;
  min_y: number | null;
  max_x: number | null;
  max_y: number | null;
}

/** Throws `results.not_geopackage`. */
export function readLayer(db: Database, name: string): Layer {
  const found = db.pragma('application_id', { simple: true }) === APPLICATION_ID ? firstLayer(db) : undefined;
  if (!found) throw new AppError('results.not_geopackage', { name });
  const { table_name: table, column_name: geometryColumn } = found;
  const info = db
    .prepare<[string], { name: string; type: string; pk: number }>(
      'SELECT name, type, pk FROM pragma_table_info(?)',
    )
    .all(table);
  const idColumn = info.find((column) => column.pk === 1)?.name;
  if (idColumn === undefined) throw new AppError('results.not_geopackage', { name });
  const json = jsonColumns(db, table);
  const { min_x, min_y, max_x, max_y } = found;
  const bbox: Box | null =
    min_x === null || min_y === null || max_x === null || max_y === null
      ? null
      : [min_x, min_y, max_x, max_y];
  return {
    name: table,
    idColumn,
    geometryColumn,
    geometryType: found.geometry_type_name,
    dimension: dimensionOf(found.geometry_type_name),
    rtree: `rtree_${table}_${geometryColumn}`,
    columns: info
      .filter((column) => column.name !== idColumn && column.name !== geometryColumn)
      .map((column) => ({ name: column.name, type: column.type.toUpperCase(), json: json.has(column.name) })),
    bbox,
    styleName: styleOf(db, table),
    metadata: metadataOf(db),
  };
}

function hasTable(db: Database, name: string): boolean {
  return db.prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?`).get(name) !== undefined;
}

function firstLayer(db: Database): ContentsRow | undefined {
  if (!hasTable(db, 'gpkg_contents') || !hasTable(db, 'gpkg_geometry_columns')) return undefined;
  const rows = db
    .prepare<[], ContentsRow>(
      `SELECT c.table_name, g.column_name, g.geometry_type_name, c.min_x, c.min_y, c.max_x, c.max_y
       FROM gpkg_contents c JOIN gpkg_geometry_columns g ON g.table_name = c.table_name
       WHERE c.data_type = 'features' ORDER BY c.rowid`,
    )
    .all();
  return rows.find((row) => hasTable(db, `rtree_${row.table_name}_${row.column_name}_node`));
}

function jsonColumns(db: Database, table: string): Set<string> {
  if (!hasTable(db, 'gpkg_data_columns')) return new Set();
  const names = db
    .prepare<[string], string>(
      `SELECT column_name FROM gpkg_data_columns WHERE table_name = ? AND mime_type = 'application/json'`,
    )
    .pluck()
    .all(table);
  return new Set(names);
}

function dimensionOf(type: string): 0 | 1 | 2 {
  if (type.endsWith('POINT')) return 0;
  return type.endsWith('LINESTRING') ? 1 : 2;
}

function styleOf(db: Database, table: string): string {
  if (!hasTable(db, 'layer_styles')) return 'default';
  const name = db
    .prepare<[string], string>(
      `SELECT styleName FROM layer_styles WHERE f_table_name = ? ORDER BY useAsDefault DESC, id LIMIT 1`,
    )
    .pluck()
    .get(table);
  return name ?? 'default';
}

function metadataOf(db: Database): Record<string, unknown> {
  if (!hasTable(db, 'gpkg_metadata')) return {};
  const text = db
    .prepare<[], string>(
      `SELECT metadata FROM gpkg_metadata WHERE mime_type = 'application/json' ORDER BY id LIMIT 1`,
    )
    .pluck()
    .get();
  try {
    return text === undefined ? {} : (JSON.parse(text) as Record<string, unknown>);
  } catch {
    return {};
  }
}

/** How many features the layer has: as noted by the writer, else counted. */
export function countFeatures(db: Database, layer: Layer): number {
  const noted = hasTable(db, 'gpkg_ogr_contents')
    ? db
        .prepare<[string], number | null>('SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = ?')
        .pluck()
        .get(layer.name)
    : null;
  return (
    noted ??
    db
      .prepare<[], number>(`SELECT count(*) FROM ${quoted(layer.name)}`)
      .pluck()
      .get() ??
    0
  );
}
