import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRaster } from '@shared/tiff/open';
import type { CodecRegistry, PixelWindow, Raster, RasterDescription, SampleArray } from '@shared/tiff/types';
import { BlockCache, bestLevel, readWindow } from '@shared/tiff/window';
import { readBandFull } from '@shared/tiff/windowRows';
import { splitLevel, splitStrips } from '@shared/tiff/windowStrips';
import { createNodeCodecs } from '../../../main/rasters/nodeCodecs';
import { withoutGdal } from '../../support/data';
import { fileSiblings, fileSource, memorySource } from '../../support/fileSource';
import { gdal, gdalBands, temporaryFolder } from '../../support/gdal';
import { openInMemory, translate, writeTestImage, type TestImage } from '../../support/rasterCase';

const skip = withoutGdal('windows of files that GDAL writes');
const folder = temporaryFolder();
const codecs = createNodeCodecs();
const WIDTH = 150;
const HEIGHT = 110;

let image: TestImage;

beforeAll(() => {
  if (!skip)
    image = writeTestImage(folder.path('source'), 'uint16', { width: WIDTH, height: HEIGHT, bands: 3 });
});
afterAll(() => folder.remove());

/** Counts what is decoded. */
function counting(): CodecRegistry & { decoded: number } {
  const registry = {
    decoded: 0,
    get: (compression: Parameters<CodecRegistry['get']>[0]) => {
      const decoder = codecs.get(compression);
      return (
        decoder &&
        ((bytes: Uint8Array, job: Parameters<typeof decoder>[1]) => {
          registry.decoded++;
          return decoder(bytes, job);
        })
      );
    },
  };
  return registry;
}

function crop(band: SampleArray, { x, y, width, height }: PixelWindow): number[] {
  const out: number[] = [];
  for (let row = y; row < y + height; row++) {
    for (let column = x; column < x + width; column++) out.push(Number(band[row * WIDTH + column]));
  }
  return out;
}

const LAYOUTS: Readonly<Record<string, readonly string[]>> = {
  'tiles, pixel by pixel': ['TILED=YES', 'BLOCKXSIZE=32', 'BLOCKYSIZE=48', 'COMPRESS=DEFLATE'],
  'tiles, band by band': ['TILED=YES', 'BLOCKXSIZE=64', 'BLOCKYSIZE=16', 'COMPRESS=LZW', 'INTERLEAVE=BAND'],
  'strips, pixel by pixel': ['BLOCKYSIZE=7', 'COMPRESS=ZSTD', 'PREDICTOR=2'],
  'strips, band by band': ['BLOCKYSIZE=11', 'INTERLEAVE=BAND'],
  'one strip': ['BLOCKYSIZE=110', 'COMPRESS=DEFLATE'],
};

describe.skipIf(skip)('any window of any layout', () => {
  test.each(Object.entries(LAYOUTS))('%s', async (_, options) => {
    const path = folder.path('layout.tif');
    translate(image.path, path, options);
    const raster = await openInMemory(path);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -20, max: WIDTH + 10 }),
        fc.integer({ min: -20, max: HEIGHT + 10 }),
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 1, max: 120 }),
        fc.subarray([0, 1, 2], { minLength: 1 }),
        async (x, y, width, height, bands) => {
          const read = await readWindow(raster, codecs, { window: { x, y, width, height }, bands });
          const left = Math.min(Math.max(x, 0), WIDTH);
          const top = Math.min(Math.max(y, 0), HEIGHT);
          const inside = {
            x: left,
            y: top,
            width: Math.max(0, Math.min(x + width, WIDTH) - left),
            height: Math.max(0, Math.min(y + height, HEIGHT) - top),
          };
          expect([read.width, read.height]).toEqual([inside.width, inside.height]);
          expect(read.valid).toBeNull();
          bands.forEach((band, i) =>
            expect(Array.from(read.bands[i] as Uint16Array)).toEqual(crop(image.bands[band]!, inside)),
          );
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe.skipIf(skip)('blocks are decoded once', () => {
  test('when strips are read tile by tile', async () => {
    const path = folder.path('strips.tif');
    translate(image.path, path, ['BLOCKYSIZE=10', 'COMPRESS=DEFLATE']);
    const raster = await openInMemory(path);
    const counter = counting();
    for (let y = 0; y < HEIGHT; y += 50) {
      for (let x = 0; x < WIDTH; x += 50) {
        await readWindow(raster, counter, { window: { x, y, width: 50, height: 50 } });
      }
    }
    expect(counter.decoded).toBe(11);
  });

  test('when several windows ask for them at the same time', async () => {
    const path = folder.path('one.tif');
    translate(image.path, path, ['BLOCKYSIZE=110', 'COMPRESS=DEFLATE']);
    const raster = await openInMemory(path);
    const counter = counting();
    await Promise.all(
      [0, 20, 40].map((y) => readWindow(raster, counter, { window: { x: 0, y, width: 10, height: 10 } })),
    );
    expect(counter.decoded).toBe(1);
  });

  test('when rows are read one after the other, whatever the height of a chunk', async () => {
    for (const options of Object.values(LAYOUTS)) {
      const path = folder.path('rows.tif');
      translate(image.path, path, options);
      const raster = await openInMemory(path);
      const [level] = raster.description.levels;
      const counter = counting();
      const bands: number[][] = [[], [], []];
      for await (const rows of readBandFull(raster, counter, { chunkBytes: 20_000 })) {
        expect(rows.y).toBe(bands[0]!.length / WIDTH);
        rows.bands.forEach((samples, band) => bands[band]!.push(...(samples as Uint16Array)));
      }
      expect(bands).toEqual(image.bands.map((band) => Array.from(band as Uint16Array)));
      expect(counter.decoded).toBe(level!.columns * level!.rows * level!.planes);
    }
  });
});

test('the cache keeps to its size, but always keeps the latest block', async () => {
  const cache = new BlockCache(1000);
  const block = (bytes: number) => () =>
    Promise.resolve({ width: bytes, height: 1, channels: 1, samples: new Uint8Array(bytes) });
  for (let i = 0; i < 20; i++) await cache.get(`${i}`, block(300));
  expect(cache.bytes).toBe(900);
  await cache.get('large', block(5000));
  expect(cache.bytes).toBe(5000);
  await cache.get('small', block(10));
  expect(cache.bytes).toBe(10);
});

test('a block that failed is tried again', async () => {
  const cache = new BlockCache(1000);
  await expect(cache.get('a', () => Promise.reject(new Error('once')))).rejects.toThrow('once');
  await expect(cache.get('a', () => Promise.resolve(null))).resolves.toBeNull();
});

describe.skipIf(skip)('validity equals the mask that GDAL reports', () => {
  async function expectGdalMask(path: string, raster?: Raster): Promise<void> {
    const mask = folder.path('mask.tif');
    gdal('gdal_translate', '-q', '-b', 'mask', path, mask);
    const referee = gdalBands(mask, 'uint8', 1)[0] as Uint8Array;
    const opened = raster ?? (await openInMemory(path));
    const whole = await readWindow(opened, codecs);
    expect(Buffer.compare(whole.valid as Uint8Array, referee)).toBe(0);
    const part = await readWindow(opened, codecs, {
      window: { x: 33, y: 21, width: 40, height: 30 },
      bands: [0],
    });
    expect(Array.from(part.valid as Uint8Array)).toEqual(
      crop(referee, { x: 33, y: 21, width: 40, height: 30 }),
    );
  }

  /** A copy whose upper left corner is 0 in all bands. */
  function withHole(name: string, bands: number, type = 'uint8' as const): string {
    const source = writeTestImage(folder.path(name), type, { width: WIDTH, height: HEIGHT, bands });
    const bytes = readFileSync(folder.path(name));
    for (let band = 0; band < bands; band++) {
      for (let y = 0; y < HEIGHT; y++) {
        for (let x = 0; x < WIDTH; x++) {
          const at = band * WIDTH * HEIGHT + y * WIDTH + x;
          if (x + y < 90) bytes[at] = 0;
          else if (bytes[at] === 0) bytes[at] = 1;
        }
      }
    }
    writeRaw(folder.path(name), bytes);
    return source.path;
  }

  test('for nodata', async () => {
    const path = folder.path('nodata.tif');
    translate(withHole('hole1', 1), path, ['COMPRESS=DEFLATE'], ['-a_nodata', '0']);
    await expectGdalMask(path);
  });

  test('for alpha', async () => {
    const alpha = folder.path('alpha.tif');
    translate(withHole('hole4', 4), alpha, [
      'TILED=YES',
      'BLOCKXSIZE=32',
      'BLOCKYSIZE=32',
      'ALPHA=YES',
      'PHOTOMETRIC=RGB',
    ]);
    const read = await readWindow(await openInMemory(alpha), codecs);
    const band = gdalBands(alpha, 'uint8', 4)[3] as Uint8Array;
    expect(Array.from(read.valid as Uint8Array)).toEqual(
      Array.from(band, (value) => (value === 0 ? 0 : 255)),
    );
  });

  test('for an internal mask, whose tiles are others than the image’s', async () => {
    const nodata = folder.path('for-mask.tif');
    const path = folder.path('internal.tif');
    translate(withHole('hole3', 1), nodata, [], ['-a_nodata', '0']);
    gdal(
      'gdal_translate',
      '-q',
      '-mask',
      'mask',
      '-a_nodata',
      'none',
      '-co',
      'TILED=YES',
      '-co',
      'BLOCKXSIZE=64',
      '-co',
      'BLOCKYSIZE=32',
      '-co',
      'COMPRESS=DEFLATE',
      '--config',
      'GDAL_TIFF_INTERNAL_MASK',
      'YES',
      nodata,
      path,
    );
    const raster = await openInMemory(path);
    expect(raster.description.mask).toBe('internal');
    await expectGdalMask(path, raster);
  });

  test('for an external mask', async () => {
    const nodata = folder.path('for-mask.tif');
    const path = folder.path('external.tif');
    gdal(
      'gdal_translate',
      '-q',
      '-mask',
      'mask',
      '-a_nodata',
      'none',
      '--config',
      'GDAL_TIFF_INTERNAL_MASK',
      'NO',
      nodata,
      path,
    );
    const source = await fileSource(path);
    const siblings = fileSiblings(path);
    const raster = await openRaster(source, siblings.open);
    expect(raster.description.mask).toBe('external');
    await expectGdalMask(path, raster);
    await source.close();
    await siblings.close();
  });
});

/** Replaces a raw image's samples. */
function writeRaw(path: string, bytes: Uint8Array): void {
  writeFileSync(path, bytes);
}

test.skipIf(skip)('a pixel of one band is nodata by itself, of several only when all are', async () => {
  const path = folder.path('nodata3.tif');
  translate(image.path, path, [], ['-a_nodata', String(image.bands[0]![5])]);
  const raster = await openInMemory(path);
  const window = { x: 5, y: 0, width: 1, height: 1 };
  expect((await readWindow(raster, codecs, { window, bands: [0] })).valid).toEqual(Uint8Array.of(0));
  expect((await readWindow(raster, codecs, { window })).valid).toEqual(Uint8Array.of(255));
});

test.skipIf(skip)('sparse blocks are nodata and invalid', async () => {
  const path = folder.path('sparse.tif');
  const options = [
    '-q',
    '-co',
    'SPARSE_OK=TRUE',
    '-co',
    'TILED=YES',
    '-co',
    'BLOCKXSIZE=64',
    '-co',
    'BLOCKYSIZE=64',
  ];
  gdal(
    'gdal_create',
    ...options,
    '-of',
    'GTiff',
    '-outsize',
    '200',
    '150',
    '-bands',
    '2',
    '-ot',
    'Int16',
    '-a_nodata',
    '-7',
    path,
  );
  const read = await readWindow(await openInMemory(path), codecs);
  expect(read.bands.map((band) => new Set(band as Int16Array))).toEqual([new Set([-7]), new Set([-7])]);
  expect(new Set(read.valid)).toEqual(new Set([0]));
  gdal(
    'gdal_create',
    ...options,
    '-of',
    'GTiff',
    '-outsize',
    '100',
    '100',
    '-bands',
    '1',
    '-ot',
    'Byte',
    path,
  );
  const plain = await readWindow(await openInMemory(path), codecs);
  expect([new Set(plain.bands[0] as Uint8Array), new Set(plain.valid)]).toEqual([new Set([0]), new Set([0])]);
});

describe.skipIf(skip)('a huge uncompressed strip', () => {
  const wide = { width: 2500, height: 500, bands: 3 };

  test.each(['PIXEL', 'BAND'])('is read in part, interleaved by %s', async (interleave) => {
    const big = writeTestImage(folder.path('big'), 'uint8', wide);
    const path = folder.path('big.tif');
    translate(big.path, path, ['BLOCKYSIZE=500', `INTERLEAVE=${interleave}`]);
    const source = await fileSource(path);
    const raster = await openRaster(source);
    expect(raster.description.levels[0]).toMatchObject({ rows: 1, blockHeight: 500 });
    const before = source.counts.bytes;
    const read = await readWindow(raster, codecs, { window: { x: 1000, y: 300, width: 20, height: 10 } });
    expect(source.counts.bytes - before).toBeLessThan(3_200_000);
    read.bands.forEach((samples, band) => {
      const row = big.bands[band]!.subarray(305 * 2500 + 1000, 305 * 2500 + 1020);
      expect(samples.subarray(100, 120)).toEqual(row);
    });
    await source.close();
  });

  test('seen in parts has the same bytes', async () => {
    const path = folder.path('parts.tif');
    const tall = writeTestImage(folder.path('tall'), 'uint8', { width: 2100, height: 1200, bands: 1 });
    translate(tall.path, path, ['BLOCKYSIZE=600']);
    const raster = await openRaster(memorySource(readFileSync(path)));
    const split = splitStrips(raster);
    const [whole] = raster.description.levels;
    const [parts] = split.description.levels;
    expect(parts!.blockHeight).toBe(300);
    const pieces = await Promise.all([0, 1, 2, 3].map((index) => split.readBlock(parts!, index)));
    const strips = await Promise.all([0, 1].map((index) => raster.readBlock(whole!, index)));
    expect(Buffer.compare(Buffer.concat(pieces as Uint8Array[]), Buffer.concat(strips as Uint8Array[]))).toBe(
      0,
    );
    expect(splitLevel(parts!)).toBe(parts);
  });
});

test.skipIf(skip)('64-bit integers come as numbers, or exact when asked', async () => {
  const big = writeTestImage(folder.path('int64'), 'int64', { width: 20, height: 10, bands: 1 });
  const path = folder.path('int64.tif');
  translate(big.path, path, []);
  const raster = await openInMemory(path);
  expect((await readWindow(raster, codecs, { exact64: true })).bands[0]).toEqual(big.bands[0]);
  expect((await readWindow(raster, codecs)).bands[0]).toEqual(
    Float64Array.from(big.bands[0] as BigInt64Array, Number),
  );
});

test.skipIf(skip)('an abort ends the reading with its reason', async () => {
  const path = folder.path('abort.tif');
  translate(image.path, path, ['TILED=YES', 'BLOCKXSIZE=16', 'BLOCKYSIZE=16', 'COMPRESS=DEFLATE']);
  const raster = await openInMemory(path);
  const controller = new AbortController();
  const counter = counting();
  const original = counter.get.bind(counter);
  counter.get = (compression) => {
    controller.abort(new Error('no longer wanted'));
    return original(compression);
  };
  await expect(readWindow(raster, counter, { signal: controller.signal })).rejects.toThrow(
    'no longer wanted',
  );
  expect(counter.decoded).toBeLessThan(20);
});

test.skipIf(skip)('a band that does not exist is named', async () => {
  const path = folder.path('bands.tif');
  translate(image.path, path, []);
  const reading = readWindow(await openInMemory(path), codecs, { bands: [3] });
  await expect(reading).rejects.toMatchObject({ kind: 'tiff.no_such_band', params: { band: 4 } });
});

test('the best level is the coarsest that is fine enough', () => {
  const sizes = [
    [1001, 701],
    [501, 351],
    [251, 176],
  ] as const;
  const levels = sizes.map(([width, height]) => ({ width, height }));
  const description = { width: 1001, height: 701, levels } as unknown as RasterDescription;
  const picked = [0.5, 1, 1.9, 2, 3, 4, 100].map((scale) => bestLevel(description, scale));
  expect(picked).toEqual([0, 0, 0, 1, 1, 2, 2]);
});
