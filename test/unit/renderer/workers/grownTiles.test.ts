import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCodecs } from '@shared/tiff/codecs';
import { AppError } from '@shared/errors';
import {
  growingLevels,
  planOverviews,
  TileIndex,
  type GrowingLevels,
  type PlacedTile,
} from '@shared/tiff/overviews';
import { composePyramid } from '@shared/tiff/compose';
import type { Raster } from '@shared/tiff/types';
import { splitStrips } from '@shared/tiff/windowStrips';
import { readRanges } from '../../../../main/rasters/blockReads';
import { answerRequest } from '../../../../renderer/workers/decodeJobs';
import { createDecoderPool, type DecoderWorker } from '../../../../renderer/workers/decoderPool';
import type { GrowingSource } from '../../../../renderer/workers/grownTiles';
import { NotYetMade } from '../../../../renderer/workers/reducedTiles';
import {
  createTileLoader,
  type BlockReader,
  type TileLoader,
  type TileLoaderOptions,
} from '../../../../renderer/workers/tileLoader';
import { buildOverviews } from '../../../support/buildOverviews';
import { withoutGdal } from '../../../support/data';
import { temporaryFolder } from '../../../support/gdal';
import { openInMemory, translate, writeTestImage } from '../../../support/rasterCase';

const skip = withoutGdal('drawing with overviews that are being built');
const folder = temporaryFolder();
const codecs = createCodecs();
/** px a side; the sizes of all levels are whole fractions, so that pixels lie where the raster's means do */
const SIDE = 4096;

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

/** Finished overviews that are given out tile by tile, as if they were being built. */
class Growing implements GrowingSource {
  readonly #index: TileIndex;
  readonly #listeners = new Set<() => void>();
  readonly ready = Promise.resolve();
  isUnderWay = true;
  reads = 0;
  broken = false;

  constructor(
    private readonly raster: Raster,
    private readonly path: string,
    private readonly tiles: readonly PlacedTile[],
  ) {
    this.#index = new TileIndex(planOverviews(raster.description));
  }

  get levels(): GrowingLevels {
    return growingLevels(planOverviews(this.raster.description), this.#index);
  }

  grow(which: (tile: PlacedTile) => boolean): void {
    for (const tile of this.tiles.filter(which)) this.#index.put(tile);
    for (const listener of [...this.#listeners]) listener();
  }

  end(): void {
    this.isUnderWay = false;
    this.grow(() => false);
  }

  async read({ kind, level, indices }: Parameters<GrowingSource['read']>[0]) {
    this.reads += indices.length;
    if (this.broken) throw new AppError('rasters.file_missing', { file: 'image.tif.ovr.part' });
    const ranges = indices.map((index) => this.#index.get(kind, level, index)!);
    const bytes = await readRanges(this.path, ranges);
    return bytes.map((one) => one && new Uint8Array(one));
  }

  onGrown(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

interface Case {
  readonly loader: TileLoader;
  readonly growing: Growing;
  /** Draws the raster alone. */
  readonly plain: TileLoader;
  /** Blocks of the raster that the first loader read. */
  reads(): number;
}

interface Built {
  readonly raster: Raster;
  readonly path: string;
  readonly tiles: readonly PlacedTile[];
}

const built: Record<string, Built> = {};

async function build(name: string, type: 'uint8' | 'uint16', options: string[], more: string[] = []) {
  const path = folder.path(`${name}.tif`);
  const source = writeTestImage(folder.path(`${name}.raw`), type, { width: 512, height: 512, bands: 2 });
  translate(source.path, path, options, ['-outsize', String(SIDE), String(SIDE), '-r', 'bilinear', ...more]);
  const tiles: PlacedTile[] = [];
  await buildOverviews(path, { onTiles: (some) => tiles.push(...some) });
  const raster = await openInMemory(path);
  built[name] = { raster, path: `${path}.ovr`, tiles };
}

beforeAll(async () => {
  if (skip) return;
  const tiled = ['TILED=YES', 'COMPRESS=DEFLATE'];
  await build('tiles', 'uint8', tiled);
  await build('nodata', 'uint16', tiled, ['-a_nodata', '30000']);
  await build('strips', 'uint8', ['COMPRESS=LZW', 'BLOCKYSIZE=64']);
  await build('masked', 'uint8', tiled, ['-mask', '2', '--config', 'GDAL_TIFF_INTERNAL_MASK', 'YES']);
}, 120_000);

function open(name: string, spoilt?: BlockReader, more: Partial<TileLoaderOptions> = {}): Case {
  const { raster, path, tiles } = built[name]!;
  const split = splitStrips(raster);
  let reads = 0;
  const readBlocks: BlockReader = ({ kind, level, indices }) => {
    const { levels, maskLevels } = split.description;
    const geometry = (kind === 'image' ? levels : maskLevels)[level]!;
    return Promise.all(
      indices.map(async (index) => {
        const bytes = await split.readBlock(geometry, index);
        return bytes && new Uint8Array(bytes);
      }),
    );
  };
  const growing = new Growing(raster, path, tiles);
  const make = (read: BlockReader, grows: boolean): TileLoader =>
    createTileLoader({
      description: raster.description,
      pool: createDecoderPool(workerHere, 2),
      readBlocks: read,
      ...(grows ? { growing, ...more } : {}),
    });
  const counted: BlockReader = (request, signal) => {
    reads += request.indices.length;
    return (spoilt ?? readBlocks)(request, signal);
  };
  return { loader: make(counted, true), growing, plain: make(readBlocks, false), reads: () => reads };
}

/** Tiles of a level that lie in the upper left quarter of the raster. */
const upperLeft = ({ level, index }: PlacedTile): boolean => {
  const columns = Math.ceil(SIDE / 2 ** (level + 1) / 512);
  const half = Math.max(1, columns / 2);
  return index % columns < half && Math.floor(index / columns) < half && columns > 1;
};

function largest(a: Uint8Array | Float32Array, b: Uint8Array | Float32Array): number {
  expect(a.length).toBe(b.length);
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}

describe.skipIf(skip)('overviews that are being built', () => {
  test.each([
    ['tiles', 1.01],
    ['strips', 1.01],
    ['nodata', 1.01],
    ['masked', 1.01],
  ])('are drawn where they are there, without a look at the raster: %s', async (name, tolerance) => {
    const { loader, growing, plain, reads } = open(name);
    growing.grow(upperLeft);
    for (const level of [1, 2, 3]) {
      const found = await loader.load(level, 0, 0);
      const wanted = await plain.load(level, 0, 0);
      // Where little of a pixel is to be seen, opacity is rounded.
      const pixels = loader.channels.length;
      let off = 0;
      for (let i = pixels - 1; i < found.length; i += pixels) {
        const seen = wanted[i]! > 0 && found[i]! > 0;
        for (let c = 1; seen && c < pixels; c++) {
          if (Math.abs(found[i - c]! - wanted[i - c]!) > tolerance) off++;
        }
        // A pixel of overviews is whole where any part of it is.
        if (found[i]! > 0 !== wanted[i]! > 0 && level === 1) off++;
      }
      expect(off / (found.length / pixels), `level ${level}`).toBeLessThan(0.01);
    }
    expect(reads()).toBe(0);
    expect(growing.reads).toBeGreaterThan(0);
  });

  test('what is not there yet comes from the raster', async () => {
    const { loader, growing, plain, reads } = open('tiles');
    growing.grow(upperLeft);
    const { columns } = loader.levels[1]!;
    const found = await loader.load(1, columns - 1, 0);
    expect(largest(found, await plain.load(1, columns - 1, 0))).toBe(0);
    expect(reads()).toBeGreaterThan(0);
  });

  test('a tile of which a part is built takes that part from the overviews, the rest from the raster', async () => {
    const { loader, growing, plain, reads } = open('tiles');
    // 1024 rows of the 2048 that the tile covers.
    growing.grow(({ level, index }) => level === 0 && index < 4);
    expect(largest(await loader.load(3, 0, 0), await plain.load(3, 0, 0))).toBeLessThanOrEqual(1);
    // Blocks of the raster are 256 pixels wide and high.
    expect(reads()).toBe(32);
    expect(growing.reads).toBe(2);
  });

  test('a coarser level is made of a finer one that is there', async () => {
    const { loader, growing, plain, reads } = open('tiles');
    growing.grow(({ level }) => level === 0);
    expect(largest(await loader.load(3, 0, 0), await plain.load(3, 0, 0))).toBeLessThanOrEqual(1);
    expect(reads()).toBe(0);
    expect(growing.reads).toBe(4);
  });

  test('a tile that waits for the raster takes the overviews when they are there first', async () => {
    const { loader, growing, plain } = open('tiles', () => new Promise(() => undefined));
    let done = false;
    const tile = loader.load(2, 0, 0).then((pixels) => {
      done = true;
      return pixels;
    });
    growing.grow(({ level, index }) => level === 0 && index === 15);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(done).toBe(false);
    growing.grow(upperLeft);
    expect(largest(await tile, await plain.load(2, 0, 0))).toBeLessThanOrEqual(1);
  });

  describe('a tile of a large part of the raster', () => {
    const patient = { patientFrom: 512 * 1024 };

    test('waits for them, and the raster is not read', async () => {
      const { loader, growing, plain, reads } = open('tiles', undefined, patient);
      const tile = loader.load(2, 0, 0);
      await new Promise((resolve) => setTimeout(resolve, 20));
      growing.grow(upperLeft);
      expect(largest(await tile, await plain.load(2, 0, 0))).toBeLessThanOrEqual(1);
      expect(reads()).toBe(0);
    });

    test('comes from the raster once nobody builds them', async () => {
      const { loader, growing, plain, reads } = open('tiles', undefined, patient);
      const tile = loader.load(2, 0, 0);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(reads()).toBe(0);
      growing.end();
      expect(largest(await tile, await plain.load(2, 0, 0))).toBe(0);
      expect(largest(await loader.load(2, 1, 0), await plain.load(2, 1, 0))).toBe(0);
    });

    test('is given up when it leaves the view', async () => {
      const { loader } = open('tiles', undefined, patient);
      const controller = new AbortController();
      const tile = loader.load(2, 0, 0, controller.signal);
      await new Promise((resolve) => setTimeout(resolve, 20));
      controller.abort(new Error('out of view'));
      await expect(tile).rejects.toThrow('out of view');
    });
  });

  test('overviews that can no longer be read are made up for by the raster', async () => {
    const { loader, growing, plain, reads } = open('tiles');
    growing.grow(() => true);
    growing.broken = true;
    expect(largest(await loader.load(2, 1, 1), await plain.load(2, 1, 1))).toBe(0);
    expect(reads()).toBeGreaterThan(0);
  });

  test('a tile that leaves the view is given up', async () => {
    const { loader, growing } = open('tiles', () => new Promise(() => undefined));
    growing.grow(({ index }) => index === 99);
    const controller = new AbortController();
    const tile = loader.load(1, 0, 0, controller.signal);
    controller.abort(new Error('out of view'));
    await expect(tile).rejects.toThrow('out of view');
  });

  test('a raster that cannot be read says that its overviews will come', async () => {
    const refuse: BlockReader = () => Promise.reject(new AppError('tiff.block_too_large'));
    const { loader, growing, plain } = open('tiles', refuse);
    const error: unknown = await loader.load(1, 0, 0).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NotYetMade);
    growing.grow(upperLeft);
    await (error as NotYetMade).made;
    expect(largest(await loader.load(1, 0, 0), await plain.load(1, 0, 0))).toBeLessThanOrEqual(1);
  });

  test('damage of the raster is told all the same', async () => {
    const { loader } = open('tiles', () => Promise.reject(new AppError('tiff.corrupt_block')));
    await expect(loader.load(1, 0, 0)).rejects.toMatchObject({ kind: 'tiff.corrupt_block' });
  });

  test('what is drawn with when all is built is what their file gives', async () => {
    const { raster, path } = built['tiles']!;
    const whole = composePyramid(raster, await openInMemory(path));
    const { loader, growing } = open('tiles');
    growing.grow(() => true);
    const finished = createTileLoader({
      description: whole.description,
      pool: createDecoderPool(workerHere, 2),
      readBlocks: ({ level, indices }) =>
        Promise.all(
          indices.map(async (index) => {
            const bytes = await whole.readBlock(whole.description.levels[level]!, index);
            return bytes && new Uint8Array(bytes);
          }),
        ),
    });
    const tile = await finished.load(2, 0, 0);
    const { tileWidth } = finished.levels[2]!;
    const piece = await loader.load(2, 1, 1);
    const { tileWidth: side } = loader.levels[2]!;
    const channels = loader.channels.length;
    let off = 0;
    for (let y = 0; y < side; y++) {
      const from = ((y + side) * tileWidth + side) * channels;
      for (let i = 0; i < side * channels; i++) {
        if (tile[from + i] !== piece[y * side * channels + i]) off++;
      }
    }
    expect(off).toBe(0);
  });
});
