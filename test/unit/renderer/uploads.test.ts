import type { UploadChunk } from '@shared/ipc/types';
import { expect, test } from 'vitest';
import { UploadDraft } from '../../../renderer/state/uploadDraft.svelte';
import { BandwidthDraft } from '../../../renderer/state/bandwidthDraft.svelte';
import { LayerStack } from '../../../renderer/state/layers.svelte';
import { Uploads } from '../../../renderer/state/uploads.svelte';
import { FakeApi } from './fakeApi';
import { raster, upload } from './samples';

test('lists newest first and takes over what changes', async () => {
  const api = new FakeApi({
    'uploads.list': () => [upload('old'), upload('new', { createdAt: '2026-02-01T00:00:00Z' })],
  });
  const uploads = new Uploads(api);
  await uploads.load();
  expect(uploads.all.map((item) => item.id)).toEqual(['new', 'old']);
  api.emit('uploads.changed', upload('old', { state: 'done' }));
  expect(uploads.all.map((item) => [item.id, item.state])).toEqual([
    ['new', 'sending'],
    ['old', 'done'],
  ]);
  expect(uploads.runningCount).toBe(1);
  api.emit('uploads.removed', { uploadId: 'new' });
  expect(uploads.all.map((item) => item.id)).toEqual(['old']);
});

test('the upload of a file is its newest one that was not given up', () => {
  const api = new FakeApi();
  const uploads = new Uploads(api);
  api.emit('uploads.changed', upload('done', { path: '/a.tif', state: 'done' }));
  api.emit(
    'uploads.changed',
    upload('gone', { path: '/a.tif', state: 'cancelled', createdAt: '2026-03-01T00:00:00Z' }),
  );
  expect(uploads.forPath('/a.tif')?.id).toBe('done');
  expect(uploads.forPath('/b.tif')).toBeNull();
});

const chunk = (index: number): UploadChunk => ({
  index,
  window: { x: index * 256, y: 0, width: 256, height: 256 },
  bytes: 10,
  state: 'planned',
});

test('the chunk map follows its own upload alone, and closes on the second press', async () => {
  const api = new FakeApi({ 'uploads.chunks': () => [chunk(0), chunk(1)] });
  const uploads = new Uploads(api);
  api.emit('uploads.changed', upload('u'));
  await uploads.toggleChunkMap('u');
  api.emit('uploads.chunk', { uploadId: 'other', index: 0, state: 'failed' });
  api.emit('uploads.chunk', { uploadId: 'u', index: 1, state: 'confirmed' });
  expect(uploads.chunks.map((item) => item.state)).toEqual(['planned', 'confirmed']);
  expect(uploads.mapped?.id).toBe('u');
  await uploads.toggleChunkMap('u');
  expect(uploads.chunks).toEqual([]);
  expect(uploads.mapped).toBeNull();
});

test('a draft goes to a new mosaic under its name, or to the chosen one', async () => {
  const api = new FakeApi({
    'uploads.plan': ({ rasterId }) => ({
      rasterId,
      chunkCount: 4,
      skippedCount: 0,
      totalBytes: 10,
      verbatim: true,
      exact: true,
      findings: [],
    }),
    'uploads.start': () => upload('u'),
  });
  const draft = new UploadDraft(new Uploads(api), new LayerStack().addRaster(raster('town')));
  expect(draft.ready).toBe(false);
  await draft.readPlan();
  expect([draft.ready, draft.mosaicName]).toEqual([true, 'town']);
  await draft.start();
  draft.mosaicId = 'm7';
  draft.targetBytes = 65_536;
  expect(draft.ready).toBe(false);
  await draft.readPlan();
  expect(draft.ready).toBe(true);
  await draft.start();
  // Nothing is reduced unless it is asked for, and then the check is made anew.
  expect(draft.reduce).toBeNull();
  draft.reduce = 'jpeg';
  expect(draft.ready).toBe(false);
  await draft.readPlan();
  await draft.start();
  expect(api.asked.filter((call) => call.channel === 'uploads.start').map((call) => call.input)).toEqual([
    { rasterId: 'town', mosaic: { name: 'town' } },
    { rasterId: 'town', mosaic: { id: 'm7' }, targetBytes: 65_536 },
    { rasterId: 'town', mosaic: { id: 'm7' }, targetBytes: 65_536, reduce: 'jpeg' },
  ]);
});

test('a finding that stops, or a missing name, keeps the draft from starting', async () => {
  const api = new FakeApi({
    'uploads.plan': ({ rasterId }) => ({
      rasterId,
      chunkCount: 0,
      skippedCount: 0,
      totalBytes: 0,
      verbatim: true,
      exact: true,
      findings: [{ level: 'stop', kind: 'uploads.no_crs', params: {} }],
    }),
  });
  const draft = new UploadDraft(new Uploads(api), new LayerStack().addRaster(raster('town')));
  await draft.readPlan();
  expect(draft.ready).toBe(false);
  draft.mosaicName = ' ';
  expect(draft.ready).toBe(false);
});

test('the queue stands in its order, what has ended below it, the last first', async () => {
  const api = new FakeApi({ 'uploads.move': () => undefined });
  const uploads = new Uploads(api);
  for (const position of [3, 1, 2]) api.emit('uploads.changed', upload(`q${position}`, { position }));
  const ended = (id: string, finishedAt: string) =>
    api.emit('uploads.changed', upload(id, { state: 'done', finishedAt, position: 0 }));
  ended('older', '2026-01-02T00:00:00Z');
  ended('newer', '2026-01-03T00:00:00Z');
  expect(uploads.queue.map(({ id }) => id)).toEqual(['q1', 'q2', 'q3']);
  expect(uploads.history.map(({ id }) => id)).toEqual(['newer', 'older']);
  expect(await uploads.shift('q1', -1)).toBe(false);
  expect(await uploads.shift('q3', 1)).toBe(false);
  await uploads.shift('q3', -1);
  await uploads.shift('q1', 1);
  await uploads.shift('q2', 1);
  expect(api.asked.filter(({ channel }) => channel === 'uploads.move').map(({ input }) => input)).toEqual([
    { uploadId: 'q3', before: 'q2' },
    { uploadId: 'q1', before: 'q3' },
    { uploadId: 'q2', before: null },
  ]);
});

test('limits of the bandwidth are typed in megabytes and hours, and nonsense is none', () => {
  const draft = new BandwidthDraft({ limit: 2_500_000, night: { from: 1320, to: 360, limit: null } });
  expect([draft.day, draft.hasNight, draft.from, draft.to, draft.night]).toEqual([
    '2.5',
    true,
    '22:00',
    '06:00',
    '',
  ]);
  expect(draft.value).toEqual({ limit: 2_500_000, night: { from: 1320, to: 360, limit: null } });
  draft.day = ' 0,5 ';
  draft.hasNight = false;
  expect(draft.value).toEqual({ limit: 500_000, night: null });
  for (const wrong of ['fast', '-1', '0', '0.0001', '1e99']) {
    draft.day = wrong;
    expect([wrong, draft.isRate(wrong), draft.value]).toEqual([wrong, false, null]);
  }
  draft.day = '';
  draft.hasNight = true;
  draft.to = draft.from;
  expect(draft.value).toBeNull();
});
