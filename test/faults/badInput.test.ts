import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@shared/errors';
import { errorText } from '@shared/i18n';
import type { Upload } from '@shared/ipc/types';
import { silentLog } from '@shared/log';
import { expect, test, type TestContext } from 'vitest';
import { openLibrary } from '../../main/library';
import type { OpenReadSource, UploadsPorts } from '../../main/uploads';
import { fileOf } from '../contract/support';
import { explainSkip } from '../support/data';
import { writeOrthophoto } from '../unit/uploads/orthophoto';
import { openWorkplace, targetBytes, Workbench, type Workplace } from './workbench';

async function setUp(
  context: TestContext,
  change: (place: Workplace) => Partial<UploadsPorts> = () => ({}),
  options: Parameters<typeof openWorkplace>[0] = {},
): Promise<{ readonly place: Workplace; readonly bench: Workbench }> {
  const place = await openWorkplace(options);
  const bench = await Workbench.open(place, 'a', change(place));
  context.onTestFinished(async () => {
    await bench.close();
    await place.close();
  });
  return { place, bench };
}

/** Does something once, when the first chunk is at the server. */
function atFirstChunk(bench: Workbench, act: () => void | Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = bench.uploads.listen({
      onChunk: ({ state }) => {
        if (state !== 'confirmed') return;
        stop();
        Promise.resolve(act()).then(resolve, reject);
      },
    });
  });
}

function expectStopped(bench: Workbench, upload: Upload, kind: string): void {
  expect([upload.state, upload.error?.kind]).toEqual(['failed', kind]);
  bench.expectSentence(upload);
  expect(errorText(upload.error ?? { kind, params: {} }).advice).not.toBe('');
}

/** Another file that is on its way at the same time and must not suffer. */
async function startOther(place: Workplace, bench: Workbench): Promise<Upload> {
  const path = join(place.folder, 'other.tif');
  writeOrthophoto(path, { columns: 3, rows: 2, seed: 8 });
  return bench.start('Other', path);
}

test('a source that is changed while it is sent stops its upload; no chunk of it is mixed', async (context) => {
  const { place, bench } = await setUp(context);
  const changed = atFirstChunk(bench, () => {
    writeOrthophoto(place.image, { columns: 4, rows: 3, seed: 77 });
  });
  const upload = await bench.start('Town');
  const other = await startOther(place, bench);
  await changed;
  expectStopped(bench, await bench.finish(upload.id), 'uploads.source_changed');
  expect(await bench.finish(other.id)).toMatchObject({ state: 'done' });
  await bench.expectWhole(other.id);
});

test('a source that vanishes while it is sent stops its upload; put back, it is finished', async (context) => {
  const { place, bench } = await setUp(context);
  const gone = atFirstChunk(bench, () => unlinkSync(place.image));
  const upload = await bench.start('Town');
  const other = await startOther(place, bench);
  await gone;
  expectStopped(bench, await bench.finish(upload.id), 'uploads.source_missing');
  expect(await bench.finish(other.id)).toMatchObject({ state: 'done' });
  writeOrthophoto(place.image, { columns: 4, rows: 3, seed: 5 });
  expect(await bench.finish(upload.id, 1)).toMatchObject({ state: 'done' });
  await bench.expectWhole(upload.id);
});

test('a read error stops its upload; when the drive reads again, it is finished', async (context) => {
  let isBroken = false;
  const failing =
    (open: OpenReadSource): OpenReadSource =>
    async (path) => {
      const source = await open(path);
      if (!path.endsWith('ortho.tif')) return source;
      const read: typeof source.read = async function* (name, signal, buffers) {
        for await (const piece of source.read(name, signal, buffers)) {
          // As main/rasters says it when the system answers EIO.
          if (isBroken) throw new AppError('rasters.file_unreadable', { file: 'ortho.tif' });
          yield piece;
        }
      };
      return {
        description: source.description,
        identity: source.identity,
        plan: (limits, signal) => source.plan(limits, signal),
        reduction: (codec, signal) => source.reduction(codec, signal),
        make: (name, signal) => source.make(name, signal),
        drop: (name) => source.drop(name),
        sha1: (name, signal) => source.sha1(name, signal),
        read,
        checkUnchanged: () => source.checkUnchanged(),
        close: () => source.close(),
      };
    };
  const { place, bench } = await setUp(context, () => ({}), { wrapSource: failing });
  const broken = atFirstChunk(bench, () => void (isBroken = true));
  const upload = await bench.start('Town');
  const other = await startOther(place, bench);
  await broken;
  expectStopped(bench, await bench.finish(upload.id), 'rasters.file_unreadable');
  expect(await bench.finish(other.id)).toMatchObject({ state: 'done' });
  isBroken = false;
  expect(await bench.finish(upload.id, 1)).toMatchObject({ state: 'done' });
  await bench.expectWhole(upload.id);
});

test('a mosaic that is deleted at the server meanwhile stops its upload; a retry makes another', async (context) => {
  const { place, bench } = await setUp(context);
  const deleted = atFirstChunk(bench, async () => {
    const [mosaic] = await place.engine.client.mosaics.list();
    if (mosaic) await place.engine.client.mosaics.delete(mosaic.id);
  });
  const upload = await bench.start('Town');
  await deleted;
  expectStopped(bench, await bench.finish(upload.id), 'uploads.mosaic_gone');
  expect(await bench.finish(upload.id, 1)).toMatchObject({ state: 'done' });
  await bench.expectWhole(upload.id);
});

test('storage that fills between two chunks stops the upload; with room again, it is finished', async (context) => {
  const { place, bench } = await setUp(context, undefined, { memoryLimit: 230_000 });
  const { client } = place.engine;
  const junk = await client.mosaics.create({ name: 'Junk' });
  const filled = atFirstChunk(bench, async () => {
    await client.images.upload(junk.id, await fileOf(place.image)).catch(() => undefined);
  });
  const upload = await bench.start('Town');
  await filled;
  const stopped = await bench.finish(upload.id);
  // Whoever comes last finds no room; the other way round nothing stops.
  if (stopped.state !== 'done') expectStopped(bench, stopped, 'api.memory_limit_exceeded');
  await client.mosaics.delete(junk.id);
  expect(await bench.finish(upload.id, 1)).toMatchObject({ state: 'done' });
  await bench.expectWhole(upload.id);
});

test('in a folder of twenty one file that cannot be opened is told, and nineteen arrive', async (context) => {
  const { place, bench } = await setUp(context);
  const survey = join(place.folder, 'survey');
  mkdirSync(survey);
  for (let i = 0; i < 18; i++)
    writeOrthophoto(join(survey, `flight-${i}.tif`), { columns: 1, rows: 1, seed: i + 10 });
  symlinkSync(join(place.folder, 'nowhere'), join(survey, 'flight-dangling.tif'));
  writeFileSync(join(survey, 'flight-empty.tif'), '');
  const { uploads, failures } = await bench.uploads.startMany({
    accountId: 'a',
    paths: [survey, place.image],
    mosaic: { name: 'Town' },
    targetBytes,
  });
  expect(failures.map(({ path }) => path.slice(survey.length + 1))).toEqual([
    'flight-dangling.tif',
    'flight-empty.tif',
  ]);
  for (const { error } of failures) {
    expect(error.kind).not.toBe('app.unexpected');
    expect(errorText(error).title).toMatch(/flight-(dangling|empty)\.tif/);
  }
  expect(uploads).toHaveLength(19);
  for (const { id } of uploads) expect(await bench.finish(id)).toMatchObject({ state: 'done' });
  expect((await place.engine.client.mosaics.list()).map(({ name }) => name)).toEqual(['Town']);
});

/** A file system of its own that is soon full; null where this user may not mount one. */
function smallDisk(): { readonly path: string; unmount(): void } | null {
  const path = mkdtempSync(join(tmpdir(), 'orthodesk-full-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', path]).status === 0;
  if (!mounted) {
    rmSync(path, { recursive: true });
    return null;
  }
  return {
    path,
    unmount: () => {
      spawnSync('umount', [path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

test('a disk that is full stops the upload with a sentence though nothing can be written; with room, it is finished', async (context) => {
  const disk = smallDisk();
  if (!disk) {
    explainSkip('uploads on a full disk', 'this user may not mount a file system');
    return context.skip();
  }
  // What is registered last is done first: the library is closed by then.
  context.onTestFinished(() => disk.unmount());
  const library = openLibrary(join(disk.path, 'library.db'), { log: silentLog });
  const { bench } = await setUp(context, undefined, { library });
  const ballast = join(disk.path, 'ballast');
  const full = atFirstChunk(bench, () => {
    for (let size = 4_000_000; size >= 512; size >>= 1) {
      try {
        writeFileSync(`${ballast}-${size}`, Buffer.alloc(size, 1));
      } catch {
        // So much does not fit; half of it may.
      }
    }
  });
  const upload = await bench.start('Town');
  await full;
  expectStopped(bench, await bench.finish(upload.id), 'library.disk_full');
  for (let size = 4_000_000; size >= 512; size >>= 1) rmSync(`${ballast}-${size}`, { force: true });
  expect(await bench.finish(upload.id, 1)).toMatchObject({ state: 'done', error: null });
  await bench.expectWhole(upload.id);
});
