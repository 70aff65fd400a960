import { readFileSync, writeFileSync } from 'node:fs';
import turbo from '@julusian/jpeg-turbo';
import { afterAll, describe, expect, test } from 'vitest';
import { AppError } from '@shared/errors';
import { decodeJpeg, decodeJpegSync } from '@shared/tiff/codecs/jpeg';
import type { BlockCoding, BlockJob, DecodedBlock } from '@shared/tiff/types';
import { decodeJpegFast } from '../../../main/rasters/fastJpeg';
import { withoutGdal } from '../../support/data';
import { gdal, gdalBands, temporaryFolder } from '../../support/gdal';
import { blockCoding, largestDifference, testBand, writeTestImage } from '../../support/rasterCase';

const skip = withoutGdal('JPEG streams against GDAL');
const folder = temporaryFolder();
const WIDTH = 75;
const HEIGHT = 53;

afterAll(() => folder.remove());

/** An RGB or grey picture as a JPEG stream. */
function encode(channels: 1 | 3, subsampling: number, quality = 85, width = WIDTH, height = HEIGHT): Buffer {
  const bands = Array.from({ length: 3 }, (_, band) => testBand('uint8', width, height, band + 1));
  const rgb = Buffer.alloc(width * height * 3);
  bands.forEach((band, channel) => band.forEach((value, i) => (rgb[i * 3 + channel] = Number(value))));
  const options = { width, height, format: turbo.FORMAT_RGB, subsampling, quality };
  return turbo.compressSync(rgb, channels === 1 ? { ...options, subsampling: turbo.SAMP_GRAY } : options);
}

/** Pictures one row of blocks high as one stream, a restart marker between each and the next. */
function joinWithRestarts(strips: readonly Buffer[], blocksAcross: number): Buffer {
  const scanData = strips.map((strip) => {
    const scan = strip.indexOf(Buffer.from([0xff, 0xda]));
    return strip.subarray(scan + 2 + strip.readUInt16BE(scan + 2), strip.length - 2);
  });
  const first = strips[0] as Buffer;
  const header = Buffer.from(first.subarray(0, first.indexOf(scanData[0] as Buffer)));
  header.writeUInt16BE(strips.length * 8, header.indexOf(Buffer.from([0xff, 0xc0])) + 5);
  const interval = Buffer.from([0xff, 0xdd, 0, 4, blocksAcross >> 8, blocksAcross & 255]);
  const scan = header.indexOf(Buffer.from([0xff, 0xda]));
  const restarted = scanData.flatMap((data, i) =>
    i === 0 ? [data] : [Buffer.from([0xff, 0xd0 + ((i - 1) % 8)]), data],
  );
  const end = Buffer.from([0xff, 0xd9]);
  return Buffer.concat([header.subarray(0, scan), interval, header.subarray(scan), ...restarted, end]);
}

function jobFor(changes: Partial<BlockCoding>, width = WIDTH, height = HEIGHT): BlockJob {
  const coding = blockCoding({ compression: 'jpeg', compressionCode: 7, ...changes });
  return { coding, width, height, expectedBytes: width * height * coding.samplesPerPixel };
}

const YCBCR: Partial<BlockCoding> = { photometric: 'ycbcr', samplesPerPixel: 3, ycbcrSubsampling: [2, 2] };

function channel({ samples, channels }: DecodedBlock, index: number): Uint8Array {
  return (samples as Uint8Array).filter((_, i) => i % channels === index);
}

async function compareWithGdal(jpeg: Buffer, name: string, job: BlockJob): Promise<void> {
  const path = folder.path(name);
  writeFileSync(path, jpeg);
  const decoded = decodeJpegSync(jpeg, job);
  const referee = gdalBands(path, 'uint8', decoded.channels);
  referee.forEach((band, i) => expect(largestDifference(channel(decoded, i), band)).toBe(0));
  expect(await decodeJpeg(jpeg, job)).toEqual(decoded);
}

describe.skipIf(skip)('equals libjpeg to the last bit', () => {
  test.each([
    ['4:4:4', turbo.SAMP_444],
    ['4:2:2', turbo.SAMP_422],
    ['4:2:0', turbo.SAMP_420],
    ['4:4:0', turbo.SAMP_440],
  ])('with chroma sampled %s', async (name, subsampling) => {
    await compareWithGdal(encode(3, subsampling), `sampled-${name.replaceAll(':', '')}.jpg`, jobFor(YCBCR));
  });

  test('for narrow pictures, where the triangle filter gives way', async () => {
    for (const width of [1, 2, 3, 4, 5, 8, 9]) {
      const jpeg = encode(3, turbo.SAMP_420, 85, width, 11);
      await compareWithGdal(jpeg, `narrow-${width}.jpg`, jobFor(YCBCR, width, 11));
    }
  });

  test('for grey', async () => {
    await compareWithGdal(encode(1, turbo.SAMP_GRAY), 'grey.jpg', jobFor({}));
  });

  test('with restart markers', async () => {
    const strip = encode(1, turbo.SAMP_GRAY, 85, WIDTH, 8);
    const jpeg = joinWithRestarts(Array(11).fill(strip) as Buffer[], Math.ceil(WIDTH / 8));
    await compareWithGdal(jpeg, 'restarts.jpg', jobFor({}, WIDTH, 88));
  });

  test.each([40, 92])('for progressive streams of quality %i', async (quality) => {
    const { path } = writeTestImage(folder.path('source'), 'uint8', {
      width: WIDTH,
      height: HEIGHT,
      bands: 3,
    });
    const to = folder.path(`progressive-${quality}.jpg`);
    const options = ['-co', 'PROGRESSIVE=ON', '-co', `QUALITY=${quality}`];
    gdal('gdal_translate', '-q', '-of', 'JPEG', ...options, path, to);
    await compareWithGdal(readFileSync(to), `copy-${quality}.jpg`, jobFor(YCBCR));
  });
});

describe('what the TIFF tag says of colours wins over the stream', () => {
  const jpeg = encode(3, turbo.SAMP_444);

  test('components of an RGB image are not converted', () => {
    const raw = decodeJpegSync(jpeg, jobFor({ photometric: 'rgb', samplesPerPixel: 3 }));
    const converted = decodeJpegSync(jpeg, jobFor(YCBCR));
    const [y, cb, cr] = [0, 1, 2].map((i) => channel(raw, i)) as [Uint8Array, Uint8Array, Uint8Array];
    const red = channel(converted, 0);
    const expected = red.map((_, i) =>
      Math.max(0, Math.min(255, Math.round(y[i]! + 1.402 * (cr[i]! - 128)))),
    );
    expect(largestDifference(red, expected)).toBeLessThanOrEqual(1);
    expect(largestDifference(cb, channel(converted, 1))).toBeGreaterThan(30);
  });

  test('the native decoder obeys it too, within its inexactness', async () => {
    for (const changes of [YCBCR, { photometric: 'rgb', samplesPerPixel: 3 } as const]) {
      const exact = decodeJpegSync(jpeg, jobFor(changes));
      const fast = (await decodeJpegFast(jpeg, jobFor(changes))) as DecodedBlock;
      expect(largestDifference(exact.samples, fast.samples)).toBeLessThanOrEqual(6);
    }
  });
});

describe('streams that do not fit their block', () => {
  const jpeg = encode(1, turbo.SAMP_GRAY);
  const whole = decodeJpegSync(jpeg, jobFor({})).samples as Uint8Array;

  test.each([
    ['exact', (bytes: Uint8Array, job: BlockJob) => Promise.resolve(decodeJpegSync(bytes, job))],
    ['fast', decodeJpegFast],
  ] as const)('the %s decoder cuts a frame that is taller, as last strips have them', async (_, decode) => {
    const cut = (await decode(jpeg, jobFor({}, WIDTH, 20))) as DecodedBlock;
    expect(cut.height).toBe(20);
    expect(largestDifference(cut.samples, whole.subarray(0, WIDTH * 20))).toBeLessThanOrEqual(6);
  });

  test('a frame that claims to be absurdly tall costs nothing', () => {
    const tall = Buffer.from(jpeg);
    tall.writeUInt16BE(65_000, tall.indexOf(Buffer.from([0xff, 0xc0])) + 5);
    const block = decodeJpegSync(tall, jobFor({}));
    expect(largestDifference(block.samples, whole)).toBe(0);
  });

  test('a smaller frame leaves the rest of its block empty', () => {
    const block = decodeJpegSync(jpeg, jobFor({}, 80, 60));
    const samples = block.samples as Uint8Array;
    expect(samples.length).toBe(80 * 60);
    expect(samples.subarray(80, 80 + WIDTH)).toEqual(whole.subarray(WIDTH, 2 * WIDTH));
    expect(
      [...samples.subarray(80 + WIDTH, 160), ...samples.subarray(80 * HEIGHT)].every((v) => v === 0),
    ).toBe(true);
  });

  test.each([
    ['wider frame', jobFor({}, 40, HEIGHT)],
    ['frame of other components', jobFor(YCBCR)],
  ])('a %s is refused', (_, job) => {
    expect(() => decodeJpegSync(jpeg, job)).toThrow(expect.objectContaining({ kind: 'tiff.corrupt_block' }));
  });

  test('a stream that breaks off gives the rows it has', () => {
    const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]));
    const cut = jpeg.subarray(0, scan + Math.floor((jpeg.length - scan) * 0.6));
    const half = decodeJpegSync(cut, jobFor({})).samples as Uint8Array;
    expect(half.subarray(0, WIDTH * 16)).toEqual(whole.subarray(0, WIDTH * 16));
    expect([...half.subarray(WIDTH * 48)].every((value) => value === 128)).toBe(true);
  });
});

describe('frames of other kinds', () => {
  const jpeg = encode(1, turbo.SAMP_GRAY);
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));

  test('12 bits are refused with a reason of their own', () => {
    const deep = Buffer.from(jpeg);
    deep[frame + 4] = 12;
    expect(() => decodeJpegSync(deep, jobFor({}))).toThrow(
      expect.objectContaining({ kind: 'tiff.jpeg_12_bit' }),
    );
  });

  test.each([0xc3, 0xc9])('process %i (lossless, arithmetic) is refused', (marker) => {
    const other = Buffer.from(jpeg);
    other[frame + 1] = marker;
    expect(() => decodeJpegSync(other, jobFor({}))).toThrow(
      expect.objectContaining({ kind: 'tiff.unsupported_jpeg' }),
    );
  });
});

test('no damage brings the decoders down, and both take a stream or refuse it', async () => {
  const jpeg = encode(3, turbo.SAMP_420);
  let seed = 1;
  const random = (): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0);
  for (let i = 0; i < 400; i++) {
    const damaged = Buffer.from(jpeg);
    for (let change = 0; change < 3; change++) damaged[random() % damaged.length] = random() & 255;
    try {
      expect(decodeJpegSync(damaged, jobFor(YCBCR)).samples.length).toBe(WIDTH * HEIGHT * 3);
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
      await expect(decodeJpeg(damaged, jobFor(YCBCR))).rejects.toBeInstanceOf(AppError);
      continue;
    }
    const { samples } = (await decodeJpeg(damaged, jobFor(YCBCR))) as DecodedBlock;
    expect(samples.length).toBe(WIDTH * HEIGHT * 3);
  }
});
