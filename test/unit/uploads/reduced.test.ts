import { join } from 'node:path';
import { openRaster } from '@shared/tiff/open';
import { expect, test } from 'vitest';
import type { OpenReadSource } from '../../../main/uploads';
import { memorySource } from '../../support/fileSource';
import { writeMultispectral } from '../../fixtures/multispectral';
import { setUpBench, type Bench } from './bench';
import { expectWhole } from './steps';

const targetBytes = 60_000;

async function startReduced(bench: Bench, uploads = bench.uploads) {
  const path = join(bench.folder, 'field.tif');
  writeMultispectral(path, { columns: 8, rows: 7 });
  return uploads.start({ accountId: 'a', path, mosaic: { name: 'Town' }, targetBytes, reduce: 'jpeg' });
}

test('a reduced upload arrives in chunks whose size is known before they leave', async () => {
  const bench = await setUpBench();
  const sizes: number[] = [];
  bench.uploads.listen({
    onChunk: ({ state, exact, sha1 }) => {
      if (state === 'sending') sizes.push(Number(exact && sha1 !== null));
    },
  });
  const started = await startReduced(bench);
  expect(started).toMatchObject({ reducedTo: 'jpeg' });
  const ended = await bench.uploads.ended(started.id);
  expect(ended).toMatchObject({ state: 'done', error: null });
  expectWhole(bench, started.id);
  const chunks = bench.library.uploads.chunks(started.id);
  expect(sizes).toEqual(chunks.map(() => 1));
  expect(chunks.length).toBeGreaterThan(4);
  expect(ended.bytesTotal).toBe(chunks.reduce((sum, { bytes }) => sum + bytes, 0));
  expect(ended.bytesConfirmed).toBe(ended.bytesTotal);
  for (const image of bench.server.images) {
    const { description } = await openRaster(memorySource(image.bytes, image.filename));
    expect(description).toMatchObject({ bands: 3, sampleType: 'uint8', mask: 'internal' });
    expect(description.levels[0]?.coding.compression).toBe('jpeg');
  }
});

test('interrupted and taken up by another process, it makes the same bytes by the same numbers', async () => {
  const bench = await setUpBench();
  const started = await startReduced(bench);
  await new Promise<void>((resolve) => {
    const stop = bench.uploads.listen({
      onChunk: ({ state }) => {
        if (state !== 'confirmed') return;
        stop();
        resolve();
      },
    });
  });
  await bench.uploads.close();
  const known = new Map(
    bench.library.uploads
      .chunks(started.id)
      .flatMap(({ name, sha1, exact }) => (exact && sha1 ? [[name, sha1] as const] : [])),
  );
  expect(known.size).toBeGreaterThan(0);
  expect(known.size).toBeLessThan(started.chunksTotal);
  const asked: string[] = [];
  const watched =
    (open: OpenReadSource): OpenReadSource =>
    async (path) => {
      const source = await open(path);
      const { reduction } = source;
      source.reduction = (codec, signal) => {
        asked.push(codec);
        return reduction.call(source, codec, signal);
      };
      return source;
    };
  const again = bench.again(process.pid + 1, watched);
  again.resumeInterrupted();
  expect(await again.ended(started.id)).toMatchObject({ state: 'done' });
  // The numbers are those that were written down, not found anew.
  expect(asked).toEqual([]);
  expectWhole(bench, started.id);
  for (const { name, sha1 } of bench.library.uploads.chunks(started.id)) {
    if (known.has(name)) expect(sha1).toBe(known.get(name));
  }
});

test('what is in the mosaic already is made for comparison, and not sent', async () => {
  const bench = await setUpBench();
  const first = await startReduced(bench);
  const { mosaicId } = await bench.uploads.ended(first.id);
  const before = bench.server.images.length;
  await bench.uploads.remove(first.id);
  const path = join(bench.folder, 'field.tif');
  const second = await bench.uploads.start({
    accountId: 'a',
    path,
    mosaic: { id: mosaicId ?? '' },
    targetBytes,
    reduce: 'jpeg',
  });
  expect(await bench.uploads.ended(second.id)).toMatchObject({ state: 'done' });
  expect(bench.library.uploads.chunks(second.id).every(({ attempts }) => attempts === 0)).toBe(true);
  expect(bench.server.images.length).toBe(before);
  expectWhole(bench, second.id);
});

test('with a new date but the old pixels the file is the old one; with other pixels it is not', async () => {
  const bench = await setUpBench();
  const started = await startReduced(bench);
  await bench.uploads.pause(started.id);
  writeMultispectral(join(bench.folder, 'field.tif'), { columns: 8, rows: 6 });
  await bench.uploads.resume(started.id);
  expect(await bench.uploads.ended(started.id)).toMatchObject({
    state: 'failed',
    error: { kind: 'uploads.source_changed' },
  });
});

test('what is saved and lost is told beforehand, and offered where there is something to save', async () => {
  const bench = await setUpBench();
  const path = join(bench.folder, 'field.tif');
  writeMultispectral(path, { columns: 8, rows: 7 });
  const ask = (reduce: 'jpeg' | 'deflate' | null) =>
    bench.uploads.preview({ accountId: 'a', path, mosaicId: null, targetBytes, reduce });
  const kinds = async (reduce: 'jpeg' | 'deflate' | null) =>
    (await ask(reduce)).findings.map(({ kind }) => kind.replace('uploads.', ''));
  expect(await kinds(null)).toEqual(
    expect.arrayContaining(['unusual_bands', 'not_8_bit', 'reducible_stretched']) as string[],
  );
  const jpeg = await ask('jpeg');
  expect(jpeg).toMatchObject({ exact: false, verbatim: false });
  const found = new Map(jpeg.findings.map(({ kind, params }) => [kind.replace('uploads.', ''), params]));
  expect([...found.keys()]).toEqual(
    expect.arrayContaining(['reduced', 'reduced_bands', 'reduced_values', 'reduced_jpeg', 'reduced_mask']),
  );
  expect(found.get('reduced_bands')).toEqual({ bands: '4', count: 1 });
  expect(found.get('reduced_values')?.cuts).toMatch(/^\d+ – \d+, \d+ – \d+, \d+ – \d+$/);
  expect(found.has('unusual_bands') || found.has('not_8_bit')).toBe(false);
  expect(await kinds('deflate')).not.toContain('reduced_jpeg');
  expect((await ask(null)).exact).toBe(true);
});
