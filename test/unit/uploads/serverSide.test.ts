import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { reached, setUpBench, targetBytes } from './bench';
import { expectWhole, firstConfirmed, startUpload } from './steps';

describe('the server’s side', () => {
  test('images are followed until they are usable', async () => {
    const bench = await setUpBench();
    bench.server.firstStatus = 'IN_PROGRESS';
    const upload = await startUpload(bench);
    const preparing = await reached(bench.uploads, upload.id, 'preparing');
    expect(preparing.chunksConfirmed).toBe(upload.chunksTotal);
    for (const image of bench.server.images) image.status = 'COMPLETED';
    expect(await bench.uploads.ended(upload.id)).toMatchObject({ state: 'done' });
    expectWhole(bench, upload.id);
  });

  test('an image that cannot be prepared fails the upload; a retry replaces it', async () => {
    const bench = await setUpBench();
    bench.server.firstStatus = 'IN_PROGRESS';
    const upload = await startUpload(bench);
    await reached(bench.uploads, upload.id, 'preparing');
    bench.server.images.forEach((image, i) => (image.status = i === 2 ? 'FAILED' : 'COMPLETED'));
    const failed = await bench.uploads.ended(upload.id);
    expect(failed).toMatchObject({
      state: 'failed',
      chunksFailed: 1,
      error: { kind: 'uploads.image_rejected', params: { reason: 'the pixels made no sense' } },
    });
    bench.server.firstStatus = 'COMPLETED';
    await bench.uploads.retry(upload.id);
    expect(await bench.uploads.ended(upload.id)).toMatchObject({ state: 'done' });
    expect(bench.server.counts.deletes).toBe(1);
    expectWhole(bench, upload.id);
  });

  test('what is in the mosaic already is not sent again', async () => {
    const bench = await setUpBench();
    const first = await startUpload(bench);
    const { mosaicId } = await bench.uploads.ended(first.id);
    const sent = bench.server.counts.uploads;
    const path = join(bench.folder, 'ortho.tif');
    const id = mosaicId ?? '';
    const second = await bench.uploads.start({ accountId: 'a', path, mosaic: { id }, targetBytes });
    expect(second.id).not.toBe(first.id);
    expect(await bench.uploads.ended(second.id)).toMatchObject({ state: 'done' });
    expect(bench.server.counts.uploads).toBe(sent);
  });

  test('a mosaic that was deleted ends the upload; a retry makes a new one', async () => {
    const bench = await setUpBench();
    const upload = await startUpload(bench);
    await firstConfirmed(bench);
    await bench.uploads.pause(upload.id);
    bench.server.mosaics.clear();
    bench.server.images.length = 0;
    await bench.uploads.resume(upload.id);
    expect(await bench.uploads.ended(upload.id)).toMatchObject({
      state: 'failed',
      error: { kind: 'uploads.mosaic_gone', params: { mosaic: 'Town' } },
    });
    await bench.uploads.retry(upload.id);
    expect(await bench.uploads.ended(upload.id)).toMatchObject({ state: 'done' });
    expectWhole(bench, upload.id);
  });

  test('a full account is told before a byte is sent', async () => {
    const bench = await setUpBench();
    bench.server.freeBytes = 1000;
    await expect(startUpload(bench)).rejects.toMatchObject({ kind: 'uploads.over_quota' });
    expect(bench.server.counts.uploads).toBe(0);
  });
});
