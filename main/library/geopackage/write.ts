import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Database } from 'better-sqlite3';
import { translated } from './errors';
import type { AnyFeature } from './featureStream';
import { LayerTable } from './layerTable';
import { qmlOf, type Dimension } from './qml';
import { RtreePacker } from './rtree';
import {
  APPLICATION_ID,
  CORE_TABLES,
  countTriggers,
  METADATA_TABLES,
  PAGE_SIZE,
  quoted,
  rtreeName,
  rtreeTriggers,
  STYLE_TABLE,
  VERSION,
  WGS84,
} from './schema';
import { styleFor } from './styles';
import type { Box } from './wkb';

/** Opens SQLite: the caller knows which native binding the runtime needs. */
export type OpenDatabase = (path: string, options?: { readonly?: boolean }) => Database;

export interface WriteJob {
  /** Where the GeoPackage is to lie; it appears when it is whole and on disk. */
  readonly path: string;
  readonly layerName: string;
  readonly features: AsyncIterable<readonly AnyFeature[]>;
  /** The workflow's `styleName`. */
  readonly styleName: string;
  /** Kept as JSON in the file: which processing, which model, when. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (features: number) => void;
  /** Called before an existing file is replaced: on Windows nobody may hold it open. */
  readonly onReplace?: () => void;
}

export interface WriteReport {
  readonly features: number;
  readonly withoutGeometry: number;
  readonly bbox: Box | null;
}

/**
 * Writes a result as a GeoPackage 1.3 with an R-tree, a default style and its metadata, from a stream of features in WGS 84. Memory
 * does not grow with the result. An existing file is replaced at the end, or stays as it is when the stream fails.
 * Throws `results.disk_full`, `results.cannot_write`, and what the stream throws.
 */
export async function writeGeoPackage(openDatabase: OpenDatabase, job: WriteJob): Promise<WriteReport> {
  const unfinished = `${job.path}.part`;
  try {
    await removeDatabase(unfinished);
    const db = openDatabase(unfinished);
    let report: WriteReport;
    try {
      report = await fill(db, job);
    } finally {
      db.close();
    }
    await sync(unfinished, 'r+');
    job.onReplace?.();
    await rename(unfinished, job.path);
    await sync(dirname(job.path), 'r').catch(() => undefined); // a folder cannot be synced on every system
    return report;
  } catch (error) {
    await removeDatabase(unfinished).catch(() => undefined);
    throw translated(error, basename(job.path));
  }
}

async function fill(db: Database, job: WriteJob): Promise<WriteReport> {
  // A crash leaves a file that nobody looks at: neither journal nor flushing is worth its time.
  db.pragma(`page_size = ${PAGE_SIZE}`);
  db.pragma('journal_mode = OFF');
  db.pragma('synchronous = OFF');
  db.pragma('locking_mode = EXCLUSIVE');
  db.pragma('cache_size = -32000');
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.pragma(`user_version = ${VERSION}`);
  db.exec('BEGIN');
  db.exec(CORE_TABLES);
  db.exec(METADATA_TABLES);
  db.exec(STYLE_TABLE);
  db.exec(`CREATE VIRTUAL TABLE ${quoted(rtreeName(job.layerName))} USING rtree(id, minx, maxx, miny, maxy)`);
  const packer = new RtreePacker(db, rtreeName(job.layerName));
  const table = new LayerTable(db, job.layerName, (fid, box) => packer.add(fid, ...box));
  for await (const batch of job.features) {
    job.signal?.throwIfAborted();
    table.insert(batch);
    job.onProgress?.(table.count);
  }
  table.finish();
  packer.finish();
  register(db, job, table);
  db.exec('COMMIT');
  return { features: table.count, withoutGeometry: table.withoutGeometry, bbox: boxOf(table) };
}

function boxOf(table: LayerTable): Box | null {
  return table.count > table.withoutGeometry ? [...table.box] : null;
}

function register(db: Database, job: WriteJob, table: LayerTable): void {
  const layer = job.layerName;
  const bbox = boxOf(table) ?? [null, null, null, null];
  db.prepare(
    `INSERT INTO gpkg_contents (table_name, data_type, identifier, min_x, min_y, max_x, max_y, srs_id)
     VALUES (?, 'features', ?, ?, ?, ?, ?, ?)`,
  ).run(layer, layer, ...bbox, WGS84);
  db.prepare(`INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, ?, 0)`).run(
    layer,
    table.geometry,
    WGS84,
    table.hasZ ? 2 : 0,
  );
  db.prepare(`INSERT INTO gpkg_ogr_contents VALUES (?, ?)`).run(layer, table.count);
  db.prepare(
    `INSERT INTO gpkg_extensions
     VALUES (?, 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec130/#extension_rtree', 'write-only')`,
  ).run(layer);
  for (const column of table.columns.list) {
    if (!column.json) continue;
    db.prepare(
      `INSERT INTO gpkg_data_columns (table_name, column_name, mime_type) VALUES (?, ?, 'application/json')`,
    ).run(layer, column.name);
  }
  db.prepare(
    `INSERT INTO gpkg_metadata VALUES (1, 'dataset', 'https://www.rfc-editor.org/rfc/rfc8259', 'application/json', ?)`,
  ).run(JSON.stringify(job.metadata));
  db.exec(`INSERT INTO gpkg_metadata_reference (reference_scope, md_file_id) VALUES ('geopackage', 1)`);
  const style = styleFor(
    job.styleName,
    table.columns.list.map((column) => column.name),
  );
  db.prepare(
    `INSERT INTO layer_styles
     (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD, useAsDefault,
      description, owner)
     VALUES ('', '', ?, 'geom', ?, ?, '', 1, '', '')`,
  ).run(layer, style.name, qmlOf(style, dimensionOf(table)));
  db.exec(countTriggers(layer));
  db.exec(rtreeTriggers(layer));
}

function dimensionOf(table: LayerTable): Dimension {
  if (table.geometry?.endsWith('POINT')) return 'point';
  return table.geometry?.endsWith('LINESTRING') ? 'line' : 'area';
}

async function sync(path: string, mode: 'r' | 'r+'): Promise<void> {
  const handle = await open(path, mode);
  await handle.sync().finally(() => handle.close());
}

async function removeDatabase(path: string): Promise<void> {
  for (const suffix of ['', '-journal', '-wal', '-shm']) await rm(path + suffix, { force: true });
}
