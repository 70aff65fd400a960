import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { SampleArray, SampleType } from '@shared/tiff/types';

const PRIMES = [7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43];

/** GDALChecksumImage: what `gdalinfo -checksum` prints for a band, fed row by row. */
export class GdalChecksum {
  #sum = 0;
  #prime = 0;

  add(samples: SampleArray): void {
    const floating = samples instanceof Float32Array || samples instanceof Float64Array;
    for (const sample of samples) {
      const value = floating ? roundedToInt(sample as number) : clampedToInt(Number(sample));
      this.#sum = (this.#sum + (value % (PRIMES[this.#prime] as number))) & 0xffff;
      this.#prime = (this.#prime + 1) % PRIMES.length;
    }
  }

  get value(): number {
    return this.#sum;
  }
}

function clampedToInt(value: number): number {
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, value));
}

/** Non-finite and too large values count as the smallest integer. */
function roundedToInt(value: number): number {
  const rounded = Math.floor(value + 0.5);
  return Math.abs(value + 0.5) <= 2 ** 31 - 1 ? rounded : -(2 ** 31);
}

const GDAL_ARRAYS: Readonly<Partial<Record<SampleType, (bytes: ArrayBuffer) => SampleArray>>> = {
  uint8: (bytes) => new Uint8Array(bytes),
  int8: (bytes) => new Int8Array(bytes),
  uint16: (bytes) => new Uint16Array(bytes),
  int16: (bytes) => new Int16Array(bytes),
  uint32: (bytes) => new Uint32Array(bytes),
  int32: (bytes) => new Int32Array(bytes),
  uint64: (bytes) => new BigUint64Array(bytes),
  int64: (bytes) => new BigInt64Array(bytes),
  float16: (bytes) => new Float32Array(bytes),
  float32: (bytes) => new Float32Array(bytes),
  float64: (bytes) => new Float64Array(bytes),
};

/** A folder for files of one test file; `remove` it at the end. */
export function temporaryFolder(): { path: (name: string) => string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'orthodesk-test-'));
  return {
    path: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Runs a GDAL tool; its output. Warnings on stderr are left out. */
export function gdal(tool: string, ...args: string[]): string {
  return execFileSync(tool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** All bands of a raster as GDAL decodes them. */
export function gdalBands(path: string, type: SampleType, bands: number): SampleArray[] {
  const folder = temporaryFolder();
  try {
    const out = folder.path('raw');
    gdal('gdal_translate', '-q', '-of', 'ENVI', '-co', 'INTERLEAVE=BSQ', path, out);
    const bytes = readFileSync(out);
    const size = bytes.length / bands;
    const make = GDAL_ARRAYS[type];
    if (!make) throw new Error(`GDAL gives no ${type}`);
    return Array.from({ length: bands }, (_, band) =>
      make(new Uint8Array(bytes.subarray(band * size, (band + 1) * size)).buffer),
    );
  } finally {
    folder.remove();
  }
}

export interface RawImage {
  readonly width: number;
  readonly height: number;
  readonly bands: number;
  readonly type: SampleType;
  /** Band after band, in native order. */
  readonly samples: SampleArray;
}

const GDAL_TYPES: Readonly<Partial<Record<SampleType, string>>> = {
  uint8: 'Byte',
  uint16: 'UInt16',
  int16: 'Int16',
  uint32: 'UInt32',
  int32: 'Int32',
  uint64: 'UInt64',
  int64: 'Int64',
  float32: 'Float32',
  float64: 'Float64',
};

/** Writes a raw image that GDAL's tools take as input; the path they open. */
export function writeRawImage(path: string, image: RawImage): string {
  const { width, height, bands, type, samples } = image;
  writeFileSync(path, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
  const bytes = samples.byteLength / (width * height * bands);
  const band = (index: number): string => `
    <VRTRasterBand dataType="${GDAL_TYPES[type]}" band="${index + 1}" subClass="VRTRawRasterBand">
      <SourceFilename relativetoVRT="1">${basename(path)}</SourceFilename>
      <ImageOffset>${index * width * height * bytes}</ImageOffset>
      <PixelOffset>${bytes}</PixelOffset>
      <LineOffset>${width * bytes}</LineOffset>
      <ByteOrder>LSB</ByteOrder>
    </VRTRasterBand>`;
  const list = Array.from({ length: bands }, (_, index) => band(index)).join('');
  writeFileSync(
    `${path}.vrt`,
    `<VRTDataset rasterXSize="${width}" rasterYSize="${height}">${list}</VRTDataset>`,
  );
  return `${path}.vrt`;
}
