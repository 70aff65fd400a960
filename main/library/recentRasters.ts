import type { RecentRaster } from '@shared/library/records';
import type { Database } from './database';

const kept = 50;

/** Files that were opened, latest first. */
export class RecentRastersRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  list(): readonly RecentRaster[] {
    return this.#db
      .all('SELECT * FROM recent_rasters ORDER BY opened_at DESC, path')
      .map((row) => ({ path: String(row.path), name: String(row.name), openedAt: String(row.opened_at) }));
  }

  put(raster: RecentRaster): void {
    this.#db.transaction(() => {
      this.#db.run(
        `INSERT INTO recent_rasters (path, name, opened_at) VALUES (:path, :name, :openedAt)
         ON CONFLICT (path) DO UPDATE SET name = excluded.name, opened_at = excluded.opened_at`,
        { ...raster },
      );
      this.#db.run(
        `DELETE FROM recent_rasters WHERE path NOT IN
           (SELECT path FROM recent_rasters ORDER BY opened_at DESC, path LIMIT ${kept})`,
      );
    });
  }

  remove(path: string): void {
    this.#db.run('DELETE FROM recent_rasters WHERE path = :path', { path });
  }

  clear(): void {
    this.#db.run('DELETE FROM recent_rasters');
  }
}
