import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { Database } from 'better-sqlite3';
import type { Layer, LayerColumn } from './layer';
import { quoted } from './schema';
import { decodeGeometry } from './wkb';

/** Characters gathered for a write. */
const CHUNK = 1 << 17;

type RawRow = [number, Buffer | null, ...(string | number | null)[]];

/**
 * Writes a layer as a GeoJSON FeatureCollection (RFC 7946), one feature a line, in the file's order. The file appears under its
 * name when it is whole and on disk.
 */
export async function exportGeoJson(
  db: Database,
  layer: Layer,
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  const unfinished = `${path}.part`;
  try {
    await writeAll(unfinished, lines(db, layer), signal);
    const file = await open(unfinished, 'r+');
    await file.sync().finally(() => file.close());
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function writeAll(path: string, texts: Iterable<string>, signal?: AbortSignal): Promise<void> {
  const stream = createWriteStream(path);
  const done = finished(stream);
  done.catch(() => undefined); // awaited below, or the loop's own error comes first
  try {
    for (const text of texts) {
      signal?.throwIfAborted();
      if (!stream.write(text)) await Promise.race([once(stream, 'drain'), done]);
    }
  } catch (error) {
    stream.destroy();
    throw error;
  }
  stream.end();
  await done;
}

/** Rows are read in pages by id: no statement stays open while the file is written. */
const PAGE = 2000;

function* lines(db: Database, layer: Layer): Generator<string> {
  const id = quoted(layer.idColumn);
  const list = [id, quoted(layer.geometryColumn), ...layer.columns.map((column) => quoted(column.name))];
  const page = db
    .prepare<[number, number], RawRow>(
      `SELECT ${list.join(', ')} FROM ${quoted(layer.name)} WHERE ${id} > ? ORDER BY ${id} LIMIT ?`,
    )
    .raw();
  let text = '{"type":"FeatureCollection","features":[';
  let separator = '\n';
  let last = Number.MIN_SAFE_INTEGER;
  for (let rows = page.all(last, PAGE); rows.length > 0; rows = page.all(last, PAGE)) {
    for (const row of rows) {
      text += separator + featureText(row, layer.columns);
      separator = ',\n';
      last = row[0];
      if (text.length < CHUNK) continue;
      yield text;
      text = '';
    }
  }
  yield `${text}\n]}\n`;
}

function featureText([, blob, ...values]: RawRow, columns: readonly LayerColumn[]): string {
  const properties: Record<string, unknown> = {};
  columns.forEach((column, i) => {
    const value = values[i] ?? null;
    if (value !== null) properties[column.name] = restored(value, column);
  });
  return JSON.stringify({ type: 'Feature', properties, geometry: blob && decodeGeometry(blob) });
}

function restored(value: string | number, column: LayerColumn): unknown {
  if (column.type === 'BOOLEAN') return value !== 0;
  if (!column.json || typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value; // the column holds JSON and plain words
  }
}
