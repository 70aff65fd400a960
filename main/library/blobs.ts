import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Database } from './database';

/** Files named by their content: written aside, synced, renamed, and only then known to the library. */
export class BlobStore {
  readonly #db: Database;
  readonly #folder: string;

  constructor(db: Database, folder: string) {
    this.#db = db;
    this.#folder = folder;
  }

  /** Returns the name: lower-case hex SHA-256 of the bytes. */
  async put(bytes: Uint8Array): Promise<string> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (this.has(sha256)) return sha256;
    const path = this.path(sha256);
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${randomBytes(6).toString('hex')}.new`;
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    this.#db.run(
      'INSERT OR IGNORE INTO blobs (sha256, bytes, created_at) VALUES (:sha256, :bytes, :createdAt)',
      {
        sha256,
        bytes: bytes.length,
        createdAt: new Date().toISOString(),
      },
    );
    return sha256;
  }

  has(sha256: string): boolean {
    return this.#db.get('SELECT 1 FROM blobs WHERE sha256 = :sha256', { sha256 }) !== null;
  }

  /** Null when it is not there any more, or not what its name says. */
  async read(sha256: string): Promise<Uint8Array | null> {
    const bytes = await readFile(this.path(sha256)).catch(() => null);
    if (!bytes || createHash('sha256').update(bytes).digest('hex') !== sha256) return null;
    return bytes;
  }

  async remove(sha256: string): Promise<void> {
    this.#db.run('DELETE FROM blobs WHERE sha256 = :sha256', { sha256 });
    await rm(this.path(sha256), { force: true });
  }

  path(sha256: string): string {
    return join(this.#folder, sha256.slice(0, 2), sha256);
  }
}
