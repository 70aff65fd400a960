import type { Mosaic, MosaicImage } from '@shared/ipc/types';
import type { Database } from './database';
import { fromJson } from './json';

/** The last that a server said of its mosaics and their images. */
export class MosaicsRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  list(accountId: string): readonly Mosaic[] {
    return this.#db
      .all('SELECT snapshot FROM mosaics WHERE account_id = :accountId', { accountId })
      .map((row) => fromJson<Mosaic>(row.snapshot))
      .sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  }

  /** Everything that the server listed: what is not among it is forgotten. */
  replaceAll(accountId: string, mosaics: readonly Mosaic[]): void {
    this.#db.transaction(() => {
      const listed = new Set(mosaics.map((mosaic) => mosaic.id));
      for (const { id } of this.list(accountId)) if (!listed.has(id)) this.remove(accountId, id);
      for (const mosaic of mosaics) this.put(accountId, mosaic);
    });
  }

  put(accountId: string, mosaic: Mosaic): void {
    this.#db.run(
      `INSERT INTO mosaics (account_id, id, snapshot) VALUES (:accountId, :id, :snapshot)
       ON CONFLICT (account_id, id) DO UPDATE SET snapshot = excluded.snapshot`,
      { accountId, id: mosaic.id, snapshot: JSON.stringify(mosaic) },
    );
  }

  remove(accountId: string, id: string): void {
    this.#db.run('DELETE FROM mosaics WHERE account_id = :accountId AND id = :id', { accountId, id });
  }

  images(accountId: string, mosaicId: string): readonly MosaicImage[] {
    return this.#db
      .all('SELECT snapshot FROM images WHERE account_id = :accountId AND mosaic_id = :mosaicId', {
        accountId,
        mosaicId,
      })
      .map((row) => fromJson<MosaicImage>(row.snapshot));
  }

  /** Nothing is kept of a mosaic that is not known itself. */
  replaceImages(accountId: string, mosaicId: string, images: readonly MosaicImage[]): void {
    this.#db.transaction(() => {
      const key = { accountId, mosaicId };
      this.#db.run('DELETE FROM images WHERE account_id = :accountId AND mosaic_id = :mosaicId', key);
      if (!this.#db.get('SELECT 1 FROM mosaics WHERE account_id = :accountId AND id = :mosaicId', key))
        return;
      for (const image of images) {
        this.#db.run(
          `INSERT OR REPLACE INTO images (account_id, mosaic_id, id, snapshot)
           VALUES (:accountId, :mosaicId, :id, :snapshot)`,
          { ...key, id: image.id, snapshot: JSON.stringify(image) },
        );
      }
    });
  }
}
