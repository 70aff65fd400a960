import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { readJournal, TileIndex } from '@shared/tiff/overviews';
import { createNodeCodecs } from '../../../main/rasters';
import { readWindow } from '@shared/tiff/window';
import { buildOverviews } from '../../support/buildOverviews';
import { dying, overviewsHere } from '../../support/overviewThreads';
import { temporaryFolder } from '../../support/gdal';
import { openInMemory } from '../../support/rasterCase';
import { writeStrips } from '../../support/stripTiff';

const folders: ReturnType<typeof temporaryFolder>[] = [];
const opened: ReturnType<typeof overviewsHere>[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((threads) => threads.close()));
  folders.splice(0).forEach((folder) => folder.remove());
});

/** A grey image of strips, large enough for several units of work. */
function image(side = 4608): string {
  const folder = temporaryFolder();
  folders.push(folder);
  const path = folder.path('image.tif');
  writeStrips(path, { width: side, height: side, rowsPerStrip: 64, compression: 'deflate' });
  return path;
}

function overviewsOpened(): ReturnType<typeof overviewsHere> {
  const here = overviewsHere();
  opened.push(here);
  return here;
}

async function levelsOf(path: string) {
  const raster = await openInMemory(path);
  const codecs = createNodeCodecs();
  const levels = raster.description.levels.map((_, level) =>
    readWindow(raster, codecs, { level, mask: false }),
  );
  return (await Promise.all(levels)).map(({ width, height, bands }) => ({
    width,
    height,
    pixels: digest(bands[0]!),
  }));
}

const digest = ({ buffer }: ArrayBufferView): string =>
  createHash('sha1').update(new Uint8Array(buffer)).digest('hex');

test('a build that was killed goes on where it was and ends as if nothing had been', async () => {
  const path = image();
  await buildOverviews(path, { target: `${path}.whole` });
  const start = dying(overviewsOpened(), 1);
  await expect(buildOverviews(path, { startThread: start, threads: 1 })).rejects.toThrow(
    'overviews.thread_died',
  );
  expect(existsSync(`${path}.ovr`)).toBe(false);
  // The kill also cut a line of the journal off.
  appendFileSync(`${path}.ovr.journal`, '[0,1,1,[[0,2');
  const built = await buildOverviews(path);
  expect(built.resumed).toBe(1);
  expect(existsSync(`${path}.ovr.part`)).toBe(false);
  expect(existsSync(`${path}.ovr.journal`)).toBe(false);
  expect(await levelsOf(`${path}.ovr`)).toEqual(await levelsOf(`${path}.whole`));
});

test('what was begun of another file, or of the same file as it was, is not used', async () => {
  const path = image();
  const start = dying(overviewsOpened(), 1);
  await buildOverviews(path, { startThread: start, threads: 1 }).catch(() => undefined);
  const journal = readFileSync(`${path}.ovr.journal`, 'utf8');
  writeFileSync(`${path}.ovr.journal`, journal.replace(/"mtimeMs":[\d.]+/, '"mtimeMs":1'));
  expect((await buildOverviews(path)).resumed).toBe(0);
});

test('a cut-off sidecar is begun anew', async () => {
  const path = image();
  const start = dying(overviewsOpened(), 1);
  await buildOverviews(path, { startThread: start, threads: 1 }).catch(() => undefined);
  writeFileSync(`${path}.ovr.part`, '');
  expect((await buildOverviews(path)).resumed).toBe(0);
});

test('the journal tells where each tile lies before the sidecar is whole', async () => {
  const path = image();
  const start = dying(overviewsOpened(), 1);
  await buildOverviews(path, { startThread: start, threads: 1 }).catch(() => undefined);
  const { head, entries } = readJournal(readFileSync(`${path}.ovr.journal`, 'utf8'));
  const index = new TileIndex(head!.plan);
  for (const tile of entries.flatMap(({ tiles }) => tiles)) index.put(tile);
  expect(index.get('image', 0, 0)?.length).toBeGreaterThan(0);
  const { columns, rows } = head!.plan.levels[0]!;
  expect(index.get('image', 0, columns * rows - 1)).toBeNull();
});

test('strips too large to be held give the same overviews', async () => {
  const folder = temporaryFolder();
  folders.push(folder);
  const size = { width: 8192, height: 2100 };
  const small = folder.path('small.tif');
  writeStrips(small, { ...size, rowsPerStrip: 64, compression: 'deflate' });
  await buildOverviews(small);
  const expected = await levelsOf(`${small}.ovr`);
  for (const compression of ['deflate', 'packbits'] as const) {
    const huge = folder.path(`${compression}.tif`);
    writeStrips(huge, { ...size, rowsPerStrip: size.height, compression });
    const built = await buildOverviews(huge);
    expect(built.plan.reading).toBe('stream');
    expect(await levelsOf(`${huge}.ovr`)).toEqual(expected);
  }
});
