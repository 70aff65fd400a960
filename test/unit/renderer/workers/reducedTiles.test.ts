import { afterAll, describe, expect, test } from 'vitest';
import { createCodecs } from '@shared/tiff/codecs';
import { decodeJpegSample } from '@shared/tiff/codecs/jpeg/scaled';
import type { ReducedDecoder } from '@shared/tiff/codecs/reduced';
import { samplePreview } from '@shared/tiff/tiles/samplePreview';
import type { Raster } from '@shared/tiff/types';
import { readWindow } from '@shared/tiff/window';
import { splitStrips } from '@shared/tiff/windowStrips';
import { cellGrid, cellsIn, cellWindow } from '@shared/tiff/tiles/cellGrid';
import { answerRequest } from '../../../../renderer/workers/decodeJobs';
import { createDecoderPool, type DecoderWorker } from '../../../../renderer/workers/decoderPool';
import {
  createTileLoader,
  type TileLoader,
  type TileLoaderOptions,
} from '../../../../renderer/workers/tileLoader';
import { withoutGdal } from '../../../support/data';
import { gdal, temporaryFolder } from '../../../support/gdal';
import { openInMemory, translate, writeTestImage } from '../../../support/rasterCase';
import { level } from '../samples';

const skip = withoutGdal('reduced pictures of files that GDAL writes');
const folder = temporaryFolder();
const codecs = createCodecs();
const WIDTH = 1300;
const HEIGHT = 1100;

afterAll(() => folder.remove());

function workerHere(): DecoderWorker {
  let answerTo: Parameters<DecoderWorker['onAnswer']>[0] = () => undefined;
  return {
    send: (request, transfer) => {
      const received = structuredClone(request, { transfer });
      void answerRequest(received, codecs).then(({ answer }) => answerTo(answer));
    },
    onAnswer: (listener) => (answerTo = listener),
    onDeath: () => undefined,
    end: () => undefined,
  };
}

interface Opened {
  readonly loader: TileLoader;
  /** Indices of the blocks of the image that were read, in order. */
  readonly reads: number[];
  readonly damage: unknown[];
}

function load(
  raster: Raster,
  spoil: (index: number) => boolean = () => false,
  more: Partial<TileLoaderOptions> = {},
): Opened {
  const split = splitStrips(raster);
  const reads: number[] = [];
  const damage: unknown[] = [];
  const loader = createTileLoader({
    description: raster.description,
    pool: createDecoderPool(workerHere, 2),
    readBlocks: ({ kind, level: at, indices }) => {
      if (kind === 'image') reads.push(...indices);
      const { levels, maskLevels } = split.description;
      const geometry = (kind === 'image' ? levels : maskLevels)[at]!;
      return Promise.all(
        indices.map(async (index) => {
          if (kind === 'image' && spoil(index)) return new Uint8Array(40).fill(0xee);
          const bytes = await split.readBlock(geometry, index);
          return bytes && new Uint8Array(bytes);
        }),
      );
    },
    onDamage: (error) => damage.push(error),
    ...more,
  });
  return { loader, reads, damage };
}

async function stitch(loader: TileLoader, index: number): Promise<Float64Array[]> {
  const { width, height, tileWidth, tileHeight, columns, rows } = loader.levels[index]!;
  const count = loader.channels.length;
  const channels = Array.from({ length: count }, () => new Float64Array(width * height));
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const tile = await loader.load(index, column, row);
      for (let i = 0; i < tileWidth * tileHeight; i++) {
        const x = column * tileWidth + (i % tileWidth);
        const y = row * tileHeight + Math.floor(i / tileWidth);
        if (x < width && y < height) channels.forEach((to, c) => (to[y * width + x] = tile[i * count + c]!));
      }
    }
  }
  return channels;
}

/** Means of the valid pixels, computed from what readWindow gives. */
async function expected(raster: Raster, factor: number): Promise<Float64Array[]> {
  const { bands, valid, width, height } = await readWindow(raster, codecs);
  const across = Math.ceil(width / factor);
  const down = Math.ceil(height / factor);
  const sums = bands.map(() => new Float64Array(across * down));
  const counts = new Float64Array(across * down);
  for (let i = 0; i < width * height; i++) {
    if (valid?.[i] === 0) continue;
    const to = Math.floor(Math.floor(i / width) / factor) * across + Math.floor((i % width) / factor);
    counts[to]! += 1;
    bands.forEach((band, b) => (sums[b]![to]! += Number(band[i])));
  }
  return [
    ...sums.map((sum) => sum.map((value, i) => (counts[i] === 0 ? 0 : value / counts[i]!))),
    counts.map((count) => count / (factor * factor)),
  ];
}

const LAYOUTS: Readonly<Record<string, { type?: 'uint16' | 'float32'; options: string[]; more?: string[] }>> =
  {
    tiles: { options: ['TILED=YES', 'COMPRESS=DEFLATE'] },
    'tiny tiles': { options: ['TILED=YES', 'BLOCKXSIZE=48', 'BLOCKYSIZE=80', 'COMPRESS=LZW'] },
    'tiles of separate bands': { options: ['TILED=YES', 'INTERLEAVE=BAND', 'COMPRESS=ZSTD'] },
    'strips of seven rows': { options: ['COMPRESS=DEFLATE', 'BLOCKYSIZE=7'] },
    'one strip': { options: ['COMPRESS=DEFLATE', `BLOCKYSIZE=${HEIGHT}`] },
    'one uncompressed strip': { options: [`BLOCKYSIZE=${HEIGHT}`] },
    '16 bits with nodata': { type: 'uint16', options: ['TILED=YES'], more: ['-a_nodata', '30000'] },
    'floating point': { type: 'float32', options: ['COMPRESS=LZW', 'BLOCKYSIZE=16'] },
  };

function image(type: 'uint8' | 'uint16' | 'float32' = 'uint8', bands = 2): string {
  return writeTestImage(folder.path('source'), type, { width: WIDTH, height: HEIGHT, bands }).path;
}

describe.skipIf(skip)('reduced levels are means of the valid pixels', () => {
  test.each(Object.entries(LAYOUTS))('of %s', async (_, { type, options, more }) => {
    const path = folder.path('layout.tif');
    translate(image(type), path, options, more);
    const raster = await openInMemory(path);
    const { loader } = load(raster);
    expect(loader.levels.map(({ factor }) => factor)).toEqual([1, 2, 4]);
    for (const [index, factor] of [
      [1, 2],
      [2, 4],
    ] as const) {
      const found = await stitch(loader, index);
      const wanted = await expected(raster, factor);
      const opacity = loader.dtype === 'uint8' ? 255 : 1;
      found.forEach((channel, c) => {
        const scale = c === found.length - 1 ? opacity : 1;
        const tolerance = loader.dtype === 'uint8' ? 1.01 : 1e-3 * (1 + Math.abs(wanted[c]![0]!));
        const off = channel.findIndex((value, i) => Math.abs(value - wanted[c]![i]! * scale) > tolerance);
        expect(off, `channel ${c} of 1/${factor}`).toBe(-1);
      });
    }
  });

  test('of a masked JPEG: the colour under the mask does not show', async () => {
    const nodata = folder.path('nodata.tif');
    translate(image('uint8', 1), nodata, [], ['-a_nodata', '40']);
    const path = folder.path('masked.tif');
    const config = ['--config', 'GDAL_TIFF_INTERNAL_MASK', 'YES'];
    const create = ['-co', 'COMPRESS=JPEG', '-co', 'TILED=YES'];
    gdal('gdal_translate', '-q', '-mask', 'mask', '-a_nodata', 'none', ...create, ...config, nodata, path);
    const raster = await openInMemory(path);
    expect(raster.description.mask).toBe('internal');
    const [grey, opacity] = await stitch(load(raster).loader, 2);
    const [mean, share] = await expected(raster, 4);
    expect(opacity!.findIndex((value, i) => Math.abs(value - share![i]! * 255) > 1.01)).toBe(-1);
    expect(grey!.findIndex((value, i) => Math.abs(value - mean![i]!) > 1.01)).toBe(-1);
  });

  test('each block is read once for all levels', async () => {
    const path = folder.path('once.tif');
    translate(image(), path, ['TILED=YES', 'COMPRESS=DEFLATE']);
    const { loader, reads } = load(await openInMemory(path));
    await stitch(loader, 2);
    await stitch(loader, 1);
    expect(reads.sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, index) => index));
  });

  test('a piece that cannot be decoded leaves a hole and is told', async () => {
    const path = folder.path('damaged.tif');
    translate(image(), path, ['TILED=YES', 'COMPRESS=DEFLATE']);
    const { loader, damage } = load(await openInMemory(path), (index) => index === 0);
    const [, , opacity] = await stitch(loader, 1);
    expect([opacity![0], opacity![130]]).toEqual([0, 255]);
    expect(damage).toMatchObject([{ kind: 'tiff.corrupt_block' }]);
  });

  test('where nothing can be decoded it fails', async () => {
    const path = folder.path('rubbish.tif');
    translate(image(), path, ['TILED=YES', 'COMPRESS=DEFLATE']);
    const { loader } = load(await openInMemory(path), () => true);
    await expect(loader.load(2, 0, 0)).rejects.toMatchObject({ kind: 'tiff.corrupt_block' });
  });

  test('what is given up before its turn is not read', async () => {
    const path = folder.path('aborted.tif');
    translate(image(), path, ['TILED=YES', 'COMPRESS=DEFLATE']);
    const { loader, reads } = load(await openInMemory(path));
    const controller = new AbortController();
    const gone = loader.load(1, 0, 0, controller.signal);
    controller.abort(new Error('out of view'));
    await expect(gone).rejects.toThrow('out of view');
    await loader.load(1, 2, 2);
    expect(reads.every((index) => index >= 20)).toBe(true);
  });
});

describe.skipIf(skip)('the preview', () => {
  function large(options: readonly string[], side = 4200): Promise<Raster> {
    const path = folder.path('large.tif');
    const size = ['-outsize', String(side), String(side), '-r', 'nearest'];
    translate(image('uint8', 1), path, options, size);
    return openInMemory(path);
  }

  test('of small pictures is not needed', async () => {
    const path = folder.path('small.tif');
    translate(image(), path, ['TILED=YES', 'COMPRESS=DEFLATE']);
    expect(load(await openInMemory(path)).loader.preview).toBeNull();
  });

  test.each([
    ['tiles', ['TILED=YES', 'COMPRESS=LZW'], 0.6],
    ['strips', ['COMPRESS=LZW', 'BLOCKYSIZE=8'], 0.6],
  ])('looks at part of the %s and is near the picture', async (_, options, most) => {
    const raster = await large(options);
    const { loader, reads } = load(raster);
    const { preview } = loader;
    const pixels = await preview!.load();
    const { columns, rows } = raster.description.levels[0]!;
    expect(reads.length).toBeLessThan(columns * rows * most);
    expect(pixels.length).toBe(preview!.width * preview!.height * 2);
    expect(preview!.covers.width).toBeGreaterThanOrEqual(4200);
    const mean = (values: Iterable<number>): number => {
      const all = [...values];
      return all.reduce((sum, value) => sum + value, 0) / all.length;
    };
    const grey = mean(pixels.filter((_value, i) => i % 2 === 0 && pixels[i + 1] === 255));
    const [band] = (await readWindow(raster, codecs)).bands;
    expect(Math.abs(grey - mean(band as Uint8Array))).toBeLessThan(6);
  });

  test.each([
    ['tiles', ['TILED=YES', 'COMPRESS=LZW']],
    ['strips', ['COMPRESS=LZW', 'BLOCKYSIZE=8']],
    ['a sparse file', ['TILED=YES', 'COMPRESS=LZW', 'SPARSE_OK=TRUE']],
  ])('is the same where somebody else samples the %s', async (_, options) => {
    const raster = await large(options);
    const { loader } = load(raster);
    expect(await samplePreview(splitStrips(raster), null, codecs)).toEqual(await loader.preview!.load());
  });

  test('of JPEG tiles, of which the upper rows are decoded alone, is near the picture', async () => {
    const raster = await large(['TILED=YES', 'BLOCKXSIZE=512', 'BLOCKYSIZE=512', 'COMPRESS=JPEG'], 8192);
    const decoded: number[] = [];
    const reduced: ReducedDecoder = (bytes, job, denominator) => {
      decoded.push(job.height);
      return decodeJpegSample(bytes, job, denominator);
    };
    const pixels = (await samplePreview(raster, null, { ...codecs, reduced: { jpeg: reduced } }))!;
    expect(new Set(decoded)).toEqual(new Set([128]));
    const whole = await load(raster).loader.preview!.load();
    expect(pixels.length).toBe(whole.length);
    let off = 0;
    pixels.forEach((value, i) => (off += Math.abs(value - whole[i]!)));
    expect(off / pixels.length).toBeLessThan(12);
    expect(pixels.every((value, i) => i % 2 === 0 || value === 255)).toBe(true);
  });

  test('comes from whoever reads it nearer to the file, and else from here', async () => {
    const raster = await large(['TILED=YES', 'COMPRESS=LZW']);
    const elsewhere = new Uint8Array(8);
    const given = load(raster, undefined, { readPreview: () => Promise.resolve(elsewhere) });
    expect(await given.loader.preview!.load()).toBe(elsewhere);
    expect(given.reads).toEqual([]);
    const refused = load(raster, undefined, { readPreview: () => Promise.reject(new Error('gone')) });
    expect(await refused.loader.preview!.load()).toEqual(await load(raster).loader.preview!.load());
  });

  test('reads nothing twice: the samples stay for the sharp picture', async () => {
    const { loader, reads } = load(await large(['TILED=YES', 'COMPRESS=LZW']));
    await loader.preview!.load();
    await stitch(loader, loader.levels.length - 1);
    expect(new Set(reads).size).toBe(reads.length);
  });
});

describe('cells', () => {
  const base = level(5000, 3000);

  test.each([
    ['tiles', base, 16, [256, 256]],
    ['tiny tiles', { ...base, blockWidth: 16, blockHeight: 48 }, 16, [256, 288]],
    ['odd tiles', { ...base, blockWidth: 100, blockHeight: 256 }, 8, [400, 256]],
    ['tiles that no reduction divides', { ...base, blockWidth: 4999, blockHeight: 256 }, 8, [512, 256]],
    ['strips', { ...base, tiled: false, blockWidth: 5000, blockHeight: 7 }, 8, [5000, 56]],
    ['one strip', { ...base, tiled: false, blockWidth: 5000, blockHeight: 3000 }, 8, [5000, 3000]],
  ] as const)('of %s hold whole blocks', (_, geometry, factor, [width, height]) => {
    const grid = cellGrid(geometry, factor);
    expect([grid.cellWidth, grid.cellHeight]).toEqual([width, height]);
    expect(grid.cellWidth % factor).toBe(0);
    expect(grid.cellHeight % factor).toBe(0);
  });

  test('of a window are those that it touches', () => {
    const grid = cellGrid(base, 8);
    expect(cellsIn(grid, { x: 200, y: 0, width: 100, height: 256 })).toEqual([0, 1]);
    expect(cellsIn(grid, { x: 4900, y: 2900, width: 500, height: 500 })).toEqual([20 * 12 - 1]);
    expect(cellWindow(grid, 21)).toEqual({ x: 256, y: 256, width: 256, height: 256 });
  });
});
