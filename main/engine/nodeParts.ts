import turbo from '@julusian/jpeg-turbo';
import BetterSqlite3 from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { availableParallelism, platform, setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BlockJob } from '@shared/tiff/types';
import { readWindow } from '@shared/tiff/window';
import { BlockCache } from '@shared/tiff/windowCache';
import { Agents } from '../network';
import { createNodeCodecs, openFile } from '../rasters';
import type { DecodeImage, JpegEncoder, RasterAccess } from './rasterAccess';
import { tileSide } from './remote/tileSource';
import { onnxNetworks } from './networks';
import { builtInModels } from './server';
import { SharedBlocks } from './sharedBlocks';
import type { OpenDatabase } from './store';
import type { TaskTools } from './tasks/execute';
import { decodePng } from './tiles/decodePng';
import { jpegSize } from './tiles/jpegSize';

const { compress, decompress, FORMAT_RGB, FORMAT_RGBA } = turbo;

/** What the engine's entries put into it: the parts that need Node and machine code. */

/** The database's binding is another one where the runtime is older than the package expects. */
export const openDatabase: OpenDatabase = (file) => {
  const nativeBinding = process.env['ORTHODESK_SQLITE_BINDING'];
  return new BetterSqlite3(file, nativeBinding ? { nativeBinding } : {});
};

export const encodeJpeg: JpegEncoder = (rgb, width, height) =>
  compress(Buffer.from(rgb.buffer, rgb.byteOffset, rgb.byteLength), {
    format: FORMAT_RGB,
    width,
    height,
    quality: 85,
  });

/** bytes of decoded blocks that are kept: a part of a processing reads about so much */
const keptBlocks = 24 * 1024 * 1024;

/** Reads rasters from the disk. `ownThread`: the caller is a thread that may block. */
export function nodeRasters(ownThread: boolean): RasterAccess {
  const codecs = createNodeCodecs({ ownThread });
  const blocks = new BlockCache(keptBlocks);
  return {
    open: async (path) => {
      const { raster, close } = await openFile(path);
      const cache = new SharedBlocks(blocks);
      return {
        description: raster.description,
        readWindow: (level, window, signal) => readWindow(raster, codecs, { level, window, signal, cache }),
        close: () => {
          cache.clear();
          return close();
        },
      };
    },
  };
}

const webpJob: BlockJob = {
  coding: {
    compression: 'webp',
    compressionCode: 50001,
    predictor: 1,
    byteOrder: 'little',
    fillOrder: 1,
    interleave: 'pixel',
    samplesPerPixel: 4,
    bitsPerSample: 8,
    sampleType: 'uint8',
    photometric: 'rgb',
    ycbcrSubsampling: [1, 1],
    ycbcrCoefficients: null,
    referenceBlackWhite: null,
    jpegTables: null,
    lercParameters: null,
  },
  width: tileSide,
  height: tileSide,
  expectedBytes: tileSide * tileSide * 4,
};

/** Tells the format by its first bytes, whatever the server calls it. */
export const decodeImage: DecodeImage = async (bytes) => {
  if (bytes[0] === 0x89) return decodePng(bytes);
  if (bytes[0] === 0xff) {
    const size = jpegSize(bytes);
    if (!size || size.width * size.height > 4096 * 4096) throw new Error('no JPEG of a tile');
    const image = await decompress(Buffer.from(bytes), { format: FORMAT_RGBA });
    return {
      width: image.width,
      height: image.height,
      rgba: new Uint8Array(image.data.subarray(0, image.size)),
    };
  }
  const webp = await createNodeCodecs().get('webp')?.(bytes, webpJob);
  if (!webp || webp instanceof Uint8Array) throw new Error('an unknown image format');
  return { width: webp.width, height: webp.height, rgba: webp.samples as Uint8Array };
};

/**
 * Where the networks' weights lie: in the sources, from wherever the program runs. In a package they lie beside the archive,
 * not in it.
 */
function weightsFolder(): string {
  const inSources = join('main', 'engine', 'models', 'weights');
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const candidate = join(folder.replace(/([/\\])app\.asar(?=[/\\]|$)/, '$1app.asar.unpacked'), inSources);
    if (existsSync(candidate) || dirname(folder) === folder) return candidate;
  }
}

/** What a pixel thread works with. */
export function threadTools(): TaskTools {
  const agents = new Agents();
  return {
    rasters: nodeRasters(true),
    encodeJpeg,
    decodeImage,
    models: builtInModels,
    networks: onnxNetworks(weightsFolder(), networkThreads()),
    openDatabase,
    agentsOf: (route) => (url) => agents.agentFor(url, route, false),
  };
}

/** All cores but one, which answers requests; both where there are two. */
function busyCores(): number {
  const cores = availableParallelism();
  return cores > 2 ? cores - 1 : cores;
}

/** Tasks on pixels side by side. */
export function threadCount(): number {
  return busyCores();
}

/**
 * Parts that ask networks side by side. A network holds its thread up: while one part reads and gathers in one thread the other
 * one's network has the cores. More would take more memory than a picture is worth.
 */
export function networkCount(): number {
  return Math.min(2, busyCores());
}

/** Threads that work on one window of a network. */
function networkThreads(): number {
  return Math.max(1, Math.ceil(busyCores() / networkCount()));
}

/** What is done for long stands behind what a person waits for. Where threads have no priority of their own (not on Linux), it is left. */
export function standBehind(): void {
  if (platform() === 'linux') setPriority(5);
}
