import { readFileSync } from 'node:fs';
import { fromArrayBuffer } from 'geotiff';
import { blockJob, decodeBlock, releaseBlock } from '@shared/tiff/codecs';
import { openRaster } from '@shared/tiff/open';
import type { CodecRegistry, Level, Raster } from '@shared/tiff/types';
import { createNodeCodecs } from '../../main/rasters';
import { hasGdal } from '../support/data';
import { memorySource } from '../support/fileSource';
import { gdal, temporaryFolder, writeRawImage } from '../support/gdal';
import type { Bench } from './bench';

/** Tiles of 512 x 512 RGB pixels that one thread decodes in a second. */
export interface DecodingRow {
  readonly codec: string;
  readonly ours: number;
  /** With the native, inexact decoder; for JPEG alone. */
  readonly fast: number | null;
  readonly geotiffJs: number;
  /** ours / geotiffJs */
  readonly ratio: number;
}

const TILE = 512;
const SIDE = 1024;
const CODECS: Readonly<Record<string, readonly string[]>> = {
  'JPEG YCbCr': ['COMPRESS=JPEG', 'PHOTOMETRIC=YCBCR'],
  'JPEG RGB': ['COMPRESS=JPEG', 'PHOTOMETRIC=RGB'],
  Deflate: ['COMPRESS=DEFLATE'],
  'Deflate, predictor 2': ['COMPRESS=DEFLATE', 'PREDICTOR=2'],
  LZW: ['COMPRESS=LZW'],
  'LZW, predictor 2': ['COMPRESS=LZW', 'PREDICTOR=2'],
  ZSTD: ['COMPRESS=ZSTD'],
  'ZSTD, predictor 2': ['COMPRESS=ZSTD', 'PREDICTOR=2'],
};

export const benchDecoding: Bench = async ({ json }) => {
  if (!hasGdal)
    throw new Error('This benchmark writes its files with GDAL. Install gdal-bin and run it again.');
  const rows = await measureDecoding();
  return json ? `${JSON.stringify(rows, null, 2)}\n` : table(rows);
};

/** Tiles of 512 x 512 RGB a second, one thread. */
function table(rows: readonly DecodingRow[]): string {
  const lines = rows.map(
    ({ codec, ours, fast, geotiffJs, ratio }) =>
      `${codec.padEnd(24)}${number(ours)}${fast === null ? ' '.repeat(10) : number(fast)}${number(geotiffJs)}${ratio.toFixed(1).padStart(8)}x`,
  );
  const head = `${'512 x 512 RGB tiles/s'.padEnd(24)}${'ours'.padStart(10)}${'inexact'.padStart(10)}${'geotiff.js'.padStart(10)}`;
  return `${[head, ...lines].join('\n')}\n`;
}

const number = (value: number): string => value.toFixed(0).padStart(10);

/** Measures decoding in Node, codec by codec, against geotiff.js in the same run, on a picture like an orthophoto. */
export async function measureDecoding(): Promise<DecodingRow[]> {
  const folder = temporaryFolder();
  const rows: DecodingRow[] = [];
  try {
    const source = writeScene(folder.path('scene'));
    for (const [codec, options] of Object.entries(CODECS)) {
      const path = folder.path('bench.tif');
      const all = [...options, 'TILED=YES', `BLOCKXSIZE=${TILE}`, `BLOCKYSIZE=${TILE}`];
      gdal('gdal_translate', '-q', ...all.flatMap((option) => ['-co', option]), source, path);
      rows.push(await measureFile(codec, readFileSync(path)));
    }
  } finally {
    folder.remove();
  }
  return rows;
}

async function measureFile(codec: string, file: Buffer): Promise<DecodingRow> {
  const bytes = new Uint8Array(file);
  const raster = await openRaster(memorySource(bytes));
  const jpeg = raster.description.levels[0]?.coding.compression === 'jpeg';
  const [ours, fast, geotiffJs] = await bestOf([
    await ourDecoding(raster, createNodeCodecs({ ownThread: true })),
    jpeg ? await ourDecoding(raster, createNodeCodecs({ ownThread: true, jpeg: 'fast' })) : null,
    await geotiffDecoding(bytes),
  ]);
  const rate = (value: number | null | undefined): number => Math.round(value ?? 0);
  return {
    codec,
    ours: rate(ours),
    fast: fast === null ? null : rate(fast),
    geotiffJs: rate(geotiffJs),
    ratio: Math.round((10 * (ours ?? 0)) / (geotiffJs ?? 1)) / 10,
  };
}

/** Decodes all tiles once. */
type Decoding = () => Promise<unknown>;

const TILES = (SIDE / TILE) ** 2;
const ROUNDS = 6;

/** The best rates, tiles a second; contenders take turns so that a busy moment hits them all. */
async function bestOf(contenders: readonly (Decoding | null)[]): Promise<(number | null)[]> {
  const best: (number | null)[] = contenders.map((contender) => (contender ? 0 : null));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, contender] of contenders.entries()) {
      if (!contender) continue;
      const start = performance.now();
      await contender();
      best[i] = Math.max(best[i] ?? 0, (TILES * 1000) / (performance.now() - start));
    }
  }
  return best;
}

async function ourDecoding(raster: Raster, codecs: CodecRegistry): Promise<Decoding> {
  const level = raster.description.levels[0] as Level;
  const indices = Array.from({ length: TILES }, (_, index) => index);
  const blocks = await Promise.all(indices.map((index) => raster.readBlock(level, index)));
  return async () => {
    for (const index of indices) {
      const stored = blocks[index] as Uint8Array;
      const block = await decodeBlock(stored, blockJob(level, index), codecs);
      // As everywhere in the program where a block is done with.
      releaseBlock(block, stored);
    }
  };
}

async function geotiffDecoding(bytes: Uint8Array<ArrayBuffer>): Promise<Decoding> {
  const image = await (await fromArrayBuffer(bytes.buffer)).getImage();
  return async () => {
    for (let y = 0; y < SIDE; y += TILE) {
      for (let x = 0; x < SIDE; x += TILE) {
        await image.readRasters({ window: [x, y, x + TILE, y + TILE], interleave: true });
      }
    }
  };
}

/** Roofs and fields: flat patches with hard edges, shading and sensor noise. */
function writeScene(path: string): string {
  const samples = new Uint8Array(SIDE * SIDE * 3);
  let state = 7;
  for (let band = 0; band < 3; band++) {
    for (let i = 0; i < SIDE * SIDE; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const x = i % SIDE;
      const y = Math.floor(i / SIDE);
      const patch = ((Math.floor(x / 37) * 31 + Math.floor(y / 29) * 17 + band * 5) % 13) * 14;
      samples[band * SIDE * SIDE + i] = 30 + patch + 20 * Math.sin((x + 2 * y) / 90) + (state >>> 28);
    }
  }
  return writeRawImage(path, { width: SIDE, height: SIDE, bands: 3, type: 'uint8', samples });
}
