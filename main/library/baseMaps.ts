import type { BaseMap } from '@shared/ipc/desk';
import type { Database, Row } from './database';

/** The base maps that the user described, in the order in which they were made. */
export class BaseMapsRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  list(): readonly BaseMap[] {
    return this.#db.all('SELECT * FROM base_maps ORDER BY created_at, id').map(toBaseMap);
  }

  put({ id, name, url, attribution, maxZoom, allowLocal }: BaseMap, createdAt: string): void {
    this.#db.run(
      `INSERT INTO base_maps (id, name, url, attribution, max_zoom, allow_local, created_at)
       VALUES (:id, :name, :url, :attribution, :maxZoom, :allowLocal, :createdAt)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, url = excluded.url,
         attribution = excluded.attribution, max_zoom = excluded.max_zoom, allow_local = excluded.allow_local`,
      { id, name, url, attribution, maxZoom, allowLocal: allowLocal ? 1 : 0, createdAt },
    );
  }

  remove(id: string): void {
    this.#db.run('DELETE FROM base_maps WHERE id = :id', { id });
  }
}

function toBaseMap(row: Row): BaseMap {
  return {
    id: String(row.id),
    name: String(row.name),
    url: String(row.url),
    attribution: String(row.attribution),
    maxZoom: Number(row.max_zoom),
    allowLocal: row.allow_local === 1,
    custom: true,
  };
}
