import turbo from '@julusian/jpeg-turbo';
import { expect, test } from 'vitest';
import { decodeJpegSync } from '@shared/tiff/codecs/jpeg';
import { decodeJpegHalf } from '@shared/tiff/codecs/jpeg/half';
import { testBand, blockCoding } from '../../support/rasterCase';
import type { BlockJob } from '@shared/tiff/types';

const SIDE = 128;

function picture(): Buffer {
  const bands = [1, 2, 3].map((seed) => testBand('uint8', SIDE, SIDE, seed) as Uint8Array);
  return Buffer.from(
    Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => bands[i % 3]![Math.floor(i / 3)]!),
  );
}

function jobOf(subsampling: readonly [number, number]): BlockJob {
  const coding = blockCoding({
    compression: 'jpeg',
    compressionCode: 7,
    photometric: 'ycbcr',
    samplesPerPixel: 3,
    ycbcrSubsampling: subsampling,
  });
  return { coding, width: SIDE, height: SIDE, expectedBytes: SIDE * SIDE * 3 };
}

const encode = (subsampling: number, quality: number): Uint8Array =>
  turbo.compressSync(picture(), {
    format: turbo.FORMAT_RGB,
    width: SIDE,
    height: SIDE,
    subsampling,
    quality,
  });

/** Differences to the rounded means of two by two decoded pixels. */
async function differences(bytes: Uint8Array, job: BlockJob): Promise<number[]> {
  const whole = decodeJpegSync(bytes, job).samples as Uint8Array;
  const half = (await decodeJpegHalf(bytes, job, 2))!;
  expect([half.width, half.height]).toEqual([SIDE / 2, SIDE / 2]);
  const found: number[] = [];
  for (let y = 0; y < SIDE / 2; y++) {
    for (let x = 0; x < SIDE / 2; x++) {
      for (let c = 0; c < 3; c++) {
        const at = (2 * y * SIDE + 2 * x) * 3 + c;
        const below = at + SIDE * 3;
        const mean = (whole[at]! + whole[at + 3]! + whole[below]! + whole[below + 3]! + 2) >> 2;
        found.push((half.samples[(y * (SIDE / 2) + x) * 3 + c] as number) - mean);
      }
    }
  }
  return found;
}

test.each([
  ['4:2:0', turbo.SAMP_420, [2, 2], 75],
  ['4:2:0, fine', turbo.SAMP_420, [2, 2], 95],
  ['4:2:2', turbo.SAMP_422, [2, 1], 75],
  ['4:4:4', turbo.SAMP_444, [1, 1], 75],
] as const)('half a JPEG is the mean of its pixels: %s', async (_, subsampling, factors, quality) => {
  const off = await differences(encode(subsampling, quality), jobOf(factors));
  expect(off.filter((one) => Math.abs(one) > 1).length / off.length).toBeLessThan(0.01);
  expect(Math.abs(off.reduce((sum, one) => sum + one, 0) / off.length)).toBeLessThan(0.1);
});

test('what cannot be halved is left to others', async () => {
  const whole = encode(turbo.SAMP_420, 75);
  expect(await decodeJpegHalf(whole.subarray(0, whole.length / 2), jobOf([2, 2]), 2)).toBeNull();
  expect(await decodeJpegHalf(encode(turbo.SAMP_420, 75), jobOf([2, 2]), 4)).toBeNull();
});

test('a stream that stops the decoder in the middle does not spoil the next one', async () => {
  const sound = encode(turbo.SAMP_420, 75);
  const expected = structuredClone(await decodeJpegHalf(sound, jobOf([2, 2]), 2));
  const broken = Uint8Array.from(sound);
  // A Huffman table that no code can have.
  const table = Buffer.from(broken).indexOf(Buffer.from([0xff, 0xc4]));
  broken.fill(0xff, table + 5, table + 21);
  expect(await decodeJpegHalf(broken, jobOf([2, 2]), 2)).toBeNull();
  expect(await decodeJpegHalf(sound, jobOf([2, 2]), 2)).toEqual(expected);
});
