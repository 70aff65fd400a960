import { existsSync, mkdirSync, renameSync, statSync, copyFileSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '@shared/errors';
import type { Log } from '@shared/log';
import { AccountsRepository } from './accounts';
import { BaseMapsRepository } from './baseMaps';
import { BlobStore } from './blobs';
import { BookmarksRepository } from './bookmarks';
import { Database, type DatabaseOptions } from './database';
import { DraftsRepository } from './drafts';
import { LayerStatesRepository } from './layerStates';
import { MosaicsRepository } from './mosaics';
import { OutboxRepository } from './outbox';
import { ProcessingsRepository } from './processings';
import { ProjectsRepository } from './projects';
import { RecentRastersRepository } from './recentRasters';
import { ResultVersionsRepository } from './resultVersions';
import { SettingsRepository } from './settings';
import { UploadsRepository } from './uploads';

export interface LibraryOptions extends DatabaseOptions {
  readonly log: Log;
}

/** ms between two moves of what was written into the main file */
const tidyMs = 30_000;

/** Where the library came from when it was opened. */
export type LibraryOrigin =
  | { readonly from: 'disk' }
  /** The file was damaged: it was set aside, and this is the backup, or nothing. */
  | { readonly from: 'backup' | 'nothing'; readonly quarantined: string };

export interface Library {
  readonly origin: LibraryOrigin;
  readonly settings: SettingsRepository;
  readonly accounts: AccountsRepository;
  readonly recentRasters: RecentRastersRepository;
  readonly mosaics: MosaicsRepository;
  readonly uploads: UploadsRepository;
  readonly projects: ProjectsRepository;
  readonly processings: ProcessingsRepository;
  readonly drafts: DraftsRepository;
  readonly outbox: OutboxRepository;
  readonly blobs: BlobStore;
  readonly bookmarks: BookmarksRepository;
  readonly layerStates: LayerStatesRepository;
  readonly baseMaps: BaseMapsRepository;
  readonly resultVersions: ResultVersionsRepository;
  /** Keeps a copy beside the library, from which it is rebuilt after damage. Call once the start went well. */
  backUp(): Promise<void>;
  close(): void;
}

/**
 * Opens the library at `path` (a folder is made for it). A damaged file is renamed, never deleted, and replaced by the last
 * backup. Throws `library.cannot_open`, `library.too_new`, `library.disk_full`, `library.busy`: none of these is damage.
 */
export function openLibrary(path: string, options: LibraryOptions): Library {
  mkdirSync(dirname(path), { recursive: true });
  const { database, origin } = openOrRebuild(path, options);
  return {
    origin,
    settings: new SettingsRepository(database),
    accounts: new AccountsRepository(database),
    recentRasters: new RecentRastersRepository(database),
    mosaics: new MosaicsRepository(database),
    uploads: new UploadsRepository(database),
    projects: new ProjectsRepository(database),
    processings: new ProcessingsRepository(database),
    drafts: new DraftsRepository(database),
    outbox: new OutboxRepository(database),
    blobs: new BlobStore(database, join(dirname(path), 'blobs')),
    bookmarks: new BookmarksRepository(database),
    layerStates: new LayerStatesRepository(database),
    baseMaps: new BaseMapsRepository(database),
    resultVersions: new ResultVersionsRepository(database),
    backUp: () => backUp(database, path),
    close: () => database.close(),
  };
}

/** The ledger alone, for the thread that writes it: always on disk when a write returns. The library must exist. */
export function openLedger(
  path: string,
  options: Omit<DatabaseOptions, 'durability'> = {},
): UploadsRepository {
  const database = new Database(path, options);
  setInterval(() => database.tidy(), tidyMs).unref();
  return new UploadsRepository(database);
}

function openOrRebuild(path: string, options: LibraryOptions): { database: Database; origin: LibraryOrigin } {
  const intact = tryOpen(path, options);
  if (intact) return { database: intact, origin: { from: 'disk' } };
  const quarantined = quarantine(path);
  options.log.error('the library was damaged and is set aside', { quarantined: basename(quarantined) });
  const backup = backupPath(path);
  if (existsSync(backup)) {
    copyFileSync(backup, path);
    const restored = tryOpen(path, options);
    if (restored) return { database: restored, origin: { from: 'backup', quarantined } };
    quarantine(path);
    quarantine(backup);
  }
  return { database: new Database(path, options), origin: { from: 'nothing', quarantined } };
}

/** Null when the file is damaged. An empty file beside a backup is damage too: SQLite would take it for a new library. */
function tryOpen(path: string, options: LibraryOptions): Database | null {
  if (existsSync(path) && statSync(path).size === 0 && existsSync(backupPath(path))) return null;
  try {
    return new Database(path, options);
  } catch (error) {
    if (error instanceof AppError && error.kind === 'library.corrupt') {
      options.log.error('the library is damaged', { error });
      return null;
    }
    throw error;
  }
}

/** Renames the database with its journal; returns the new path. */
function quarantine(path: string): string {
  const stamp = new Date().toISOString().replace(/[:.]/g, '-');
  const target = `${path}.damaged-${stamp}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix);
  }
  return target;
}

function backupPath(path: string): string {
  return `${path}.backup`;
}

async function backUp(database: Database, path: string): Promise<void> {
  const target = backupPath(path);
  const temporary = `${target}.new`;
  rmSync(temporary, { force: true });
  await database.backUpTo(temporary);
  const file = await open(temporary, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, target);
}
