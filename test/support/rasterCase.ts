import { readFileSync } from 'node:fs';
import { openRaster } from '@shared/tiff/open';
import type {
  BlockCoding,
  BlockJob,
  CodecRegistry,
  Raster,
  SampleArray,
  SampleType,
  WindowPixels,
} from '@shared/tiff/types';
import { readWindow } from '@shared/tiff/window';
import { memorySource } from './fileSource';
import { gdal, writeRawImage } from './gdal';

/** A coding of plain 8-bit grey, with what a test changes of it. */
export function blockCoding(changes: Partial<BlockCoding> = {}): BlockCoding {
  return {
    compression: 'none',
    compressionCode: 1,
    predictor: 1,
    byteOrder: 'little',
    fillOrder: 1,
    interleave: 'pixel',
    samplesPerPixel: 1,
    bitsPerSample: 8,
    sampleType: 'uint8',
    photometric: 'black_is_zero',
    ycbcrSubsampling: [1, 1],
    ycbcrCoefficients: null,
    referenceBlackWhite: null,
    jpegTables: null,
    lercParameters: null,
    ...changes,
  };
}

/** A job for a block of one row of `length` bytes. */
export function rowJob(length: number, changes: Partial<BlockCoding> = {}): BlockJob {
  return { coding: blockCoding(changes), width: length, height: 1, expectedBytes: length };
}

/** Opens a file that is read whole into memory, so that nothing is left open. */
export function openInMemory(path: string): Promise<Raster> {
  return openRaster(memorySource(readFileSync(path)));
}

/** All pixels of a file at full resolution, as they are stored. */
export async function readAll(path: string, codecs: CodecRegistry): Promise<WindowPixels> {
  return readWindow(await openInMemory(path), codecs, { exact64: true });
}

/** A test picture of one band: a slope with waves and a little noise over the type's whole range, always the same. */
export function testBand(type: SampleType, width: number, height: number, seed: number): SampleArray {
  const [make, low, high] = RANGES[type] ?? RANGES.uint8!;
  let state = seed * 2654435761 + 12345;
  const values = Array.from({ length: width * height }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const wave = Math.sin((i % width) / (5 + seed)) * Math.cos(Math.floor(i / width) / 7);
    return low + (high - low) * (0.5 + 0.45 * wave + (0.05 * state) / 2 ** 32 - 0.025);
  });
  return make(values);
}

type Maker = (values: readonly number[]) => SampleArray;

const RANGES: Readonly<Partial<Record<SampleType, readonly [Maker, number, number]>>> = {
  uint8: [(values) => Uint8Array.from(values), 0, 255],
  uint16: [(values) => Uint16Array.from(values), 0, 65535],
  int16: [(values) => Int16Array.from(values), -32768, 32767],
  uint32: [(values) => Uint32Array.from(values), 0, 2 ** 32 - 1],
  int32: [(values) => Int32Array.from(values), -(2 ** 31), 2 ** 31 - 1],
  uint64: [(values) => BigUint64Array.from(values, (value) => BigInt(Math.floor(value))), 0, 2 ** 63],
  int64: [(values) => BigInt64Array.from(values, (value) => BigInt(Math.floor(value))), -(2 ** 62), 2 ** 62],
  float32: [(values) => Float32Array.from(values), -1000, 1000],
  float64: [(values) => Float64Array.from(values), -1e6, 1e6],
};

export interface TestImage {
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly type: SampleType;
  readonly bands: readonly SampleArray[];
}

/** Writes a test picture that gdal_translate takes as input. */
export function writeTestImage(
  path: string,
  type: SampleType,
  size: { readonly width: number; readonly height: number; readonly bands: number },
): TestImage {
  const { width, height } = size;
  const bands = Array.from({ length: size.bands }, (_, band) => testBand(type, width, height, band + 1));
  const bytes = new Uint8Array(Buffer.concat(bands.map((band) => new Uint8Array(band.buffer))));
  const opened = writeRawImage(path, { width, height, bands: size.bands, type, samples: bytes });
  return { path: opened, width, height, type, bands };
}

/** gdal_translate to a GeoTIFF with creation options. */
export function translate(
  from: string,
  to: string,
  options: readonly string[],
  more: readonly string[] = [],
): void {
  gdal(
    'gdal_translate',
    '-q',
    '-of',
    'GTiff',
    ...options.flatMap((option) => ['-co', option]),
    ...more,
    from,
    to,
  );
}

/** The largest difference between two arrays of samples. */
export function largestDifference(a: SampleArray, b: SampleArray): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) largest = Math.max(largest, Math.abs(Number(a[i]) - Number(b[i])));
  }
  return largest;
}
