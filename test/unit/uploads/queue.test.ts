import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorText } from '@shared/i18n';
import { describe, expect, test } from 'vitest';
import { gatherRasters } from '../../../main/uploads/gather';
import { reached, setUpBench, targetBytes, type Bench } from './bench';
import { writeOrthophoto } from './orthophoto';
import { expectWhole, firstConfirmed, startUpload } from './steps';

/** A folder with a folder in it, of so many orthophotos. */
function writeSurvey(bench: Bench, count: number): string {
  const survey = join(bench.folder, 'survey');
  mkdirSync(join(survey, 'day 2'), { recursive: true });
  for (let i = 0; i < count; i++) {
    const folder = i % 2 === 0 ? survey : join(survey, 'day 2');
    writeOrthophoto(join(folder, `flight-${i}.tif`), { columns: 2, rows: 2, seed: i + 1 });
  }
  return survey;
}

describe('files and folders', () => {
  test('go into one new mosaic, and one that is no raster keeps none of the others back', async () => {
    const bench = await setUpBench();
    const survey = writeSurvey(bench, 19);
    writeFileSync(join(survey, 'flight-x.tif'), 'not a raster');
    writeFileSync(join(survey, 'notes.txt'), 'not looked at');
    const { uploads, failures } = await bench.uploads.startMany({
      accountId: 'a',
      paths: [survey],
      mosaic: { name: 'Town' },
      targetBytes,
    });
    expect(uploads).toHaveLength(19);
    expect(failures).toMatchObject([
      {
        path: join(survey, 'flight-x.tif'),
        error: { kind: expect.stringMatching(/^tiff\./) as string },
      },
    ]);
    expect(failures.map(({ error }) => errorText(error).title).join()).not.toMatch(/unexpected|[{}]/i);
    for (const { id } of uploads)
      expect(await bench.uploads.ended(id)).toMatchObject({ state: 'done', error: null });
    expect([...bench.server.mosaics.values()].map(({ name }) => name)).toEqual(['Town']);
    const sent = uploads.flatMap(({ id }) => bench.library.uploads.chunks(id).map(({ name }) => name));
    expect(bench.server.images.map(({ filename }) => filename).sort()).toEqual(sent.sort());
  });

  test('of one group share their mosaic also where the answer to its creation was lost', async () => {
    const bench = await setUpBench();
    const survey = writeSurvey(bench, 4);
    let creations = 0;
    bench.server.nextFault = () =>
      bench.server.counts.uploads === 0 && creations++ === 0 ? { kind: 'reset_after' } : null;
    const { uploads } = await bench.uploads.startMany({
      accountId: 'a',
      paths: [survey],
      mosaic: { name: 'Town' },
      targetBytes,
    });
    for (const { id } of uploads) await bench.uploads.ended(id);
    expect(bench.server.mosaics.size).toBe(1);
  });

  test('are found however deep, each once, and a folder that leads back to itself ends', async () => {
    const bench = await setUpBench();
    const survey = writeSurvey(bench, 4);
    symlinkSync(survey, join(survey, 'day 2', 'again'));
    mkdirSync(join(bench.folder, 'empty'));
    const found = await gatherRasters([
      survey,
      join(survey, 'flight-0.tif'),
      join(bench.folder, 'empty'),
      join(bench.folder, 'gone.tif'),
    ]);
    expect(found.files.map((path) => path.slice(bench.folder.length + 1))).toEqual([
      'survey/day 2/flight-1.tif',
      'survey/day 2/flight-3.tif',
      'survey/flight-0.tif',
      'survey/flight-2.tif',
      // What does not exist is told by who opens it.
      'gone.tif',
    ]);
    expect(found.failures).toMatchObject([
      { error: { kind: 'uploads.folder_empty', params: { name: 'empty' } } },
    ]);
  });

  test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'that may not be read are told, the others are found',
    async () => {
      const bench = await setUpBench();
      const survey = writeSurvey(bench, 4);
      chmodSync(join(survey, 'day 2'), 0);
      const { files, failures } = await gatherRasters([survey]);
      chmodSync(join(survey, 'day 2'), 0o755);
      expect(files).toHaveLength(2);
      expect(failures).toMatchObject([{ error: { kind: 'uploads.folder_unreadable' } }]);
    },
  );
});

describe('the order of the queue', () => {
  test('is what the user makes it, and is kept', async () => {
    const bench = await setUpBench();
    await bench.server.stop();
    const [a, b, c] = [
      await startUpload(bench, 'a.tif'),
      await startUpload(bench, 'bb.tif'),
      await startUpload(bench, 'ccc.tif'),
    ];
    const order = (): string[] => bench.uploads.list().map(({ name }) => name);
    expect(order()).toEqual(['a.tif', 'bb.tif', 'ccc.tif']);
    await bench.uploads.move(c.id, a.id);
    expect(order()).toEqual(['ccc.tif', 'a.tif', 'bb.tif']);
    await bench.uploads.move(c.id, null);
    expect(order()).toEqual(['a.tif', 'bb.tif', 'ccc.tif']);
    await bench.uploads.move(a.id, c.id);
    await bench.uploads.move(b.id, b.id);
    expect(order()).toEqual(['bb.tif', 'a.tif', 'ccc.tif']);
    expect(bench.library.uploads.list().map(({ name }) => name)).toEqual(order());
  });

  test('decides whose chunks are sent next', async () => {
    const bench = await setUpBench();
    await bench.server.stop();
    const first = await startUpload(bench, 'a.tif');
    const second = await startUpload(bench, 'bb.tif');
    await bench.uploads.pauseAll();
    await bench.server.start();
    await bench.uploads.move(second.id, first.id);
    const ended: string[] = [];
    await bench.uploads.resumeAll();
    await Promise.all(
      [first, second].map(async ({ id, name }) => {
        await bench.uploads.ended(id);
        ended.push(name);
      }),
    );
    const sent = bench.server.images.map(({ filename }) => filename.slice(0, 2));
    const middle = (of: string): number =>
      sent.reduce((sum, name, at) => (name === of ? sum + at : sum), 0) /
      sent.filter((name) => name === of).length;
    expect(middle('bb')).toBeLessThan(middle('a-'));
  });
});

describe('waiting', () => {
  test('for the next attempt is told with its time', async () => {
    const slow = {
      backoffMs: 60_000,
      longestBackoffMs: 60_000,
      settleMs: [2],
      prepareMs: 2,
      longestPrepareMs: 10,
    };
    const bench = await setUpBench({ timingFor: () => slow, random: () => 0.5 });
    bench.server.nextFault = () =>
      bench.server.mosaics.size > 0 ? { kind: 'answer', status: 500, body: '{}' } : null;
    const upload = await startUpload(bench);
    const waiting = await new Promise<string>((resolve) => {
      bench.uploads.listen({ onUpload: ({ retryAt }) => retryAt && resolve(retryAt) });
    });
    expect(Date.parse(waiting) - Date.now()).toBeGreaterThan(20_000);
    bench.server.nextFault = null;
    bench.uploads.wake();
    const done = await bench.uploads.ended(upload.id);
    expect(done).toMatchObject({ state: 'done', retryAt: null });
    expectWhole(bench, upload.id);
  });
});

describe('patience that the server asked for', () => {
  test('is told, and not cut short by a network that is back', async () => {
    const bench = await setUpBench();
    const busy = { kind: 'answer', status: 503, body: '', retryAfter: '600' } as const;
    bench.server.nextFault = () => (bench.server.mosaics.size > 0 ? busy : null);
    const upload = await startUpload(bench);
    const nextRetry = (): Promise<string> =>
      new Promise((resolve) => {
        const stop = bench.uploads.listen({
          onUpload: ({ retryAt }) => {
            if (!retryAt) return;
            stop();
            resolve(retryAt);
          },
        });
      });
    await nextRetry();
    const asked = bench.server.counts.uploads;
    bench.uploads.wake();
    expect(Date.parse(await nextRetry()) - Date.now()).toBeGreaterThan(500_000);
    expect(bench.server.counts.uploads).toBe(asked);
    expect(bench.uploads.get(upload.id).state).toBe('sending');
  });
});

describe('a computer that goes to sleep', () => {
  test('leaves nothing on its way, and goes on when it wakes up', async () => {
    const bench = await setUpBench();
    const upload = await startUpload(bench, 'ortho.tif', { columns: 8, rows: 6 });
    await firstConfirmed(bench);
    await bench.uploads.suspend();
    const before = bench.server.counts.uploads;
    const states = bench.library.uploads.chunks(upload.id).map(({ state }) => state);
    expect(states).toContain('planned');
    expect(bench.library.uploads.get(upload.id)?.state).not.toBe('paused');
    await new Promise((resolve) => setImmediate(resolve));
    expect(bench.server.counts.uploads).toBe(before);
    bench.uploads.resumeInterrupted();
    expect(await bench.uploads.ended(upload.id)).toMatchObject({ state: 'done' });
    expectWhole(bench, upload.id);
  });
});

describe('a limit of the bandwidth', () => {
  test('holds for all uploads together', async () => {
    const limit = 1_500_000;
    const bench = await setUpBench({ bandwidth: () => ({ limit, night: null }) });
    const started = performance.now();
    const [one, two] = [await startUpload(bench, 'a.tif'), await startUpload(bench, 'bb.tif')];
    await Promise.all([bench.uploads.ended(one.id), bench.uploads.ended(two.id)]);
    const seconds = (performance.now() - started) / 1000;
    expect(bench.server.counts.uploadBytes).toBeLessThan(limit * seconds + limit / 4 + 8 * 40_000);
    expect(bench.server.counts.uploadBytes).toBeGreaterThan(one.bytesTotal + two.bytesTotal);
  });
});

describe('images that the server could not prepare', () => {
  test('are found and removed, whoever sent them', async () => {
    const bench = await setUpBench();
    const upload = await startUpload(bench);
    const { mosaicId } = await bench.uploads.ended(upload.id);
    const [first] = bench.server.images;
    if (!first || mosaicId === null) throw new Error('nothing was uploaded');
    first.status = 'FAILED';
    const failed = await bench.uploads.failedImages('a', mosaicId);
    expect(failed).toMatchObject([{ id: first.id, problem: 'the pixels made no sense' }]);
    expect(await bench.uploads.removeFailedImages('a', mosaicId)).toBe(1);
    expect(bench.server.images).not.toContain(first);
    expect(await bench.uploads.failedImages('a', mosaicId)).toEqual([]);
  });
});

describe('history', () => {
  test('is cleared of what has ended well; what failed stays until it is looked at', async () => {
    const bench = await setUpBench();
    const done = await startUpload(bench, 'a.tif');
    await bench.uploads.ended(done.id);
    bench.server.nextFault = () => ({ kind: 'answer', status: 400, body: '{}' });
    const failed = await startUpload(bench, 'bb.tif');
    await bench.uploads.ended(failed.id);
    await bench.server.stop();
    const running = await startUpload(bench, 'ccc.tif');
    await reached(bench.uploads, running.id, 'offline');
    await bench.uploads.clearHistory('a');
    expect(bench.uploads.list().map(({ name }) => name)).toEqual(['bb.tif', 'ccc.tif']);
  });
});

describe('the same pixels', () => {
  test('in the mosaic under another name are found by their hash before anything is sent', async () => {
    const bench = await setUpBench();
    const upload = await startUpload(bench);
    const { mosaicId } = await bench.uploads.ended(upload.id);
    const path = join(bench.folder, 'ortho.tif');
    const kinds = async (id: string | null): Promise<string[]> => {
      const preview = await bench.uploads.preview({ accountId: 'a', path, mosaicId: id, targetBytes });
      return preview.findings.filter(({ level }) => level === 'warning').map(({ kind }) => kind);
    };
    expect(await kinds(mosaicId)).toContain('uploads.already_there');
    expect(await kinds(null)).toContain('uploads.uploaded_before');
    bench.server.images.forEach((image, index) => Object.assign(image, { filename: `renamed-${index}.tif` }));
    expect(await kinds(mosaicId)).toContain('uploads.same_pixels');
  });
});
