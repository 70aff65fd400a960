import { blockJob, decodeBlock } from './codecs';
import { RecentPromises } from './recentPromises';
import { blockSpan } from './sliceBlocks';
import { TAG } from './tags';
import type {
  BlockCoding,
  ByteOrder,
  CodecRegistry,
  DecodedBlock,
  Level,
  PixelWindow,
  Raster,
  SampleArray,
  SampleType,
} from './types';
import type { ComputedPart, WriteBlock } from './write';
import { shorts, type WriteTag } from './writeTags';

/** Decodes a block of a level, as `DecodedBlock` says; null for a sparse one. 64-bit whole numbers must come exact. */
export type DecodeBlock = (level: Level, index: number) => Promise<DecodedBlock | null>;

/** The decoder of a raster's blocks that slices need where blocks cannot be copied. */
export function blockDecoder(raster: Raster, codecs: CodecRegistry): DecodeBlock {
  return async (level, index) => {
    const bytes = await raster.readBlock(level, index);
    return bytes && decodeBlock(bytes, blockJob(level, index), codecs);
  };
}

/** How the samples of an encoded window are stored: uncompressed, so that its size is known before it is read. */
export interface EncodedCoding {
  readonly bitsPerSample: number;
  /** SampleFormat (339) */
  readonly sampleFormat: number;
  /** Samples of one pixel in one strip. */
  readonly channels: number;
  readonly planes: number;
}

/** The stored form of a level's samples once they are decoded: what has no whole type of its own is widened. */
export function encodedCoding(level: Level): EncodedCoding {
  const { coding } = level;
  const isFloat = coding.sampleType.startsWith('float');
  const isOdd = isFloat ? coding.bitsPerSample < 32 : coding.bitsPerSample > 16 && coding.bitsPerSample < 32;
  return {
    bitsPerSample: isOdd ? 32 : coding.bitsPerSample,
    sampleFormat: isFloat ? 3 : coding.sampleType.startsWith('int') ? 2 : 1,
    channels: coding.interleave === 'pixel' ? coding.samplesPerPixel : 1,
    planes: coding.interleave === 'pixel' ? 1 : coding.samplesPerPixel,
  };
}

/** Bytes of one stored row of a window. */
export function encodedRowBytes(level: Level, width: number): number {
  const { bitsPerSample, channels } = encodedCoding(level);
  return Math.ceil((width * channels * bitsPerSample) / 8);
}

const STRIP_BYTES = 256 * 1024;

/** Rows of each strip of an encoded window. */
export function encodedStripRows(level: Level, window: PixelWindow): number {
  return Math.max(1, Math.min(window.height, Math.floor(STRIP_BYTES / encodedRowBytes(level, window.width))));
}

/** The tags that say how an encoded window's samples are stored. YCbCr was decoded to RGB. */
export async function encodedCodingTags(raster: Raster, level: Level, order: ByteOrder): Promise<WriteTag[]> {
  const { bitsPerSample, sampleFormat, planes } = encodedCoding(level);
  const samples = level.coding.samplesPerPixel;
  const stored = (await raster.directories.main.readValues(TAG.PhotometricInterpretation))?.[0] ?? 1;
  return [
    shorts(order, TAG.BitsPerSample, Array<number>(samples).fill(bitsPerSample)),
    shorts(order, TAG.Compression, [1]),
    shorts(order, TAG.PhotometricInterpretation, [level.coding.photometric === 'ycbcr' ? 2 : stored]),
    shorts(order, TAG.PlanarConfiguration, [planes > 1 ? 2 : 1]),
    shorts(order, TAG.SampleFormat, Array<number>(samples).fill(sampleFormat)),
  ];
}

/** A window as uncompressed strips that are decoded when they are read. Memory: two rows of the source's blocks. */
export function encodedStrips(
  raster: Raster,
  level: Level,
  window: PixelWindow,
  order: ByteOrder,
  decode: DecodeBlock,
): WriteBlock[] {
  const coding = encodedCoding(level);
  const reader = new WindowReader(level, window, decode, raster.description.nodata ?? 0);
  const stripRows = encodedStripRows(level, window);
  const bytesPerRow = encodedRowBytes(level, window.width);
  const strips: ComputedPart[] = [];
  for (let plane = 0; plane < coding.planes; plane++) {
    for (let top = 0; top < window.height; top += stripRows) {
      const rows = Math.min(stripRows, window.height - top);
      const compute = async (): Promise<Uint8Array> => {
        const samples = await reader.rows(plane, top, rows);
        return storedBytes(samples, coding, window.width * coding.channels, order);
      };
      strips.push({ length: rows * bytesPerRow, compute });
    }
  }
  return strips;
}

/** Bytes of the fill value, for samples that no block holds. */
export function emptyBytes(raster: Raster, level: Level, order: ByteOrder, bytes: number): Uint8Array {
  const coding = encodedCoding(level);
  const samples = newSamples(level.coding.sampleType, (bytes * 8) / coding.bitsPerSample);
  fillSamples(samples, raster.description.nodata ?? 0);
  return storedBytes(samples, coding, samples.length, order);
}

/** Decoded rows of a window, out of the blocks that it touches. */
export class WindowReader {
  readonly #level: Level;
  readonly #window: PixelWindow;
  readonly #fill: number;
  readonly #blocks: RecentPromises<DecodedBlock | null>;

  constructor(level: Level, window: PixelWindow, decode: DecodeBlock, fill: number) {
    this.#fill = fill;
    this.#level = level;
    this.#window = window;
    const kept = 2 * blockSpan(level, window).columns + 2;
    this.#blocks = new RecentPromises(kept, (index) => decode(level, index));
  }

  /** Samples of `count` rows from the window's row `top`, as wide as the window; pixel-interleaved or of one plane. */
  async rows(plane: number, top: number, count: number): Promise<SampleArray> {
    const { channels } = encodedCoding(this.#level);
    const { width } = this.#window;
    const part: PixelWindow = { ...this.#window, y: this.#window.y + top, height: count };
    const samples = newSamples(this.#level.coding.sampleType, width * count * channels);
    fillSamples(samples, this.#fill);
    const span = blockSpan(this.#level, part);
    const { columns, rows, blockWidth, blockHeight } = this.#level;
    for (let row = span.firstRow; row < span.firstRow + span.rows; row++) {
      for (let column = span.firstColumn; column < span.firstColumn + span.columns; column++) {
        const block = await this.#blocks.get((plane * rows + row) * columns + column);
        if (block) copyBlock(block, column * blockWidth, row * blockHeight, part, channels, samples);
      }
    }
    return samples;
  }
}

/** Copies the pixels that a block at (left, top) shares with a window. */
function copyBlock(
  block: DecodedBlock,
  left: number,
  top: number,
  window: PixelWindow,
  channels: number,
  into: SampleArray,
): void {
  const fromX = Math.max(left, window.x);
  const toX = Math.min(left + block.width, window.x + window.width);
  const fromY = Math.max(top, window.y);
  const toY = Math.min(top + block.height, window.y + window.height);
  for (let y = fromY; y < toY; y++) {
    const source = ((y - top) * block.width + fromX - left) * channels;
    const target = ((y - window.y) * window.width + fromX - window.x) * channels;
    copySamples(block.samples, source, (toX - fromX) * channels, into, target);
  }
}

function copySamples(from: SampleArray, start: number, count: number, into: SampleArray, at: number): void {
  const isBig = into instanceof BigInt64Array || into instanceof BigUint64Array;
  if (isBig && !(from instanceof BigInt64Array || from instanceof BigUint64Array)) {
    for (let index = 0; index < count; index++) into[at + index] = BigInt(from[start + index]!);
    return;
  }
  // Both hold bigints or both hold numbers; the compiler cannot see which.
  (into as Float64Array).set((from as Float64Array).subarray(start, start + count), at);
}

function fillSamples(samples: SampleArray, value: number): void {
  if (value === 0) return;
  if (samples instanceof BigInt64Array || samples instanceof BigUint64Array) samples.fill(BigInt(value));
  else samples.fill(value);
}

function newSamples(type: SampleType, count: number): SampleArray {
  switch (type) {
    case 'int8':
      return new Int8Array(count);
    case 'uint16':
      return new Uint16Array(count);
    case 'int16':
      return new Int16Array(count);
    case 'uint32':
      return new Uint32Array(count);
    case 'int32':
      return new Int32Array(count);
    case 'float16':
    case 'float32':
      return new Float32Array(count);
    case 'float64':
      return new Float64Array(count);
    case 'uint64':
      return new BigUint64Array(count);
    case 'int64':
      return new BigInt64Array(count);
    default:
      return new Uint8Array(count);
  }
}

/** Samples as the file holds them: in its byte order, or packed into rows of whole bytes. */
function storedBytes(
  samples: SampleArray,
  coding: EncodedCoding,
  samplesPerRow: number,
  order: ByteOrder,
): Uint8Array {
  if (coding.bitsPerSample % 8 !== 0)
    return packedBytes(samples as Uint16Array, coding.bitsPerSample, samplesPerRow);
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const size = samples.BYTES_PER_ELEMENT;
  if (size === 1 || order === 'little') return bytes;
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
  return bytes;
}

/** Samples of a number of bits that is no whole type, most significant bit first, each row from a new byte (TIFF 6.0). */
function packedBytes(samples: Uint8Array | Uint16Array, bits: number, perRow: number): Uint8Array {
  const rowBytes = Math.ceil((perRow * bits) / 8);
  const rows = samples.length / perRow;
  const bytes = new Uint8Array(rowBytes * rows);
  for (let row = 0; row < rows; row++) {
    let at = row * rowBytes;
    let held = 0;
    let count = 0;
    for (let index = row * perRow; index < (row + 1) * perRow; index++) {
      held = (held << bits) | (samples[index]! & ((1 << bits) - 1));
      count += bits;
      while (count >= 8) {
        count -= 8;
        bytes[at++] = (held >>> count) & 0xff;
      }
      held &= (1 << count) - 1;
    }
    if (count > 0) bytes[at] = (held << (8 - count)) & 0xff;
  }
  return bytes;
}

/** Complex samples and blocks that only the codec understands cannot be decoded to be encoded anew. */
export function canEncode(coding: BlockCoding): boolean {
  return coding.compression !== 'unknown' && !coding.sampleType.startsWith('complex');
}
