import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@shared/errors';
import { describe, expect, test } from 'vitest';
import { sha1, writeOrthophoto } from './orthophoto';
import { reached, setUpBench, targetBytes, type Bench } from './bench';
import type { Fault } from './mosaicServer';

async function startUpload(bench: Bench, name = 'ortho.tif', size = { columns: 5, rows: 4 }) {
  const path = join(bench.folder, name);
  writeOrthophoto(path, { ...size, seed: name.length });
  return bench.uploads.start({ accountId: 'a', path, mosaic: { name: 'Town' }, targetBytes });
}

function firstConfirmed(bench: Bench): Promise<void> {
  return new Promise((resolve) => {
    const stop = bench.uploads.listen({
      onChunk: ({ state }) => {
        if (state !== 'confirmed') return;
        stop();
        resolve();
      },
    });
  });
}

/** Every chunk of the ledger is at the server exactly once, with the bytes that the ledger knows. */
function expectWhole(bench: Bench, id: string): void {
  const chunks = bench.library.uploads.chunks(id);
  const names = bench.server.images.map((image) => image.filename).sort();
  expect(names).toEqual(chunks.map((chunk) => chunk.name).sort());
  for (const image of bench.server.images) {
    const chunk = chunks.find((candidate) => candidate.name === image.filename);
    expect(image.sha1).toBe(sha1(image.bytes));
    expect(chunk).toMatchObject({
      bytes: image.bytes.length,
      sha1: image.sha1,
      state: 'confirmed',
      usable: true,
    });
    expect([image.width, image.height]).toEqual([chunk?.width, chunk?.height]);
  }
}

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

describe('faults', () => {
  const cases: Record<string, Fault> = {
    'a reset in the middle of the body': { kind: 'reset_at', bytes: 20_000 },
    'a reset after the last byte, before the answer': { kind: 'reset_after' },
    'a file that is stored a while after the reset': { kind: 'reset_then_stored', ms: 6 },
    'a duplicated delivery': { kind: 'doubled' },
    'a 500 before the file was read': { kind: 'answer', status: 500, body: '{}' },
    'a 502 in HTML although the file was stored': {
      kind: 'answer',
      status: 502,
      body: '<html><title>Bad Gateway</title></html>',
      stored: true,
    },
    'a 503 with Retry-After': { kind: 'answer', status: 503, body: '{}', retryAfter: '0.02' },
    'a 429 with Retry-After': { kind: 'answer', status: 429, body: '{}', retryAfter: '0.02' },
    'a 408': { kind: 'answer', status: 408, body: '{}' },
    'a success in HTML': {
      kind: 'answer',
      status: 200,
      body: '<html>welcome to the hotel</html>',
      stored: true,
    },
    'a success before the file was sent': {
      kind: 'answer',
      status: 200,
      body: '{"message":"ok","mosaic_id":"x"}',
    },
    'a truncated answer': { kind: 'answer', status: 200, body: '{"message":"Files succ', stored: true },
  };
  for (const [what, fault] of Object.entries(cases)) {
    test(`${what} loses nothing and doubles nothing`, async () => {
      const bench = await setUpBench();
      let count = 0;
      // Every third request; the creation of the mosaic asks first.
      bench.server.nextFault = () => (count++ % 3 === 1 ? fault : null);
      const upload = await startUpload(bench);
      expect(await bench.uploads.ended(upload.id)).toMatchObject({ state: 'done', error: null });
      expectWhole(bench, upload.id);
    });
  }

  test('junk in place of a listing is asked for again', async () => {
    const bench = await setUpBench();
    let count = 0;
    bench.server.nextListFault = () =>
      count++ % 3 === 0 ? { kind: 'answer', status: 200, body: '<html>' } : null;
    const upload = await startUpload(bench);
    expect(await bench.uploads.ended(upload.id)).toMatchObject({ state: 'done' });
    expectWhole(bench, upload.id);
  });

  test('a lost answer to the creation of the mosaic makes no second mosaic', async () => {
    const bench = await setUpBench();
    let first = true;
    bench.server.nextFault = () => {
      if (!first) return null;
      first = false;
      return { kind: 'reset_after' };
    };
    const upload = await startUpload(bench);
    await bench.uploads.ended(upload.id);
    expect(bench.server.mosaics.size).toBe(1);
    expectWhole(bench, upload.id);
  });

  test('a server that only ever fails is given up with its own sentence, and tried again when asked', async () => {
    const bench = await setUpBench();
    bench.server.nextFault = () =>
      bench.server.counts.uploads > 0 ? { kind: 'answer', status: 500, body: '{}' } : null;
    const upload = await startUpload(bench);
    expect(await bench.uploads.ended(upload.id)).toMatchObject({
      state: 'failed',
      error: { kind: 'api.server_error' },
    });
    bench.server.nextFault = null;
    await bench.uploads.retry(upload.id);
    expect(await bench.uploads.ended(upload.id)).toMatchObject({ state: 'done', error: null });
    expectWhole(bench, upload.id);
  });

  test('a refusal stops the upload at once, with the service’s own sentence', async () => {
    const bench = await setUpBench();
    const body = JSON.stringify({
      detail: { code: 'MemoryLimitExceeded', parameters: { memory_requested: 100, available_memory: 10 } },
    });
    bench.server.nextFault = () =>
      bench.server.counts.uploads > 3 ? { kind: 'answer', status: 400, body } : null;
    const upload = await startUpload(bench);
    const failed = await bench.uploads.ended(upload.id);
    expect(failed.state).toBe('failed');
    expect(failed.error?.kind).toMatch(/^api\..*memory_limit_exceeded$/);
    expect(bench.server.counts.uploads).toBeLessThan(upload.chunksTotal);
    bench.server.nextFault = null;
    await bench.uploads.retry(upload.id);
    await bench.uploads.ended(upload.id);
    expectWhole(bench, upload.id);
  });
});

describe('a server out of reach', () => {
  test('makes the upload wait, offline, and go on by itself', async () => {
    const bench = await setUpBench();
    await bench.server.stop();
    const upload = await startUpload(bench);
    expect((await reached(bench.uploads, upload.id, 'offline')).error).toBeNull();
    await bench.server.start();
    expect(await bench.uploads.ended(upload.id)).toMatchObject({ state: 'done' });
    expectWhole(bench, upload.id);
  });

  test('in the middle loses nothing', async () => {
    const bench = await setUpBench();
    const upload = await startUpload(bench);
    await firstConfirmed(bench);
    await bench.server.stop();
    await reached(bench.uploads, upload.id, 'offline');
    await bench.server.start();
    await bench.uploads.ended(upload.id);
    expectWhole(bench, upload.id);
  });
});

describe('a session that ends', () => {
  test('pauses the upload without burning attempts; a sign-in continues it', async () => {
    const bench = await setUpBench();
    const upload = await startUpload(bench);
    bench.server.token = 'another';
    const paused = await bench.uploads.ended(upload.id);
    expect(paused).toMatchObject({
      state: 'paused',
      error: { kind: 'accounts.signed_out' },
      chunksFailed: 0,
    });
    expect(bench.library.uploads.get(upload.id)?.pausedBy).toBe('signed_out');
    await bench.uploads.signedIn('somebody else');
    expect(bench.uploads.get(upload.id).state).toBe('paused');
    bench.server.token = 'good-token';
    await bench.uploads.signedIn('a');
    expect(await bench.uploads.ended(upload.id)).toMatchObject({ state: 'done', error: null });
    expectWhole(bench, upload.id);
  });
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

describe('a restart', () => {
  test('continues where the ledger says, whatever each chunk was doing', async () => {
    const bench = await setUpBench();
    const upload = await startUpload(bench);
    await firstConfirmed(bench);
    await bench.uploads.close();
    const states = new Set(bench.library.uploads.chunks(upload.id).map((chunk) => chunk.state));
    expect(states).toContain('planned');
    const sentBefore = bench.server.counts.uploads;
    const next = bench.again(process.pid);
    next.resumeInterrupted();
    expect(await next.ended(upload.id)).toMatchObject({ state: 'done' });
    expectWhole(bench, upload.id);
    const twice = bench.server.counts.uploads - upload.chunksTotal;
    expect(twice).toBeLessThanOrEqual(Math.min(8, sentBefore));
  });

  test('finds a chunk whose answer it did not live to see', async () => {
    const bench = await setUpBench();
    const upload = await startUpload(bench);
    await bench.uploads.ended(upload.id);
    const sent = bench.server.counts.uploads;
    bench.library.uploads.update(upload.id, { state: 'sending', finishedAt: null });
    bench.library.uploads.updateChunk(upload.id, 3, {
      state: 'ambiguous',
      sha1: null,
      imageId: null,
      usable: false,
    });
    bench.library.uploads.updateChunk(upload.id, 4, {
      state: 'sending',
      sha1: null,
      imageId: null,
      usable: false,
    });
    const next = bench.again(process.pid);
    next.resumeInterrupted();
    expect(await next.ended(upload.id)).toMatchObject({ state: 'done' });
    expect(bench.server.counts.uploads).toBe(sent);
    expectWhole(bench, upload.id);
  });

  test('leaves an upload to the process that works on it', async () => {
    const bench = await setUpBench();
    const upload = await startUpload(bench);
    const other = bench.again(1);
    other.resumeInterrupted();
    await bench.uploads.ended(upload.id);
    expect(bench.server.counts.uploads).toBe(upload.chunksTotal);
    await other.close();
    expectWhole(bench, upload.id);
  });

  test('of the same upload from the command line continues it', async () => {
    const bench = await setUpBench();
    const upload = await startUpload(bench);
    await bench.uploads.pause(upload.id);
    const again = await startUpload(bench);
    expect(again.id).toBe(upload.id);
    await bench.uploads.ended(upload.id);
    expectWhole(bench, upload.id);
  });
});

describe('the reader', () => {
  async function withDeaths(deaths: number) {
    const bench = await setUpBench();
    const upload = await startUpload(bench);
    await bench.uploads.pause(upload.id);
    let left = deaths;
    const mortal = bench.again(process.pid, (open) => async (path) => {
      if (left-- > 0) throw new AppError('uploads.reader_stopped');
      return open(path);
    });
    await mortal.resume(upload.id);
    return { bench, ended: await mortal.ended(upload.id) };
  }

  test('that dies once is replaced', async () => {
    const { bench, ended } = await withDeaths(1);
    expect(ended).toMatchObject({ state: 'done', error: null });
    expectWhole(bench, ended.id);
  });

  test('that dies again is told', async () => {
    const { ended } = await withDeaths(2);
    expect(ended).toMatchObject({ state: 'failed', error: { kind: 'uploads.reader_stopped' } });
  });
});

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

describe('the preview', () => {
  test('tells what would be sent and what stands against it', async () => {
    const bench = await setUpBench();
    const upload = await startUpload(bench);
    const { mosaicId } = await bench.uploads.ended(upload.id);
    const path = join(bench.folder, 'ortho.tif');
    const preview = await bench.uploads.preview({ accountId: 'a', path, mosaicId });
    expect(preview).toMatchObject({ chunkCount: 1, skippedCount: 0, verbatim: true });
    const small = await bench.uploads.preview({ accountId: 'a', path, mosaicId, targetBytes });
    expect(small.chunkCount).toBe(upload.chunksTotal);
    expect(small.findings.map(({ kind }) => kind)).toContain('uploads.already_there');
    expect(preview.totalBytes).toBeGreaterThan(20 * 64 * 64 * 3);
    expect(preview.findings.map((finding) => `${finding.level} ${finding.kind}`)).toEqual([
      'ok uploads.crs_known',
      'ok uploads.pixels_fit',
      'ok uploads.within_quota',
    ]);
  });

  test('is there without the server too', async () => {
    const bench = await setUpBench();
    const path = join(bench.folder, 'ortho.tif');
    writeOrthophoto(path, { columns: 2, rows: 2 });
    await bench.server.stop();
    const preview = await bench.uploads.preview({ accountId: 'a', path, mosaicId: 'm' });
    expect(preview.chunkCount).toBe(1);
  });
});
