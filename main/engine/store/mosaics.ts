import { randomUUID } from 'node:crypto';
import { fromJson, type Database } from './database';

export interface MosaicRow {
  readonly id: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly createdAt: string;
  readonly imageCount: number;
  /** bytes */
  readonly sizeInBytes: number;
}

interface Columns {
  id: string;
  name: string;
  tags: string;
  created_at: string;
  image_count: number;
  size_in_bytes: number;
}

const select = `
  SELECT m.id, m.name, m.tags, m.created_at, count(i.id) AS image_count,
    coalesce(sum(i.file_size), 0) AS size_in_bytes
  FROM mosaics m LEFT JOIN images i ON i.mosaic_id = m.id`;

function fromColumns(columns: Columns): MosaicRow {
  return {
    id: columns.id,
    name: columns.name,
    tags: fromJson<string[]>(columns.tags, []),
    createdAt: columns.created_at,
    imageCount: columns.image_count,
    sizeInBytes: columns.size_in_bytes,
  };
}

export class Mosaics {
  constructor(private readonly database: Database) {}

  create(name: string, tags: readonly string[]): MosaicRow {
    const row: MosaicRow = {
      id: randomUUID(),
      name,
      tags,
      createdAt: new Date().toISOString(),
      imageCount: 0,
      sizeInBytes: 0,
    };
    this.database
      .prepare('INSERT INTO mosaics (id, name, tags, created_at) VALUES (?, ?, ?, ?)')
      .run(row.id, name, JSON.stringify(tags), row.createdAt);
    return row;
  }

  get(id: string): MosaicRow | null {
    const found = this.database.prepare<[string], Columns>(`${select} WHERE m.id = ? GROUP BY m.id`).get(id);
    return found ? fromColumns(found) : null;
  }

  /** Those that carry all the tags. */
  list(tags: readonly string[]): readonly MosaicRow[] {
    return this.database
      .prepare<[], Columns>(`${select} GROUP BY m.id ORDER BY m.created_at, m.id`)
      .all()
      .map(fromColumns)
      .filter((mosaic) => tags.every((tag) => mosaic.tags.includes(tag)));
  }

  update(id: string, change: { readonly name?: string; readonly tags?: readonly string[] }): void {
    this.database
      .prepare('UPDATE mosaics SET name = coalesce(?, name), tags = coalesce(?, tags) WHERE id = ?')
      .run(change.name ?? null, change.tags ? JSON.stringify(change.tags) : null, id);
  }

  delete(id: string): void {
    this.database.prepare('DELETE FROM mosaics WHERE id = ?').run(id);
  }
}
