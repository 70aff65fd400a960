import { decodeJpegSample } from '@shared/tiff/codecs/jpeg/scaled';
import type { BlockJob } from '@shared/tiff/types';
import { loadTurbo } from './fastJpeg';

const side = 256;
const rounds = 100;

/**
 * Decodes a picture of noise some times: the first picture of a raster is made of samples, and a decoder that never ran takes three
 * times as long for them as one whose code is compiled.
 */
export async function warmUpSamples(): Promise<void> {
  const turbo = await loadTurbo();
  const noise = Buffer.from(
    Uint8Array.from({ length: side * side * 3 }, (_, i) => (Math.imul(i, 2_654_435_761) >>> 24) & 127),
  );
  const options = {
    format: turbo.FORMAT_RGB,
    width: side,
    height: side,
    subsampling: turbo.SAMP_420,
    quality: 75,
  };
  const bytes = turbo.compressSync(noise, options);
  const job: BlockJob = {
    coding: {
      compression: 'jpeg',
      compressionCode: 7,
      predictor: 1,
      byteOrder: 'little',
      fillOrder: 1,
      interleave: 'pixel',
      samplesPerPixel: 3,
      bitsPerSample: 8,
      sampleType: 'uint8',
      photometric: 'ycbcr',
      ycbcrSubsampling: [2, 2],
      ycbcrCoefficients: null,
      referenceBlackWhite: null,
      jpegTables: null,
      lercParameters: null,
    },
    width: side,
    height: side / 2,
    expectedBytes: (side * side * 3) / 2,
  };
  for (let round = 0; round < rounds; round++) await decodeJpegSample(bytes, job, 8);
}
