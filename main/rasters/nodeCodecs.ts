import zlib, { constants, inflate, inflateSync, type ZlibOptions } from 'node:zlib';
import { promisify } from 'node:util';
import { corruptBlock, createCodecs } from '@shared/tiff/codecs';
import { decodeDeflate } from '@shared/tiff/codecs/deflate';
import { decodeZstd } from '@shared/tiff/codecs/zstd';
import { decodeJpegHalf } from '@shared/tiff/codecs/jpeg/half';
import type { ReducingCodecs } from '@shared/tiff/codecs/reduced';
import type { BlockDecoder, BlockJob } from '@shared/tiff/types';
import { decodeJpegFast } from './fastJpeg';

export interface NodeCodecOptions {
  /**
   * 'fast' decodes JPEG in native code with an approximate DCT: some six times quicker, mostly within 2 levels, further
   * off at high qualities. Good for pictures that are averaged down. Samples are exact when left out.
   */
  readonly jpeg?: 'exact' | 'fast';
  /** True where the caller is a thread of its own: saves the way through Node's thread pool. */
  readonly ownThread?: boolean;
}

/** The codecs of Node: zlib in native code, everything else as everywhere. */
export function createNodeCodecs({
  jpeg = 'exact',
  ownThread = false,
}: NodeCodecOptions = {}): ReducingCodecs {
  const deflate = ownThread ? inflateHere : inflateInPool;
  const zstd = decodeZstdNatively;
  const codecs = createCodecs(jpeg === 'fast' ? { deflate, zstd, jpeg: decodeJpegFast } : { deflate, zstd });
  return { get: (compression) => codecs.get(compression), reduced: { jpeg: decodeJpegHalf } };
}

const inflateAsync = promisify<Uint8Array, ZlibOptions, Buffer>(inflate);

const inflateInPool: BlockDecoder = (bytes, job) =>
  inflateAsync(bytes, optionsFor(job)).catch((error: unknown) => again(error, bytes, job));

const inflateHere: BlockDecoder = async (bytes, job) => {
  try {
    return inflateSync(bytes, optionsFor(job));
  } catch (error) {
    return again(error, bytes, job);
  }
};

/** Since Node 22.15; Electron's may be older. */
const unzstd = (zlib as Partial<typeof zlib>).zstdDecompressSync;

/** In native code where there is some; what that does not like is left to the portable decoder, which tells what is wrong. */
const decodeZstdNatively: BlockDecoder = async (bytes, job) => {
  const { expectedBytes } = job;
  try {
    if (unzstd) return unzstd(bytes, { chunkSize: expectedBytes + 64, maxOutputLength: expectedBytes });
  } catch {
    // Also a last strip that is stored in full: larger than what is expected.
  }
  return decodeZstd(bytes, job);
};

/** One output buffer of the right size, never more; a stream that breaks off gives what it has. */
function optionsFor({ expectedBytes }: BlockJob): ZlibOptions {
  return {
    chunkSize: Math.max(expectedBytes + 64, 64),
    maxOutputLength: Math.max(expectedBytes, 1),
    finishFlush: constants.Z_SYNC_FLUSH,
  };
}

/**
 * A last strip may hold more rows than the image needs, and a damaged stream may be good up to some place: the portable
 * decoder reads as far as it goes and stops at the expected size.
 */
async function again(error: unknown, bytes: Uint8Array, job: BlockJob): Promise<Uint8Array> {
  const out = await decodeDeflate(bytes, job);
  if (out instanceof Uint8Array) return out;
  throw corruptBlock(job.coding, 'not a zlib stream', error);
}
