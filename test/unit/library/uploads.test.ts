import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@shared/log';
import type { ChunkRecord, UploadRecord } from '@shared/library/records';
import { expect, test } from 'vitest';
import { openLibrary } from '../../../main/library';

const upload: UploadRecord = {
  id: 'u1',
  accountId: 'a',
  path: '/data/ortho.tif',
  name: 'ortho.tif',
  mosaicId: null,
  mosaicName: 'Town',
  mosaicTag: 'orthodesk:u1',
  state: 'waiting',
  pausedBy: null,
  sourceSize: 5_000_000_000,
  sourceMtimeMs: 1767225600123.5,
  sourceHash: 'abc',
  targetBytes: 1000,
  maxBytes: 2000,
  maxSide: 3000,
  position: 1,
  error: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  finishedAt: null,
};

function chunk(index: number): ChunkRecord {
  return {
    uploadId: 'u1',
    index,
    name: `ortho_${index}.tif`,
    x: index * 512,
    y: 0,
    width: 512,
    height: 512,
    bytes: 1000,
    state: 'planned',
    attempts: 0,
    sha1: null,
    imageId: null,
    usable: false,
    error: null,
    changedAt: '2026-01-01T00:00:00.000Z',
  };
}

function open(path = join(mkdtempSync(join(tmpdir(), 'orthodesk-ledger-')), 'library.db')) {
  return openLibrary(path, { log: silentLog });
}

test('an upload and its chunks come back as they were put in', () => {
  const library = open();
  library.uploads.insert(upload, [chunk(0), chunk(1)]);
  expect(library.uploads.list()).toEqual([upload]);
  expect(library.uploads.chunks('u1')).toEqual([chunk(0), chunk(1)]);
  library.close();
});

test('an upload is put in whole or not at all', () => {
  const library = open();
  expect(() => library.uploads.insert(upload, [chunk(0), chunk(0)])).toThrow();
  expect(library.uploads.list()).toEqual([]);
  expect(library.uploads.chunks('u1')).toEqual([]);
  library.close();
});

test('changes touch what they name and nothing else', () => {
  const library = open();
  library.uploads.insert(upload, [chunk(0), chunk(1)]);
  const error = { kind: 'uploads.source_changed', params: { name: 'ortho.tif' } };
  library.uploads.update('u1', { state: 'failed', error, mosaicId: 'm', pausedBy: 'user' });
  expect(library.uploads.get('u1')).toEqual({
    ...upload,
    state: 'failed',
    error,
    mosaicId: 'm',
    pausedBy: 'user',
  });
  library.uploads.update('u1', { error: null, pausedBy: null });
  expect(library.uploads.get('u1')).toEqual({ ...upload, state: 'failed', mosaicId: 'm' });
  library.uploads.updateChunk('u1', 1, {
    state: 'confirmed',
    usable: true,
    sha1: 'ff',
    imageId: 'i',
    attempts: 2,
  });
  expect(library.uploads.chunks('u1')[0]).toEqual(chunk(0));
  expect(library.uploads.chunks('u1')[1]).toMatchObject({
    state: 'confirmed',
    usable: true,
    sha1: 'ff',
    imageId: 'i',
    attempts: 2,
  });
  library.close();
});

test('a removed upload takes its chunks along', () => {
  const library = open();
  library.uploads.insert(upload, [chunk(0)]);
  library.uploads.remove('u1');
  expect(library.uploads.chunks('u1')).toEqual([]);
  library.close();
});

test('one process works on an upload; another takes over when that one is gone or silent', () => {
  const library = open();
  library.uploads.insert(upload, []);
  const soon = Date.now() + 60_000;
  const alive = (): boolean => true;
  expect(library.uploads.lease('u1', 100, soon, alive)).toBe(true);
  expect(library.uploads.lease('u1', 100, soon, alive)).toBe(true);
  expect(library.uploads.lease('u1', 200, soon, alive)).toBe(false);
  expect(library.uploads.lease('u1', 200, soon, () => false)).toBe(true);
  expect(library.uploads.lease('u1', 100, soon, alive)).toBe(false);
  library.uploads.release('u1', 100);
  expect(library.uploads.lease('u1', 100, soon, alive)).toBe(false);
  library.uploads.release('u1', 200);
  expect(library.uploads.lease('u1', 100, Date.now() - 1, alive)).toBe(true);
  expect(library.uploads.lease('u1', 200, soon, alive)).toBe(true);
  expect(library.uploads.lease('gone', 200, soon, alive)).toBe(false);
  library.close();
});
