import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { silentLog } from '@shared/log';
import type { AccountRecord } from '@shared/library/records';
import { describe, expect, test } from 'vitest';
import { openLibrary, type Library } from '../../../main/library';
import { Database } from '../../../main/library/database';
import { migrations } from '../../../main/library/schema';

function freshPath(): string {
  return join(mkdtempSync(join(tmpdir(), 'orthodesk-library-')), 'library', 'library.db');
}

function open(path: string): Library {
  return openLibrary(path, { log: silentLog });
}

function account(id: string): AccountRecord {
  return {
    id,
    kind: 'mapflow',
    name: `Account ${id}`,
    baseUrl: 'https://api.example.com/rest',
    email: `${id}@example.com`,
    scheme: 'Bearer',
    dialect: 'reference',
    signedIn: true,
    createdAt: '2026-01-01T00:00:00.000Z',
  };
}

function kindOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as { kind?: string }).kind ?? String(error);
  }
  return 'no error';
}

/** Overwrites pages in the middle, as a failing disk does. */
function damage(path: string): void {
  const file = openSync(path, 'r+');
  const size = statSync(path).size;
  for (let offset = 4096; offset < size; offset += 4096)
    writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, offset);
  closeSync(file);
}

describe('opening', () => {
  test('what was written is there again, in WAL mode and with synchronous writes', () => {
    const path = freshPath();
    const first = open(path);
    expect(first.origin).toEqual({ from: 'disk' });
    first.settings.set('theme', 'dark');
    first.close();
    const second = open(path);
    expect(second.settings.get('theme')).toBe('dark');
    second.close();
    const raw = new SqliteDatabase(path);
    expect(raw.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(raw.pragma('user_version', { simple: true })).toBe(migrations.length);
    raw.close();
  });

  test('two processes may have it open at once', () => {
    const path = freshPath();
    const one = open(path);
    const two = open(path);
    one.settings.set('a', [1, 2]);
    expect(two.settings.get('a')).toEqual([1, 2]);
    two.settings.set('a', { b: null });
    expect(one.settings.get('a')).toEqual({ b: null });
    one.close();
    two.close();
  });

  test('a library of a later version is left as it is', () => {
    const path = freshPath();
    open(path).close();
    const raw = new SqliteDatabase(path);
    raw.pragma(`user_version = ${migrations.length + 1}`);
    raw.close();
    expect(kindOf(() => open(path))).toBe('library.too_new');
    expect(readdirSync(join(path, '..'))).toEqual(['library.db']);
  });

  test('a place that cannot be written is no damage', () => {
    const path = freshPath();
    open(path).close();
    const folder = join(path, '..', 'folder.db');
    open(folder).close();
    expect(kindOf(() => open(join(path, '..')))).toBe('library.cannot_open');
    expect(readdirSync(join(path, '..')).filter((name) => name.includes('damaged'))).toEqual([]);
  });
});

describe('damage', () => {
  test('is set aside, and the last backup takes its place', async () => {
    const path = freshPath();
    const library = open(path);
    for (let i = 0; i < 200; i++) library.settings.set(`key ${i}`, 'x'.repeat(500));
    await library.backUp();
    library.settings.set('after', 'the backup');
    library.close();
    damage(path);
    const damagedBytes = readFileSync(path);
    const rebuilt = open(path);
    expect(rebuilt.origin.from).toBe('backup');
    expect(rebuilt.settings.get('key 199')).toBe('x'.repeat(500));
    expect(rebuilt.settings.get('after')).toBeNull();
    if (rebuilt.origin.from === 'disk') throw new Error('unreachable');
    expect(readFileSync(rebuilt.origin.quarantined).equals(damagedBytes)).toBe(true);
    rebuilt.close();
    const again = open(path);
    expect(again.origin).toEqual({ from: 'disk' });
    again.close();
  });

  test('without a backup leaves an empty library and the damaged file', () => {
    const path = freshPath();
    open(path).close();
    writeFileSync(path, 'this was a database once, and now it is a sentence, long enough to be one');
    const library = open(path);
    expect(library.origin.from).toBe('nothing');
    expect(library.accounts.list()).toEqual([]);
    library.close();
    expect(readdirSync(join(path, '..')).some((name) => name.startsWith('library.db.damaged-'))).toBe(true);
  });

  test('of the backup too leaves both aside', async () => {
    const path = freshPath();
    const library = open(path);
    library.settings.set('a', 1);
    await library.backUp();
    library.close();
    damage(path);
    damage(`${path}.backup`);
    const rebuilt = open(path);
    expect(rebuilt.origin.from).toBe('nothing');
    rebuilt.close();
    expect(readdirSync(join(path, '..')).filter((name) => name.includes('damaged')).length).toBeGreaterThan(
      1,
    );
  });

  test('a file cut to nothing is damage where there is a backup', async () => {
    const path = freshPath();
    const library = open(path);
    library.settings.set('kept', true);
    await library.backUp();
    library.close();
    truncateSync(path, 0);
    const rebuilt = open(path);
    expect(rebuilt.origin.from).toBe('backup');
    expect(rebuilt.settings.get('kept')).toBe(true);
    rebuilt.close();
  });

  test('a crash in the middle of writing loses nothing that was committed', () => {
    const path = freshPath();
    const library = open(path);
    library.settings.set('a', 1);
    const copy = freshPath();
    open(copy).close();
    for (const suffix of ['', '-wal']) copyFileSync(path + suffix, copy + suffix);
    library.close();
    const wal = openSync(`${copy}-wal`, 'r+');
    writeSync(wal, Buffer.alloc(300, 7), 0, 300, statSync(`${copy}-wal`).size);
    closeSync(wal);
    const recovered = open(copy);
    expect(recovered.origin).toEqual({ from: 'disk' });
    expect(recovered.settings.get('a')).toBe(1);
    recovered.close();
  });
});

describe('a full disk', () => {
  test('is told as such and damages nothing', () => {
    const path = freshPath();
    open(path).close();
    const database = new Database(path);
    const pages = Number(database.get('PRAGMA page_count')?.page_count);
    database.get(`PRAGMA max_page_count = ${pages + 2}`);
    const fill = (): void => {
      for (let i = 0; i < 100; i++) {
        database.run('INSERT INTO settings (key, value) VALUES (:key, :value)', {
          key: `k${i}`,
          value: JSON.stringify('y'.repeat(4000)),
        });
      }
    };
    expect(kindOf(fill)).toBe('library.disk_full');
    database.close();
    const library = open(path);
    expect(library.origin).toEqual({ from: 'disk' });
    expect(['y'.repeat(4000), null]).toContain(library.settings.get('k0'));
    library.settings.set('k0', 'room again');
    expect(library.settings.get('k0')).toBe('room again');
    library.close();
  });
});

describe('accounts', () => {
  test('at most one is active, and none keeps a token', () => {
    const library = open(freshPath());
    library.accounts.put(account('a'));
    library.accounts.put(account('b'));
    expect(library.accounts.activeId()).toBeNull();
    library.accounts.activate('a');
    library.accounts.activate('b');
    expect(library.accounts.activeId()).toBe('b');
    library.accounts.put({ ...account('b'), signedIn: false });
    expect(library.accounts.get('b')).toEqual({ ...account('b'), signedIn: false });
    expect(library.accounts.activeId()).toBe('b');
    library.accounts.remove('b');
    expect(library.accounts.list().map((record) => record.id)).toEqual(['a']);
    expect(library.accounts.activeId()).toBeNull();
    library.close();
  });
});

describe('blobs', () => {
  test('are found by their content, and only while they are what they were', async () => {
    const library = open(freshPath());
    const bytes = new TextEncoder().encode('a preview');
    const name = await library.blobs.put(bytes);
    expect(await library.blobs.put(bytes)).toBe(name);
    expect(Buffer.from((await library.blobs.read(name)) ?? []).toString()).toBe('a preview');
    writeFileSync(library.blobs.path(name), 'something else');
    expect(await library.blobs.read(name)).toBeNull();
    await library.blobs.remove(name);
    expect(library.blobs.has(name)).toBe(false);
    library.close();
  });
});

describe('the outbox', () => {
  test('keeps edits in order, with what they were based on', () => {
    const library = open(freshPath());
    const edit = (name: string) => ({
      accountId: 'a',
      kind: 'processing.rename',
      targetId: 'p',
      body: { name },
      base: { name: 'old' },
      createdAt: '2026-01-01T00:00:00.000Z',
    });
    const first = library.outbox.add(edit('one'));
    const second = library.outbox.add(edit('two'));
    library.outbox.fail(second, { kind: 'library.conflict', params: {} });
    expect(library.outbox.list('a').map(({ seq, body, error }) => ({ seq, body, error }))).toEqual([
      { seq: first, body: { name: 'one' }, error: null },
      { seq: second, body: { name: 'two' }, error: { kind: 'library.conflict', params: {} } },
    ]);
    library.outbox.remove(first);
    expect(library.outbox.list('a')).toHaveLength(1);
    expect(library.outbox.list('b')).toEqual([]);
    library.close();
  });
});

describe('mosaics', () => {
  test('forgets what the server does not list any more, with its images', () => {
    const library = open(freshPath());
    const mosaic = (id: string) => ({
      id,
      name: id,
      tags: [],
      createdAt: '2026-01-01T00:00:00Z',
      imageCount: 1,
      sizeBytes: 10,
      footprint: null,
    });
    const image = {
      id: 'i',
      mosaicId: 'm1',
      filename: 'a.tif',
      sizeBytes: 10,
      uploadedAt: '',
      width: 1,
      height: 1,
      footprint: null,
    };
    library.mosaics.replaceAll('a', [mosaic('m1'), mosaic('m2')]);
    library.mosaics.replaceImages('a', 'm1', [image]);
    library.mosaics.replaceAll('a', [mosaic('m1')]);
    expect(library.mosaics.images('a', 'm1')).toEqual([image]);
    library.mosaics.replaceAll('a', [mosaic('m2')]);
    expect(library.mosaics.images('a', 'm1')).toEqual([]);
    library.mosaics.replaceImages('a', 'unknown', [image]);
    expect(library.mosaics.images('a', 'unknown')).toEqual([]);
    library.close();
  });
});

describe('recent rasters', () => {
  test('come latest first and do not pile up', () => {
    const library = open(freshPath());
    for (let i = 0; i < 60; i++) {
      const openedAt = new Date(Date.UTC(2026, 0, 1, 0, 0, i)).toISOString();
      library.recentRasters.put({ path: `/r/${i}.tif`, name: `${i}.tif`, openedAt });
    }
    library.recentRasters.put({ path: '/r/20.tif', name: '20.tif', openedAt: '2027-01-01T00:00:00.000Z' });
    const list = library.recentRasters.list();
    expect(list).toHaveLength(50);
    expect(list.slice(0, 2).map((raster) => raster.path)).toEqual(['/r/20.tif', '/r/59.tif']);
    library.close();
  });
});
