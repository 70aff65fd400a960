import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRaster } from '@shared/tiff/open';
import { toRgba } from '@shared/tiff/rgba';
import type { Raster, RasterDescription } from '@shared/tiff/types';
import { readWindow } from '@shared/tiff/window';
import { splitStrips } from '@shared/tiff/windowStrips';
import { createCodecs } from '@shared/tiff/codecs';
import { answerRequest, type WorkerRequest } from '../../../../renderer/workers/decodeJobs';
import {
  createDecoderPool,
  type DecoderPool,
  type DecoderWorker,
} from '../../../../renderer/workers/decoderPool';
import { createTileLoader, type BlockReader, type TileLoader } from '../../../../renderer/workers/tileLoader';
import { withoutGdal } from '../../../support/data';
import { memorySource } from '../../../support/fileSource';
import { gdal, temporaryFolder } from '../../../support/gdal';
import { openInMemory, translate, writeTestImage } from '../../../support/rasterCase';

const skip = withoutGdal('tiles of files that GDAL writes');
const folder = temporaryFolder();
const codecs = createCodecs();
const WIDTH = 620;
const HEIGHT = 440;

afterAll(() => folder.remove());

/** A worker of the pool, in this thread. Messages are cloned as they are between threads. */
function workerHere(requests: WorkerRequest[] = []): DecoderWorker {
  let answerTo: Parameters<DecoderWorker['onAnswer']>[0] = () => undefined;
  return {
    send(request, transfer) {
      requests.push(request);
      const received = structuredClone(request, { transfer });
      void answerRequest(received, codecs).then(({ answer, transfer: back }) =>
        answerTo(structuredClone(answer, { transfer: back as ArrayBuffer[] })),
      );
    },
    onAnswer: (listener) => (answerTo = listener),
    onDeath: () => undefined,
    end: () => undefined,
  };
}

interface Opened {
  readonly raster: Raster;
  readonly loader: TileLoader;
  readonly pool: DecoderPool;
  readonly requests: WorkerRequest[];
  readonly reads: { readonly kind: string; readonly indices: readonly number[] }[];
}

function load(
  raster: Raster,
  more: { bands?: readonly number[]; onDamage?: (error: unknown) => void } = {},
): Opened {
  const split = splitStrips(raster);
  const requests: WorkerRequest[] = [];
  const reads: Opened['reads'] = [];
  const pool = createDecoderPool(() => workerHere(requests), 2);
  const readBlocks: BlockReader = ({ kind, level, indices }) => {
    reads.push({ kind, indices });
    const { levels, maskLevels } = split.description;
    const geometry = (kind === 'image' ? levels : maskLevels)[level]!;
    return Promise.all(
      indices.map(async (index) => {
        const bytes = await split.readBlock(geometry, index);
        return bytes && new Uint8Array(bytes);
      }),
    );
  };
  const loader = createTileLoader({ description: raster.description, readBlocks, pool, ...more });
  return { raster, loader, pool, requests, reads };
}

interface Stitched {
  readonly width: number;
  readonly height: number;
  /** One array a channel. */
  readonly channels: readonly number[][];
}

/** All tiles of a level put together. Checks that nothing is shown outside the level. */
async function stitch(loader: TileLoader, index: number): Promise<Stitched> {
  const level = loader.levels[index]!;
  const { width, height, tileWidth, tileHeight } = level;
  const count = loader.channels.length;
  const channels = Array.from({ length: count }, () => Array<number>(width * height).fill(-1));
  const places = Array.from({ length: level.columns * level.rows }, (_, i) => [
    i % level.columns,
    Math.floor(i / level.columns),
  ]);
  await Promise.all(
    places.map(async ([column, row]) => {
      const tile = await loader.load(index, column!, row!);
      expect(tile.length).toBe(tileWidth * tileHeight * count);
      for (let i = 0; i < tileWidth * tileHeight; i++) {
        const x = column! * tileWidth + (i % tileWidth);
        const y = row! * tileHeight + Math.floor(i / tileWidth);
        for (let c = 0; c < count; c++) {
          const value = tile[i * count + c]!;
          if (x < width && y < height) channels[c]![y * width + x] = value;
          else if (value !== 0) throw new Error(`something at ${x}, ${y}`);
        }
      }
    }),
  );
  return { width, height, channels };
}

/** Compares a level's tiles with what readWindow gives, whose values are checked against GDAL elsewhere. */
async function expectSameAsWindow({ raster, loader }: Opened, index = 0): Promise<void> {
  const { channels, width, height } = await stitch(loader, index);
  const read = await readWindow(raster, codecs, { level: index });
  const opacity = channels.at(-1)!;
  const scale = loader.dtype === 'uint8' ? 255 : 1;
  const { alphaBand } = raster.description;
  const alpha = alphaBand === null ? null : read.bands[alphaBand]!;
  let wrong = 0;
  for (let i = 0; i < width * height; i++) {
    const valid = read.valid?.[i] !== 0;
    const expected = !valid ? 0 : alpha && raster.description.mask === 'alpha' ? Number(alpha[i]) / 255 : 1;
    if (Math.abs(opacity[i]! - expected * scale) > 1e-6) wrong++;
    loader.channels.forEach((channel, c) => {
      if (channel.kind === 'band' && channels[c]![i] !== (valid ? read.bands[channel.band]![i] : 0)) wrong++;
    });
  }
  expect(wrong).toBe(0);
}

interface Layout {
  readonly type?: 'uint8' | 'uint16' | 'int16' | 'float32';
  readonly bands: number;
  readonly options: readonly string[];
  readonly more?: readonly string[];
}

const LAYOUTS: Readonly<Record<string, Layout>> = {
  'tiles fit to be shown': { bands: 3, options: ['TILED=YES', 'COMPRESS=DEFLATE'] },
  'tiles of separate bands': { bands: 3, options: ['TILED=YES', 'INTERLEAVE=BAND', 'COMPRESS=LZW'] },
  'tiny tiles': { bands: 1, options: ['TILED=YES', 'BLOCKXSIZE=32', 'BLOCKYSIZE=32', 'COMPRESS=ZSTD'] },
  'narrow tiles': { bands: 1, options: ['TILED=YES', 'BLOCKXSIZE=512', 'BLOCKYSIZE=16', 'COMPRESS=LZW'] },
  'strips of a few rows': { bands: 3, options: ['COMPRESS=DEFLATE', 'BLOCKYSIZE=9'] },
  'one strip': { bands: 3, options: ['COMPRESS=DEFLATE', `BLOCKYSIZE=${HEIGHT}`] },
  'one uncompressed strip': { bands: 4, options: [`BLOCKYSIZE=${HEIGHT}`] },
  'bytes with nodata': { bands: 1, options: ['TILED=YES'], more: ['-a_nodata', '40'] },
  'bytes with nodata in each band': {
    bands: 3,
    options: ['COMPRESS=ZSTD'],
    more: [
      '-a_nodata',
      '0',
      '-scale_1',
      '0',
      '255',
      '-200',
      '255',
      '-scale_2',
      '0',
      '255',
      '-200',
      '255',
      '-scale_3',
      '0',
      '255',
      '-200',
      '255',
    ],
  },
  'bytes with a nodata that no byte can be': { bands: 3, options: ['TILED=YES'], more: ['-a_nodata', '-1'] },
  '16 bits with nodata': {
    type: 'uint16',
    bands: 3,
    options: ['TILED=YES', 'COMPRESS=DEFLATE'],
    more: ['-a_nodata', '30000'],
  },
  'signed numbers': { type: 'int16', bands: 1, options: ['COMPRESS=LZW'], more: ['-a_nodata', '0'] },
  'floating point': { type: 'float32', bands: 2, options: ['TILED=YES', 'BLOCKXSIZE=128', 'BLOCKYSIZE=128'] },
  alpha: { bands: 4, options: ['TILED=YES', 'ALPHA=YES', 'PHOTOMETRIC=RGB'] },
};

describe.skipIf(skip)('tiles hold what the raster holds', () => {
  test.each(Object.entries(LAYOUTS))('%s', async (name, { type = 'uint8', bands, options, more }) => {
    const source = writeTestImage(folder.path('source'), type, { width: WIDTH, height: HEIGHT, bands });
    const path = folder.path('layout.tif');
    translate(source.path, path, options, more);
    const opened = load(await openInMemory(path));
    expect(opened.loader.dtype).toBe(type === 'uint8' ? 'uint8' : 'float32');
    expect(opened.loader.channels).toHaveLength(name === 'alpha' ? 4 : bands + 1);
    await expectSameAsWindow(opened);
  });

  test('overviews, each in its own tiles', async () => {
    const path = folder.path('overviews.tif');
    const source = writeTestImage(folder.path('source'), 'uint8', { width: WIDTH, height: HEIGHT, bands: 3 });
    translate(source.path, path, ['COMPRESS=DEFLATE']);
    gdal('gdaladdo', '-q', '--config', 'GDAL_TIFF_OVR_BLOCKSIZE', '128', path, '2', '4');
    const opened = load(await openInMemory(path));
    expect(opened.loader.levels).toMatchObject([
      { width: 620, tileWidth: 512, columns: 2, rows: 1, scaleX: 1 },
      { width: 310, tileWidth: 128, columns: 3, rows: 2, scaleX: 2 },
      { width: 155, tileWidth: 128, columns: 2, rows: 1, scaleX: 4 },
    ]);
    for (const index of [0, 1, 2]) await expectSameAsWindow(opened, index);
  });

  test.each([
    ['aligned', ['-co', 'TILED=YES']],
    ['in strips', []],
  ])('an internal mask %s with the tiles', async (_, options) => {
    const source = writeTestImage(folder.path('source'), 'uint8', { width: WIDTH, height: HEIGHT, bands: 1 });
    const nodata = folder.path('nodata.tif');
    translate(source.path, nodata, [], ['-a_nodata', '40']);
    const path = folder.path('masked.tif');
    const config = ['--config', 'GDAL_TIFF_INTERNAL_MASK', 'YES'];
    gdal(
      'gdal_translate',
      '-q',
      '-mask',
      'mask',
      '-a_nodata',
      'none',
      '-co',
      'COMPRESS=JPEG',
      ...options,
      ...config,
      nodata,
      path,
    );
    const opened = load(await openInMemory(path));
    expect(opened.raster.description.mask).toBe('internal');
    await expectSameAsWindow(opened);
  });

  test('of interleaved bytes the chosen bands, in their order', async () => {
    const source = writeTestImage(folder.path('source'), 'uint8', { width: 300, height: 200, bands: 5 });
    const path = folder.path('bytes.tif');
    translate(source.path, path, ['TILED=YES', 'COMPRESS=DEFLATE']);
    await expectSameAsWindow(load(await openInMemory(path), { bands: [4, 1] }));
  });

  test('chosen bands only', async () => {
    const source = writeTestImage(folder.path('source'), 'uint16', { width: 300, height: 200, bands: 5 });
    const path = folder.path('five.tif');
    translate(source.path, path, ['TILED=YES', 'INTERLEAVE=BAND']);
    const opened = load(await openInMemory(path), { bands: [4, 1] });
    expect(opened.loader.channels).toEqual([
      { kind: 'band', band: 4 },
      { kind: 'band', band: 1 },
      { kind: 'opacity' },
    ]);
    await expectSameAsWindow(opened);
    expect(opened.reads.flatMap(({ indices }) => indices).every((index) => index < 4 || index >= 8)).toBe(
      true,
    );
  });
});

describe('colours are those that are meant', () => {
  /** A raster of one uncompressed strip, described by hand. */
  function madeOf(
    bytes: Uint8Array,
    width: number,
    changes: (description: RasterDescription) => object,
  ): Promise<Raster> {
    return openRaster(memorySource(greyTiff(bytes, width))).then((raster) => ({
      ...raster,
      blockRange: (level, index) => raster.blockRange(level, index),
      readBlock: (level, index) => raster.readBlock(raster.description.levels[0] ?? level, index),
      description: { ...raster.description, ...changes(raster.description) },
    }));
  }

  test('of a palette, with its transparency and its nodata', async () => {
    const raster = await madeOf(Uint8Array.of(0, 1, 2, 1), 4, () => ({
      palette: [
        [10, 20, 30, 255],
        [40, 50, 60, 255],
        [70, 80, 90, 255],
      ],
      nodata: 2,
      mask: 'nodata',
    }));
    const { loader } = load(raster);
    expect(
      loader.channels.map((channel) => (channel.kind === 'palette' ? channel.colour : channel.kind)),
    ).toEqual(['red', 'green', 'blue', 'opacity']);
    const tile = await loader.load(0, 0, 0);
    expect([...tile.slice(0, 16)]).toEqual([10, 20, 30, 255, 40, 50, 60, 255, 0, 0, 0, 0, 40, 50, 60, 255]);
  });

  test('of inverted greys', async () => {
    const raster = await madeOf(Uint8Array.of(0, 255, 100), 3, ({ levels }) => ({
      levels: levels.map((level) => ({
        ...level,
        coding: { ...level.coding, photometric: 'white_is_zero' },
      })),
    }));
    const tile = await load(raster).loader.load(0, 0, 0);
    expect([...tile.slice(0, 6)]).toEqual([255, 255, 0, 255, 155, 255]);
  });

  test('and agree with the picture that is made without a map', async () => {
    const raster = await madeOf(Uint8Array.of(3, 9, 200, 77), 2, () => ({ nodata: 9, mask: 'nodata' }));
    const tile = await load(raster).loader.load(0, 0, 0);
    const picture = toRgba(await readWindow(raster, codecs), raster.description);
    const width = load(raster).loader.levels[0]!.tileWidth;
    [0, 1, 2, 3].forEach((i) => {
      const at = ((i >> 1) * width + (i & 1)) * 2;
      expect([tile[at], tile[at + 1]]).toEqual([picture[i * 4], picture[i * 4 + 3]]);
    });
  });
});

/** The smallest grey TIFF. */
function greyTiff(bytes: Uint8Array, width: number): Buffer {
  const height = bytes.length / width;
  const entries = [
    [256, width],
    [257, height],
    [258, 8],
    [259, 1],
    [262, 1],
    [273, 8 + 2 + 9 * 12 + 4],
    [277, 1],
    [278, height],
    [279, bytes.length],
  ] as const;
  const head = Buffer.alloc(8 + 2 + entries.length * 12 + 4);
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, value], i) => {
    head.writeUInt16LE(tag, 10 + i * 12);
    head.writeUInt16LE(4, 12 + i * 12);
    head.writeUInt32LE(1, 14 + i * 12);
    head.writeUInt32LE(value, 18 + i * 12);
  });
  return Buffer.concat([head, bytes]);
}

describe.skipIf(skip)('work is done once', () => {
  let strips: string;

  beforeAll(() => {
    const source = writeTestImage(folder.path('source'), 'uint8', { width: 1500, height: 600, bands: 1 });
    strips = folder.path('wide.tif');
    translate(source.path, strips, ['COMPRESS=DEFLATE', 'BLOCKYSIZE=10']);
  });

  const decodedBlocks = ({ requests }: Opened): number =>
    requests.reduce((sum, request) => sum + (request.kind === 'blocks' ? request.tasks.length : 1), 0);

  test('each strip is decoded once for all tiles across, and read in few calls', async () => {
    const opened = load(await openInMemory(strips));
    await expectSameAsWindow(opened);
    expect(decodedBlocks(opened)).toBe(60);
    expect(opened.reads.length).toBeLessThanOrEqual(3);
  });

  test('a tile that was loaded is there at once', async () => {
    const opened = load(await openInMemory(strips));
    const first = await opened.loader.load(0, 1, 0);
    const reads = opened.reads.length;
    expect(await opened.loader.load(0, 1, 0)).toBe(first);
    expect(opened.reads.length).toBe(reads);
    opened.loader.dispose();
    expect(await opened.loader.load(0, 1, 0)).not.toBe(first);
  });

  test('what is aborted before its turn is neither read nor decoded', async () => {
    const opened = load(await openInMemory(strips));
    const controller = new AbortController();
    const gone = opened.loader.load(0, 0, 0, controller.signal);
    const kept = opened.loader.load(0, 0, 1);
    controller.abort(new Error('out of view'));
    await expect(gone).rejects.toThrow('out of view');
    await kept;
    expect(Math.min(...opened.reads.flatMap(({ indices }) => indices))).toBe(51);
  });

  test('an abort by one does not take it from another', async () => {
    const opened = load(await openInMemory(strips));
    const controller = new AbortController();
    const gone = opened.loader.load(0, 0, 0, controller.signal);
    const kept = opened.loader.load(0, 1, 0);
    controller.abort(new Error('out of view'));
    await expect(gone).rejects.toThrow('out of view');
    expect((await kept)[1]).toBe(255);
    expect(decodedBlocks(opened)).toBe(52);
  });
});

describe.skipIf(skip)('damage', () => {
  test('of a strip leaves the others, and is told', async () => {
    const source = writeTestImage(folder.path('source'), 'uint8', { width: 200, height: 100, bands: 1 });
    const path = folder.path('damaged.tif');
    translate(source.path, path, ['COMPRESS=DEFLATE', 'BLOCKYSIZE=20']);
    const sound = await openInMemory(path);
    const { offset } = await sound.blockRange(sound.description.levels[0]!, 2);
    const bytes = readFileSync(path);
    bytes.fill(0xff, offset, offset + 30);
    writeFileSync(path, bytes);
    const told: unknown[] = [];
    const { loader } = load(await openInMemory(path), { onDamage: (error) => told.push(error) });
    const tile = await loader.load(0, 0, 0);
    const opacityOf = (row: number): number => tile[(row * loader.levels[0]!.tileWidth + 5) * 2 + 1]!;
    expect([0, 39, 40, 59, 60, 99].map(opacityOf)).toEqual([255, 255, 0, 0, 255, 255]);
    expect(told).toMatchObject([{ kind: 'tiff.corrupt_block' }]);
  });

  test('of all there is, is an error', async () => {
    const source = writeTestImage(folder.path('source'), 'uint8', { width: 300, height: 300, bands: 1 });
    const path = folder.path('rubbish.tif');
    translate(source.path, path, ['COMPRESS=LZW', 'TILED=YES']);
    const raster = await openInMemory(path);
    const { loader } = load({
      ...raster,
      blockRange: (level, index) => raster.blockRange(level, index),
      readBlock: () => Promise.resolve(new Uint8Array(50).fill(0xee)),
    });
    await expect(loader.load(0, 0, 0)).rejects.toMatchObject({ kind: 'tiff.corrupt_block' });
  });
});
