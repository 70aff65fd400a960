import turbo from '@julusian/jpeg-turbo';
import BetterSqlite3 from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { availableParallelism, platform, setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BlockJob } from '@shared/tiff/types';
import { readWindow } from '@shared/tiff/window';
import { Agents } from '../network';
import { createNodeCodecs, openFile } from '../rasters';
import type { DecodeImage, JpegEncoder, RasterAccess } from './rasterAccess';
import { tileSide } from './remote/tileSource';
import { onnxNetworks } from './networks';
import { builtInModels } from './server';
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

/** Reads rasters from the disk. `ownThread`: the caller is a thread that may block. */
export function nodeRasters(ownThread: boolean): RasterAccess {
  const codecs = createNodeCodecs({ ownThread });
  return {
    open: async (path) => {
      const { raster, close } = await openFile(path);
      return {
        description: raster.description,
        readWindow: (level, window, signal) => readWindow(raster, codecs, { level, window, signal }),
        close,
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

/** All cores but one, which answers requests. */
export function threadCount(): number {
  return Math.max(1, availableParallelism() - 1);
}

/** Parts that ask networks side by side: one reads and gathers fast enough for the network on several cores. */
export function networkCount(): number {
  return availableParallelism() > 6 ? 2 : 1;
}

/** Threads that work on one window of a network: all cores but one together, or both where there are two. */
function networkThreads(): number {
  const cores = availableParallelism();
  return Math.max(1, Math.floor((cores > 2 ? cores - 1 : cores) / networkCount()));
}

/** What is done for long stands behind what a person waits for. Where threads have no priority of their own (not on Linux), it is left. */
export function standBehind(): void {
  if (platform() === 'linux') setPriority(5);
}
