import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@shared/log';
import type { ChunkRecord, UploadRecord } from '@shared/library/records';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openLibrary } from '../../../main/library';
import { recounted, totalsOf } from '../../../main/uploads/totals';

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
  reduction: null,
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
    exact: true,
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

test('what the chunks of each upload come to is one question, and agrees with the chunks', () => {
  const library = open();
  const states = ['planned', 'sending', 'ambiguous', 'confirmed', 'confirmed', 'failed'] as const;
  const other = { ...upload, id: 'u2' };
  library.uploads.insert(
    upload,
    states.map((state, index) => ({ ...chunk(index), bytes: 10 ** index, state })),
  );
  library.uploads.insert(other, [{ ...chunk(0), uploadId: 'u2' }]);
  const totals = { chunks: 6, bytes: 111_111, confirmed: 2, bytesConfirmed: 11_000, failed: 1, sending: 1 };
  const untouched = { chunks: 1, bytes: 1000, confirmed: 0, bytesConfirmed: 0, failed: 0, sending: 0 };
  expect([...library.uploads.totals()]).toEqual([
    ['u1', totals],
    ['u2', untouched],
  ]);
  expect([...library.uploads.totals('u1')]).toEqual([['u1', totals]]);
  expect([...library.uploads.totals('u3')]).toEqual([]);
  expect(totalsOf(library.uploads.chunks('u1'))).toEqual(totals);
  library.close();
});

test('totals that follow each change are those of a new count', () => {
  const state = fc.constantFrom<ChunkRecord['state']>(
    'planned',
    'sending',
    'ambiguous',
    'confirmed',
    'failed',
  );
  const bytes = fc.nat(2 ** 40);
  fc.assert(
    fc.property(
      fc.array(fc.record({ state, bytes }), { minLength: 1 }),
      fc.array(fc.tuple(fc.nat(), state)),
      (chunks, changes) => {
        let totals = totalsOf(chunks);
        for (const [at, next] of changes) {
          const index = at % chunks.length;
          const before = chunks[index]!;
          const after = { ...before, state: next };
          totals = recounted(totals, before, after);
          chunks[index] = after;
        }
        expect(totals).toEqual(totalsOf(chunks));
      },
    ),
  );
});
