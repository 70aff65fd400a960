import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { setUpBench } from './bench';
import { writeOrthophoto } from './orthophoto';
import { expectWhole, startUpload } from './steps';

describe('the source', () => {
  test('changed meanwhile ends the upload with a sentence', async () => {
    const bench = await setUpBench();
    const upload = await startUpload(bench);
    await bench.uploads.pause(upload.id);
    writeOrthophoto(join(bench.folder, 'ortho.tif'), { columns: 5, rows: 4, seed: 77 });
    await bench.uploads.resume(upload.id);
    expect(await bench.uploads.ended(upload.id)).toMatchObject({
      state: 'failed',
      error: { kind: 'uploads.source_changed', params: { name: 'ortho.tif' } },
    });
  });

  test('changed in the middle of a chunk is never sent to its end', async () => {
    const bench = await setUpBench();
    const path = join(bench.folder, 'ortho.tif');
    let touched = false;
    bench.uploads.listen({
      onChunk: ({ state }) => {
        if (touched || state !== 'confirmed') return;
        touched = true;
        utimesSync(path, new Date(), new Date(Date.now() + 60_000));
      },
    });
    const upload = await startUpload(bench);
    expect(await bench.uploads.ended(upload.id)).toMatchObject({
      state: 'failed',
      error: { kind: 'uploads.source_changed' },
    });
    expect(bench.server.images.length).toBeLessThan(upload.chunksTotal);
  });

  test('with a new date but the old bytes is the old one', async () => {
    const bench = await setUpBench();
    const upload = await startUpload(bench);
    await bench.uploads.pause(upload.id);
    utimesSync(join(bench.folder, 'ortho.tif'), new Date(), new Date(2020, 1, 1));
    await bench.uploads.resume(upload.id);
    expect(await bench.uploads.ended(upload.id)).toMatchObject({ state: 'done' });
    expectWhole(bench, upload.id);
  });

  test('gone ends the upload with a sentence; back again, a retry finishes it', async () => {
    const bench = await setUpBench();
    const upload = await startUpload(bench);
    await bench.uploads.pause(upload.id);
    rmSync(join(bench.folder, 'ortho.tif'));
    await bench.uploads.resume(upload.id);
    expect(await bench.uploads.ended(upload.id)).toMatchObject({ error: { kind: 'uploads.source_missing' } });
    writeOrthophoto(join(bench.folder, 'ortho.tif'), { columns: 5, rows: 4, seed: 9 });
    await bench.uploads.retry(upload.id);
    expect(await bench.uploads.ended(upload.id)).toMatchObject({ state: 'done' });
    expectWhole(bench, upload.id);
  });

  test('that is no raster, or has no place on earth, is refused before anything is written', async () => {
    const bench = await setUpBench();
    const path = join(bench.folder, 'nowhere.tif');
    writeOrthophoto(path, { columns: 2, rows: 2, epsg: null });
    const start = () => bench.uploads.start({ accountId: 'a', path, mosaic: { name: 'Town' } });
    await expect(start()).rejects.toMatchObject({ kind: 'uploads.no_crs' });
    writeFileSync(path, 'not a raster');
    await expect(start()).rejects.toMatchObject({ kind: expect.stringMatching(/^tiff\./) as string });
    rmSync(path);
    await expect(start()).rejects.toMatchObject({ kind: 'rasters.file_missing' });
    expect(bench.uploads.list()).toEqual([]);
    expect(bench.server.mosaics.size).toBe(0);
  });
});
