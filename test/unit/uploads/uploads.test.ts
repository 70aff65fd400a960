import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { setUpBench } from './bench';
import { writeOrthophoto } from './orthophoto';
import { expectWhole, startUpload } from './steps';

test('an orthophoto arrives in chunks, each once, and the upload says so', async () => {
  const bench = await setUpBench();
  const upload = await startUpload(bench);
  expect(upload).toMatchObject({
    name: 'ortho.tif',
    mosaicName: 'Town',
    chunksConfirmed: 0,
    bytesConfirmed: 0,
  });
  expect(upload.chunksTotal).toBeGreaterThan(5);
  const done = await bench.uploads.ended(upload.id);
  expect(done).toMatchObject({
    state: 'done',
    chunksConfirmed: upload.chunksTotal,
    bytesConfirmed: upload.bytesTotal,
    chunksFailed: 0,
    error: null,
  });
  expect([...bench.server.mosaics.values()]).toMatchObject([{ id: done.mosaicId, name: 'Town' }]);
  expectWhole(bench, upload.id);
  expect(bench.server.counts.uploads).toBe(upload.chunksTotal);
});

test('several chunks are on their way at once, and never more than eight', async () => {
  const bench = await setUpBench();
  bench.server.nextFault = () => (bench.server.mosaics.size > 0 ? { kind: 'late', ms: 60 } : null);
  const upload = await startUpload(bench, 'ortho.tif', { columns: 8, rows: 6 });
  await bench.uploads.ended(upload.id);
  expect(bench.server.uploadsAtOnce.most).toBeGreaterThanOrEqual(3);
  expect(bench.server.uploadsAtOnce.most).toBeLessThanOrEqual(8);
});

test('the chunks together are the raster: tiles of the source, byte for byte', async () => {
  const bench = await setUpBench();
  const upload = await startUpload(bench);
  await bench.uploads.ended(upload.id);
  const source = Buffer.from(
    writeOrthophoto(join(bench.folder, 'same.tif'), { columns: 5, rows: 4, seed: 9 }),
  );
  const tileBytes = 64 * 64 * 3;
  const tiles = Array.from({ length: 20 }, (_, i) =>
    source.subarray(source.length - (20 - i) * tileBytes).subarray(0, tileBytes),
  );
  for (const tile of tiles) {
    const holders = bench.server.images.filter((image) => Buffer.from(image.bytes).includes(tile));
    expect(holders).toHaveLength(1);
  }
});

test('progress is told chunk by chunk, written before it is done', async () => {
  const bench = await setUpBench();
  const seen = new Map<number, string[]>();
  bench.uploads.listen({
    onChunk: ({ index, state }) => seen.set(index, [...(seen.get(index) ?? []), state]),
  });
  const upload = await startUpload(bench);
  await bench.uploads.ended(upload.id);
  expect(seen.size).toBe(upload.chunksTotal);
  for (const states of seen.values()) {
    expect(states.slice(0, 3)).toEqual(['sending', 'ambiguous', 'confirmed']);
  }
});

describe('pausing and ending', () => {
  test('a paused upload sends nothing more until it is resumed', async () => {
    const bench = await setUpBench();
    const upload = await startUpload(bench);
    await bench.uploads.pause(upload.id);
    const before = bench.server.counts.uploads;
    expect(bench.uploads.get(upload.id).state).toBe('paused');
    bench.uploads.wake();
    bench.uploads.resumeInterrupted();
    expect(bench.server.counts.uploads).toBe(before);
    await bench.uploads.resume(upload.id);
    expect(await bench.uploads.ended(upload.id)).toMatchObject({ state: 'done' });
    expectWhole(bench, upload.id);
  });

  test('a cancelled one stays cancelled, and can be removed', async () => {
    const bench = await setUpBench();
    const removed: string[] = [];
    bench.uploads.listen({ onRemoved: (id) => removed.push(id) });
    const upload = await startUpload(bench);
    await expect(bench.uploads.remove(upload.id)).rejects.toMatchObject({ kind: 'uploads.still_running' });
    await bench.uploads.cancel(upload.id);
    expect(bench.uploads.get(upload.id)).toMatchObject({ state: 'cancelled' });
    bench.uploads.resumeInterrupted();
    expect(await bench.uploads.ended(upload.id)).toMatchObject({ state: 'cancelled' });
    await bench.uploads.remove(upload.id);
    expect(removed).toEqual([upload.id]);
    expect(bench.uploads.list()).toEqual([]);
  });

  test('all can be paused and resumed together', async () => {
    const bench = await setUpBench();
    const one = await startUpload(bench, 'one.tif');
    const two = await startUpload(bench, 'second.tif');
    await bench.uploads.pauseAll();
    expect(bench.uploads.list().map((upload) => upload.state)).toEqual(['paused', 'paused']);
    await bench.uploads.resumeAll();
    await Promise.all([bench.uploads.ended(one.id), bench.uploads.ended(two.id)]);
    expect(bench.uploads.list().map((upload) => upload.state)).toEqual(['done', 'done']);
  });
});
