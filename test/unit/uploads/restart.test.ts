import { AppError } from '@shared/errors';
import { describe, expect, test } from 'vitest';
import { setUpBench } from './bench';
import { expectWhole, firstConfirmed, startUpload } from './steps';

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
