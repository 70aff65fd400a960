import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openRaster } from '@shared/tiff/open';
import { sliceLayout } from '@shared/tiff/slice';
import { chunkName, planSlices } from '@shared/tiff/slicePlan';
import { TAG } from '@shared/tiff/tags';
import type { DecodedBlock, PixelWindow, Raster } from '@shared/tiff/types';
import { ascii, shorts } from '@shared/tiff/writeTags';
import { tinyTiff, type TinyTiff } from '../../fixtures/tinyTiff';
import { memorySource } from '../../support/fileSource';

const opened = (tiff: TinyTiff): Promise<Raster> =>
  openRaster(memorySource(tinyTiff(tiff), 'scene.of.town.tif'));

const tiffArbitrary: fc.Arbitrary<TinyTiff> = fc
  .record({
    width: fc.integer({ min: 1, max: 260 }),
    height: fc.integer({ min: 1, max: 260 }),
    tileSize: fc.option(fc.constantFrom(16, 32, 64), { nil: undefined }),
    rowsPerStrip: fc.integer({ min: 1, max: 300 }),
    bands: fc.integer({ min: 1, max: 4 }),
    planar: fc.boolean(),
  })
  .map(({ tileSize, ...rest }) => (tileSize === undefined ? rest : { ...rest, tileSize }));

function covered(raster: Raster, windows: readonly PixelWindow[]): boolean {
  const { width, height } = raster.description;
  const times = new Uint8Array(width * height);
  for (const window of windows) {
    for (let y = window.y; y < window.y + window.height; y++) {
      for (let x = window.x; x < window.x + window.width; x++) times[y * width + x]!++;
    }
  }
  return times.every((count) => count === 1);
}

test('chunks and skipped windows are the raster, and every chunk keeps the limits', async () => {
  await fc.assert(
    fc.asyncProperty(
      tiffArbitrary,
      fc.integer({ min: 1500, max: 60_000 }),
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 60_000 }),
      async (tiff, maxBytes, maxSide, targetBytes) => {
        const raster = await opened({
          ...tiff,
          block: (index, length) => (index % 7 === 3 ? null : new Uint8Array(length)),
        });
        const plan = await planSlices(raster, { maxBytes, maxSide, targetBytes });
        const windows = [...plan.chunks, ...plan.skipped].map(({ window }) => window);
        expect(covered(raster, windows)).toBe(true);
        expect(new Set(plan.chunks.map(({ name }) => name)).size).toBe(plan.chunks.length);
        for (const { window, method, estimatedBytes } of plan.chunks) {
          expect(Math.max(window.width, window.height)).toBeLessThanOrEqual(maxSide);
          if (method === 'encode') continue; // only tiles larger than the limits; these need a decoder
          const { size } = await sliceLayout(raster, window, { method });
          expect(size).toBeLessThanOrEqual(estimatedBytes);
          expect(estimatedBytes).toBeLessThanOrEqual(maxBytes);
        }
      },
    ),
    { numRuns: 150 },
  );
});

test('a wish for chunks of a byte gives the smallest that can be cut, and is no error', async () => {
  const raster = await opened({ width: 247, height: 253, rowsPerStrip: 1, bands: 4, planar: true });
  const { chunks } = await planSlices(raster, { targetBytes: 1 });
  expect(chunks.length).toBeGreaterThan(200);
});

test('estimates are near what the files take', async () => {
  const raster = await opened({ width: 640, height: 640, tileSize: 64, bands: 3 });
  const { chunks } = await planSlices(raster, { targetBytes: 200_000 });
  for (const { window, estimatedBytes } of chunks) {
    const { size } = await sliceLayout(raster, window);
    expect(estimatedBytes - size).toBeLessThan(700);
  }
});

test('a raster within the limits is one chunk, byte for byte made of its own blocks', async () => {
  const raster = await opened({ width: 100, height: 80, tileSize: 32 });
  const plan = await planSlices(raster);
  expect(plan).toMatchObject({
    chunks: [{ index: 0, window: { x: 0, y: 0, width: 100, height: 80 }, method: 'copy', verbatim: true }],
    skipped: [],
  });
});

test('equal rasters and limits give equal plans', async () => {
  const tiff: TinyTiff = { width: 500, height: 300, rowsPerStrip: 9 };
  const limits = { targetBytes: 20_000, maxSide: 500 };
  expect(await planSlices(await opened(tiff), limits)).toEqual(await planSlices(await opened(tiff), limits));
});

test('names tell the window, sort row by row, and hold nothing that a server or a disk objects to', async () => {
  const raster = await opened({ width: 300, height: 300, tileSize: 64 });
  const { chunks } = await planSlices(raster, { targetBytes: 20_000 });
  const names = chunks.map(({ name }) => name);
  expect(names[0]).toMatch(/^scene\.of\.town_y000_x000_\d+x\d+\.tif$/);
  expect(names).toEqual([...names].sort());
  const window = { x: 512, y: 1024, width: 64, height: 32 };
  expect(chunkName('Plan: a/b\\c?', { width: 20_000, height: 100 }, window)).toBe(
    'Plan_a_b_c__y01024_x00512_64x32.tif',
  );
  expect(chunkName('', { width: 9, height: 9 }, window)).toMatch(/^image_/);
  expect(chunkName('é'.repeat(400), { width: 9, height: 9 }, window).length).toBeLessThan(200);
});

test('strips are kept whole unless they are too long; then rows are cut out of them', async () => {
  const tiff: TinyTiff = { width: 400, height: 90, rowsPerStrip: 30, bands: 3 };
  const whole = await planSlices(await opened(tiff), { targetBytes: 40_000, maxSide: 400 });
  expect(whole.chunks.map(({ method, window }) => [method, window.width, window.height])).toEqual([
    ['copy', 400, 30],
    ['copy', 400, 30],
    ['copy', 400, 30],
  ]);
  const cut = await planSlices(await opened(tiff), { maxSide: 399 });
  expect(cut.chunks.every(({ method, verbatim }) => method === 'rows' && verbatim)).toBe(true);
});

test('rows cut out of strips and of planes are those of the source', async () => {
  for (const planar of [false, true]) {
    const pixel = (band: number, x: number, y: number): number => (band * 91 + x * 7 + y * 13) & 255;
    const block = (index: number, length: number): Uint8Array => {
      const [strips, bands] = [4, planar ? 1 : 3];
      const [plane, strip] = [Math.floor(index / strips), index % strips];
      return Uint8Array.from({ length }, (_, at) => {
        const place = Math.floor(at / bands);
        return pixel(planar ? plane : at % bands, place % 50, strip * 11 + Math.floor(place / 50));
      });
    };
    const source = memorySource(
      tinyTiff({ width: 50, height: 40, rowsPerStrip: 11, bands: 3, planar, block }),
    );
    const raster = await openRaster(source);
    const window = { x: 13, y: 9, width: 21, height: 17 };
    const layout = await sliceLayout(raster, window, { method: 'rows' });
    const { layoutSource } = await import('@shared/tiff/writeStream');
    const slice = await openRaster(layoutSource(layout, raster.files, 'slice.tif'));
    const level = slice.description.levels[0]!;
    expect(slice.description).toMatchObject({ width: 21, height: 17, bands: 3 });
    const first = await slice.readBlock(level, 0);
    const second = planar ? await slice.readBlock(level, level.rows) : null;
    expect(first![0]).toBe(pixel(0, 13, 9));
    expect(planar ? second![22] : first![22 * 3 + 1]).toBe(pixel(1, 14, 10));
  }
});

test('tiles larger than the limits are told to be encoded anew', async () => {
  const { chunks } = await planSlices(await opened({ width: 128, height: 128, tileSize: 64 }), {
    maxSide: 50,
  });
  expect(chunks.every(({ method, verbatim }) => method === 'encode' && !verbatim)).toBe(true);
});

test('a turned image and old JPEG are never copied', async () => {
  const turned = await opened({
    width: 64,
    height: 64,
    tileSize: 16,
    tags: [shorts('little', TAG.Orientation, [6])],
  });
  expect((await planSlices(turned)).chunks[0]!.verbatim).toBe(false);
  const old = await opened({
    width: 64,
    height: 64,
    tileSize: 16,
    tags: [shorts('little', TAG.Compression, [6])],
  });
  expect((await planSlices(old)).chunks[0]!.verbatim).toBe(false);
  await expect(sliceLayout(old, { x: 0, y: 0, width: 64, height: 64 })).rejects.toMatchObject({
    kind: 'tiff.slice_needs_decoder',
  });
});

test('what cannot be decoded is refused by the plan, before anything is sent', async () => {
  const old = await opened({
    width: 64,
    height: 64,
    tileSize: 16,
    tags: [shorts('little', TAG.Compression, [6])],
  });
  const decode = () => Promise.reject(new Error('no decoder for old JPEG'));
  await expect(planSlices(old, {}, { decode })).rejects.toThrow('no decoder for old JPEG');
});

test('limits that not even a pixel keeps are refused', async () => {
  const raster = await opened({ width: 64, height: 64, tileSize: 16 });
  await expect(planSlices(raster, { maxBytes: 100 })).rejects.toMatchObject({ kind: 'tiff.slice_limits' });
});

test('windows without a stored block are left out and named', async () => {
  const block = (index: number, length: number) => (index < 8 ? null : new Uint8Array(length).fill(9));
  const raster = await opened({ width: 64, height: 64, tileSize: 16, block });
  const plan = await planSlices(raster, { maxSide: 32 });
  expect(plan.chunks.map(({ window }) => window.y)).toEqual([32, 32]);
  expect(plan.skipped).toEqual([
    { window: { x: 0, y: 0, width: 32, height: 32 }, why: 'sparse' },
    { window: { x: 32, y: 0, width: 32, height: 32 }, why: 'sparse' },
  ]);
});

/** Decodes uncompressed tiles. */
const decodeTiles =
  (raster: Raster) =>
  async (level: Raster['description']['levels'][number], index: number): Promise<DecodedBlock | null> => {
    const samples = await raster.readBlock(level, index);
    return samples && { width: level.blockWidth, height: level.blockHeight, channels: 1, samples };
  };

test('windows of nothing but nodata are left out; black pixels of a raster without nodata are not', async () => {
  const block = (index: number, length: number) => new Uint8Array(length).fill(index % 4 < 2 ? 0 : 200);
  const tiff: TinyTiff = { width: 64, height: 64, tileSize: 16, block };
  const withNodata = await opened({ ...tiff, tags: [ascii(TAG.GdalNodata, '0')] });
  const plan = await planSlices(withNodata, { maxSide: 32 }, { decode: decodeTiles(withNodata) });
  expect(plan.chunks.map(({ window }) => window.x)).toEqual([32, 32]);
  expect(plan.skipped.map(({ why }) => why)).toEqual(['empty', 'empty']);
  const plain = await opened(tiff);
  expect((await planSlices(plain, { maxSide: 32 }, { decode: decodeTiles(plain) })).skipped).toEqual([]);
});

test('a single stored pixel keeps its window', async () => {
  const block = (index: number, length: number) => {
    const bytes = new Uint8Array(length);
    if (index === 5) bytes[255] = 1;
    return bytes;
  };
  const raster = await opened({
    width: 64,
    height: 64,
    tileSize: 16,
    block,
    tags: [ascii(TAG.GdalNodata, '0')],
  });
  const plan = await planSlices(raster, { maxSide: 32 }, { decode: decodeTiles(raster) });
  expect(plan.chunks.map(({ window }) => [window.x, window.y])).toEqual([[0, 0]]);
  expect(plan.skipped).toHaveLength(3);
});

test('planning stops when it is told to', async () => {
  const raster = await opened({ width: 64, height: 64, tileSize: 16 });
  await expect(planSlices(raster, {}, { signal: AbortSignal.abort(new Error('closed')) })).rejects.toThrow(
    'closed',
  );
});

test('very many small tiles are weighed in groups', async () => {
  // A raster of 4.4 million tiles, each of 1000 bytes at the same place.
  const raster = await opened({ width: 64, height: 64, tileSize: 16 });
  const level = {
    ...raster.description.levels[0]!,
    width: 33_600,
    height: 33_600,
    columns: 2100,
    rows: 2100,
  };
  const vast: Raster = {
    ...raster,
    files: [{ ...raster.files[0]!, size: 5e9 }],
    directories: raster.directories,
    description: { ...raster.description, width: 33_600, height: 33_600, levels: [level] },
    blockRange: () => Promise.resolve({ offset: 16, length: 1000 }),
  };
  const { chunks } = await planSlices(vast, { targetBytes: 100_000_000 });
  const area = chunks.reduce((sum, { window }) => sum + window.width * window.height, 0);
  expect(area).toBe(33_600 ** 2);
  expect(chunks.length).toBeGreaterThan(44);
  for (const { window, estimatedBytes } of chunks) {
    expect(window.x % 16 === 0 && window.y % 16 === 0).toBe(true);
    expect(estimatedBytes).toBeLessThanOrEqual(100_000_000);
  }
});

test('a damaged header cannot ask for endless work', async () => {
  const raster = await opened({ width: 64, height: 64, tileSize: 16 });
  const grown = (side: number): Raster => {
    const level = {
      ...raster.description.levels[0]!,
      width: side,
      height: side,
      columns: side / 16,
      rows: side / 16,
    };
    const description = { ...raster.description, width: side, height: side, levels: [level] };
    return { ...raster, files: raster.files, directories: raster.directories, description };
  };
  await expect(planSlices(grown(2 ** 20))).rejects.toMatchObject({ kind: 'tiff.slice_too_many_blocks' });
  await expect(planSlices(grown(16 * 255), { maxSide: 1 })).rejects.toMatchObject({
    kind: 'tiff.slice_too_many_chunks',
  });
});
