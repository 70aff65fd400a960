import turbo from '@julusian/jpeg-turbo';
import { expect, test } from 'vitest';
import { decodeJpegSync } from '@shared/tiff/codecs/jpeg';
import { decodeJpegSample, decodeJpegScaled } from '@shared/tiff/codecs/jpeg/scaled';
import type { BlockJob } from '@shared/tiff/types';
import { blockCoding } from '../../support/rasterCase';

const SIDE = 256;

/** Slopes and a coarse pattern, without what a smaller picture cannot show. */
const picture = (x: number, y: number, band: number): number =>
  Math.round(120 + 60 * Math.sin((x + 20 * band) / 31) + 50 * Math.cos(y / (23 + 4 * band)));

const pixels = Buffer.from(
  Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return picture(pixel % SIDE, Math.floor(pixel / SIDE), i % 3);
  }),
);

const encoded = turbo.compressSync(pixels, {
  format: turbo.FORMAT_RGB,
  width: SIDE,
  height: SIDE,
  subsampling: turbo.SAMP_420,
  quality: 90,
});

const jobOf = (height: number): BlockJob => ({
  coding: blockCoding({
    compression: 'jpeg',
    compressionCode: 7,
    photometric: 'ycbcr',
    samplesPerPixel: 3,
    ycbcrSubsampling: [2, 2],
  }),
  width: SIDE,
  height,
  expectedBytes: SIDE * height * 3,
});

test.each([2, 4, 8] as const)('a JPEG at 1/%i looks like the means of its pixels', async (denominator) => {
  const whole = decodeJpegSync(encoded, jobOf(SIDE)).samples as Uint8Array;
  const scaled = (await decodeJpegScaled(encoded, jobOf(SIDE), denominator))!;
  const side = SIDE / denominator;
  expect([scaled.width, scaled.height, scaled.channels]).toEqual([side, side, 3]);
  let off = 0;
  for (let i = 0; i < side * side * 3; i++) {
    const x = (Math.floor(i / 3) % side) * denominator;
    const y = Math.floor(i / 3 / side) * denominator;
    let sum = 0;
    for (let down = 0; down < denominator; down++)
      for (let across = 0; across < denominator; across++)
        sum += whole[((y + down) * SIDE + x + across) * 3 + (i % 3)]!;
    off = Math.max(off, Math.abs((scaled.samples[i] as number) - sum / denominator ** 2));
  }
  expect(off).toBeLessThan(4);
});

test('the upper rows alone are those of the whole, and only the bytes of these are needed', async () => {
  const scaled = (await decodeJpegScaled(encoded, jobOf(SIDE), 8))!;
  for (const bytes of [encoded, encoded.subarray(0, Math.ceil(encoded.length / 2))]) {
    const top = (await decodeJpegSample(bytes, jobOf(64), 8))!;
    expect([top.width, top.height, top.channels]).toEqual([SIDE / 8, 8, 3]);
    // Colours of the last row know nothing of those below.
    const sure = (SIDE / 8) * 7 * 3;
    expect([...top.samples.slice(0, sure)]).toEqual([...scaled.samples.slice(0, sure)]);
  }
});

test('what is damaged is left to others, and spoils nothing that comes after it', async () => {
  const expected = await decodeJpegScaled(encoded, jobOf(SIDE), 8);
  const broken = Uint8Array.from(encoded);
  const table = Buffer.from(broken).indexOf(Buffer.from([0xff, 0xc4]));
  broken.fill(0xff, table + 5, table + 21);
  expect(await decodeJpegScaled(broken, jobOf(SIDE), 8)).toBeNull();
  expect(await decodeJpegSample(broken, jobOf(64), 8)).toBeNull();
  expect(await decodeJpegScaled(encoded.subarray(0, encoded.length / 2), jobOf(SIDE), 8)).toBeNull();
  expect(await decodeJpegScaled(encoded, jobOf(SIDE), 8)).toEqual(expected);
});
