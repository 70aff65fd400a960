import { AppError } from '../../errors';
import type { BlockJob, DecodedBlock, SampleArray } from '../types';
import { unpackBits } from './bits';
import { NATIVE, aligned, swapped } from './byteOrder';
import { corruptBlock } from './errors';
import { undoFloatingPoint, undoHorizontal } from './predictor';
import { halfsToFloats, triplesToFloats } from './smallFloats';
import { ycbcrToRgb } from './ycbcr';

/** Codecs that libtiff applies a predictor to; elsewhere the tag means nothing. */
const PREDICTED: ReadonlySet<string> = new Set(['lzw', 'deflate', 'zstd', 'lzma']);

/**
 * Turns decompressed bytes into samples: predictor, byte order, packing and YCbCr are undone. May write into `bytes` where
 * a predictor is undone. Throws `tiff.corrupt_block` when they are too few for the image's rows, `tiff.unsupported_samples` or
 * `tiff.unsupported_predictor` when no rule exists for them.
 */
export function toSamples(decoded: Uint8Array, job: BlockJob): DecodedBlock {
  const { coding, width, height } = job;
  const bytes = wholeBlock(decoded, job);
  const channels = channelsOf(job);
  if (coding.photometric === 'ycbcr' && channels === 3 && coding.bitsPerSample === 8) {
    const [across, down] = coding.ycbcrSubsampling;
    if (predictorOf(job) !== 1 && across * down > 1) throw unsupportedPredictor(job);
    const words = wordsOf(bytes, job) as Uint8Array;
    return { width, height, channels, samples: ycbcrToRgb(words, width, height, coding) };
  }
  return { width, height, channels, samples: samplesOf(bytes, job) };
}

/** Some writers end a tile with the image's last row, as GDAL accepts: what is below it reads as 0. */
function wholeBlock(
  bytes: Uint8Array,
  { coding, expectedBytes, neededBytes = expectedBytes }: BlockJob,
): Uint8Array {
  // Code that sees Node's buffers beside plain arrays is twice as slow with both.
  if (bytes.length >= expectedBytes) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < neededBytes) throw corruptBlock(coding, `${bytes.length} of ${expectedBytes} bytes`);
  const whole = new Uint8Array(expectedBytes);
  whole.set(bytes);
  return whole;
}

/** Samples of each pixel in one block. */
export function channelsOf(job: BlockJob): number {
  return job.coding.interleave === 'pixel' ? job.coding.samplesPerPixel : 1;
}

function predictorOf(job: BlockJob): 1 | 2 | 3 {
  return PREDICTED.has(job.coding.compression) ? job.coding.predictor : 1;
}

function samplesOf(bytes: Uint8Array, job: BlockJob): SampleArray {
  const { coding } = job;
  const floating = coding.sampleType.startsWith('float');
  if (floating) return floatsOf(bytes, job);
  if (coding.bitsPerSample % 8 !== 0 || coding.bitsPerSample === 24) return packedOf(bytes, job);
  const words = wordsOf(bytes, job);
  switch (coding.sampleType) {
    case 'int8':
      return new Int8Array(words.buffer, words.byteOffset, words.length);
    case 'int16':
      return new Int16Array(words.buffer, words.byteOffset, words.length);
    case 'int32':
      return new Int32Array(words.buffer, words.byteOffset, words.length);
    case 'int64':
      return new BigInt64Array(words.buffer, words.byteOffset, words.length);
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'uint64':
      return words;
    default:
      throw unsupportedSamples(job);
  }
}

function unsupportedSamples({ coding }: BlockJob): AppError {
  return new AppError('tiff.unsupported_sample_type', {
    type: coding.sampleType,
    bits: coding.bitsPerSample,
  });
}

/** Whole words of 8, 16, 32 or 64 bits in native order, horizontal differencing undone. */
function wordsOf(bytes: Uint8Array, job: BlockJob): Uint8Array | Uint16Array | Uint32Array | BigUint64Array {
  const { coding, width, expectedBytes } = job;
  const bytesPerSample = coding.bitsPerSample / 8;
  if (bytesPerSample !== 1 && bytesPerSample !== 2 && bytesPerSample !== 4 && bytesPerSample !== 8) {
    throw unsupportedSamples(job);
  }
  const predictor = predictorOf(job);
  const words = wordArray(inNativeOrder(bytes, job, bytesPerSample), expectedBytes, bytesPerSample);
  if (predictor === 2) undoHorizontal(words, width * channelsOf(job), channelsOf(job));
  if (predictor === 3) throw unsupportedPredictor(job);
  return words;
}

function inNativeOrder(bytes: Uint8Array, job: BlockJob, width: 1 | 2 | 3 | 4 | 8): Uint8Array {
  const { coding, expectedBytes } = job;
  if (width !== 1 && coding.byteOrder !== NATIVE) return swapped(bytes, expectedBytes, width);
  return width === 1 ? bytes.subarray(0, expectedBytes) : aligned(bytes, expectedBytes);
}

function wordArray(
  bytes: Uint8Array,
  size: number,
  width: 1 | 2 | 4 | 8,
): Uint8Array | Uint16Array | Uint32Array | BigUint64Array {
  const { buffer, byteOffset } = bytes;
  if (width === 1) return bytes;
  if (width === 2) return new Uint16Array(buffer, byteOffset, size / 2);
  if (width === 4) return new Uint32Array(buffer, byteOffset, size / 4);
  return new BigUint64Array(buffer, byteOffset, size / 8);
}

/** Integers that do not fill whole words: 1 to 7, 9 to 15, 17 to 31 bits. */
function packedOf(bytes: Uint8Array, job: BlockJob): SampleArray {
  const { coding, width, height } = job;
  if (predictorOf(job) !== 1) throw unsupportedPredictor(job);
  const rowLength = width * channelsOf(job);
  const bits = coding.bitsPerSample;
  if (bits > 32) throw unsupportedSamples(job);
  const holder = bits <= 8 ? Uint8Array : bits <= 16 ? Uint16Array : Uint32Array;
  const out = new holder(rowLength * height);
  // GDAL writes 24-bit integers in the order opposite to the file's, so this is the only order found in the wild.
  const turned = bits === 24 && coding.byteOrder === 'big';
  unpackBits(turned ? swapped(bytes, job.expectedBytes, 3) : bytes, out, rowLength, bits);
  return out;
}

function floatsOf(bytes: Uint8Array, job: BlockJob): SampleArray {
  const { coding, expectedBytes, width } = job;
  const bytesPerSample = coding.bitsPerSample / 8;
  if (bytesPerSample !== 2 && bytesPerSample !== 3 && bytesPerSample !== 4 && bytesPerSample !== 8) {
    throw unsupportedSamples(job);
  }
  const rowLength = width * channelsOf(job);
  const littleEndian =
    predictorOf(job) === 3
      ? undoFloatingPoint(bytes, expectedBytes, rowLength, channelsOf(job), bytesPerSample)
      : null;
  if (bytesPerSample === 3) {
    if (predictorOf(job) === 2) throw unsupportedPredictor(job);
    const triples =
      littleEndian ?? (coding.byteOrder === 'little' ? bytes : swapped(bytes, expectedBytes, 3));
    return triplesToFloats(triples, expectedBytes / 3);
  }
  const words =
    littleEndian === null
      ? wordsOf(bytes, job)
      : wordArray(
          NATIVE === 'little' ? littleEndian : swapped(littleEndian, expectedBytes, bytesPerSample),
          expectedBytes,
          bytesPerSample,
        );
  if (words instanceof Uint16Array) return halfsToFloats(words);
  return words instanceof Uint32Array
    ? new Float32Array(words.buffer, words.byteOffset, words.length)
    : new Float64Array(words.buffer, words.byteOffset, words.length);
}

function unsupportedPredictor({ coding }: BlockJob): AppError {
  return new AppError('tiff.unsupported_predictor', {
    predictor: coding.predictor,
    type: coding.sampleType,
    bits: coding.bitsPerSample,
  });
}
