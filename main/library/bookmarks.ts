import type { Bookmark } from '@shared/ipc/desk';
import type { Database, Row } from './database';
import { fromJson } from './json';

/** Views with a name, in the order in which they were made. */
export class BookmarksRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  list(): readonly Bookmark[] {
    return this.#db.all('SELECT * FROM bookmarks ORDER BY created_at, id').map(toBookmark);
  }

  get(id: string): Bookmark | null {
    const row = this.#db.get('SELECT * FROM bookmarks WHERE id = :id', { id });
    return row && toBookmark(row);
  }

  add({ id, name, place }: Bookmark, createdAt: string): void {
    this.#db.run(
      'INSERT INTO bookmarks (id, name, place, created_at) VALUES (:id, :name, :place, :createdAt)',
      { id, name, place: JSON.stringify(place), createdAt },
    );
  }

  rename(id: string, name: string): void {
    this.#db.run('UPDATE bookmarks SET name = :name WHERE id = :id', { id, name });
  }

  remove(id: string): void {
    this.#db.run('DELETE FROM bookmarks WHERE id = :id', { id });
  }
}

function toBookmark(row: Row): Bookmark {
  return { id: String(row.id), name: String(row.name), place: fromJson(row.place) };
}
