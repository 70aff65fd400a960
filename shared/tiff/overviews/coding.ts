import { AppError } from '../../errors';
import type { ByteOrder, RasterDescription, SampleType } from '../types';

/** How the blocks of overviews are stored. Plain data: it goes to the threads that write them. */
export interface OverviewCoding {
  readonly codec: 'jpeg' | 'deflate';
  /** Of JPEG: 1–100. */
  readonly quality: number;
  readonly predictor: 1 | 2 | 3;
  readonly byteOrder: ByteOrder;
  /** Samples of a pixel, always interleaved. */
  readonly channels: number;
  readonly sampleType: SampleType;
  readonly bitsPerSample: number;
  /** SampleFormat (339): 1 unsigned, 2 signed, 3 floating point. */
  readonly sampleFormat: 1 | 2 | 3;
  /** PhotometricInterpretation (262). */
  readonly photometric: number;
}

export interface CodingWishes {
  /** 1–100; that of GDAL's overviews when left out. */
  readonly quality?: number;
  /** True to store the overviews of a JPEG image without loss. */
  readonly lossless?: boolean;
}

/** What GDAL takes, so that neither tool's overviews are larger or better for no reason that a user gave. */
const QUALITY = 75;
const BITS: Readonly<Partial<Record<SampleType, number>>> = {
  uint8: 8,
  int8: 8,
  uint16: 16,
  int16: 16,
  uint32: 32,
  int32: 32,
  uint64: 64,
  int64: 64,
  float16: 32,
  float32: 32,
  float64: 64,
};

/**
 * JPEG for overviews of JPEG images of one or three bands of bytes, Deflate for all others: what is without loss stays so.
 * Samples are stored in whole types and in the byte order of the image, so that both can become one file.
 * Throws `overviews.unsupported_samples` for complex numbers.
 */
export function overviewCoding(description: RasterDescription, wishes: CodingWishes = {}): OverviewCoding {
  const { sampleType, bands, byteOrder, levels } = description;
  const bitsPerSample = BITS[sampleType];
  if (bitsPerSample === undefined) {
    throw new AppError('overviews.unsupported_samples', { file: description.name, type: sampleType });
  }
  const source = levels[0]!.coding;
  const colours = source.photometric;
  const isPicture = source.compression === 'jpeg' && source.bitsPerSample === 8 && colours !== 'palette';
  const isThree = bands === 3 && (colours === 'ycbcr' || colours === 'rgb');
  const isOne = bands === 1 && colours !== 'white_is_zero';
  const jpeg = isPicture && (isThree || isOne) && !wishes.lossless;
  const floating = sampleType.startsWith('float');
  return {
    codec: jpeg ? 'jpeg' : 'deflate',
    quality: wishes.quality ?? QUALITY,
    predictor: jpeg || description.palette || bitsPerSample === 64 ? 1 : floating ? 3 : 2,
    byteOrder,
    channels: bands,
    sampleType: sampleType === 'float16' ? 'float32' : sampleType,
    bitsPerSample,
    sampleFormat: floating ? 3 : sampleType.startsWith('int') ? 2 : 1,
    photometric: jpeg && isThree ? 6 : (PHOTOMETRICS[colours] ?? 1),
  };
}

const PHOTOMETRICS: Readonly<Partial<Record<string, number>>> = {
  white_is_zero: 0,
  black_is_zero: 1,
  rgb: 2,
  palette: 3,
  cmyk: 5,
  ycbcr: 2,
};

/** bytes of one pixel as it is stored */
export const pixelBytes = ({ channels, bitsPerSample }: OverviewCoding): number =>
  (channels * bitsPerSample) / 8;
