import type { BlockCoding, Compression, Photometric, SampleType } from './types';

/** Compression tag (259) to the codec's name. Codes: TIFF 6.0, technical notes, libtiff, GDAL. */
export function compressionOf(code: number): Compression {
  return COMPRESSIONS[code] ?? 'unknown';
}

const COMPRESSIONS: Readonly<Record<number, Compression>> = {
  1: 'none',
  2: 'ccitt',
  3: 'ccitt',
  4: 'ccitt',
  5: 'lzw',
  6: 'old_jpeg',
  7: 'jpeg',
  8: 'deflate',
  32771: 'ccitt',
  32773: 'packbits',
  32946: 'deflate',
  34887: 'lerc',
  34925: 'lzma',
  50000: 'zstd',
  50001: 'webp',
  50002: 'jxl',
};

/** PhotometricInterpretation (262); where the tag is missing, as GDAL reads it. */
export function photometricOf(code: number | undefined): Photometric {
  return code === undefined ? 'black_is_zero' : (PHOTOMETRICS[code] ?? 'other');
}

const PHOTOMETRICS: Readonly<Record<number, Photometric>> = {
  0: 'white_is_zero',
  1: 'black_is_zero',
  2: 'rgb',
  3: 'palette',
  4: 'mask',
  5: 'cmyk',
  6: 'ycbcr',
  8: 'cielab',
};

/**
 * The type that holds a sample of `bits` bits in a SampleFormat (339): 1 unsigned, 2 signed, 3 floating point, 4 undefined
 * (read as unsigned), 5 complex integer, 6 complex floating point. Null for a combination that no type holds.
 */
export function sampleTypeOf(format: number, bits: number): SampleType | null {
  switch (format) {
    case 1:
    case 4:
      if (bits >= 1 && bits <= 8) return 'uint8';
      if (bits > 8 && bits <= 16) return 'uint16';
      if (bits > 16 && bits <= 32) return 'uint32';
      return bits === 64 ? 'uint64' : null;
    case 2:
      return SIGNED[bits] ?? null;
    case 3:
      return FLOATING[bits] ?? null;
    case 5:
      return bits === 32 ? 'complex_int16' : bits === 64 ? 'complex_int32' : null;
    case 6:
      return bits === 64 ? 'complex64' : bits === 128 ? 'complex128' : null;
    default:
      return null;
  }
}

const SIGNED: Readonly<Record<number, SampleType>> = { 8: 'int8', 16: 'int16', 32: 'int32', 64: 'int64' };

/** 24-bit floats widen to 32. */
const FLOATING: Readonly<Record<number, SampleType>> = {
  16: 'float16',
  24: 'float32',
  32: 'float32',
  64: 'float64',
};

/** Whether the samples of two images are the same once decoded. Half floats are widened, so they may be stored as either. */
export function isAlike(a: BlockCoding, b: BlockCoding): boolean {
  const widened = ({ sampleType }: BlockCoding): SampleType =>
    sampleType === 'float16' ? 'float32' : sampleType;
  return a.samplesPerPixel === b.samplesPerPixel && widened(a) === widened(b);
}
