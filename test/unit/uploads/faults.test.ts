import { describe, expect, test } from 'vitest';
import { reached, setUpBench } from './bench';
import type { Fault } from './mosaicServer';
import { expectWhole, firstConfirmed, startUpload } from './steps';

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
