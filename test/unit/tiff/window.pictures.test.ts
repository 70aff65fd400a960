import { afterAll, describe, expect, test } from 'vitest';
import { toRgba } from '@shared/tiff/rgba';
import { sampledStatistics } from '@shared/tiff/statistics';
import type { RasterDescription, WindowPixels } from '@shared/tiff/types';
import { readWindow } from '@shared/tiff/window';
import { createNodeCodecs } from '../../../main/rasters/nodeCodecs';
import { withoutGdal } from '../../support/data';
import { temporaryFolder } from '../../support/gdal';
import { blockCoding, openInMemory, translate, writeTestImage } from '../../support/rasterCase';

const skip = withoutGdal('statistics and pictures of files that GDAL writes');
const folder = temporaryFolder();
const codecs = createNodeCodecs();

afterAll(() => folder.remove());

describe.skipIf(skip)('sampled statistics', () => {
  test('of a small image are those of all its pixels', async () => {
    const image = writeTestImage(folder.path('small'), 'float32', { width: 200, height: 150, bands: 2 });
    const path = folder.path('small.tif');
    translate(image.path, path, ['COMPRESS=DEFLATE']);
    const bands = await sampledStatistics(await openInMemory(path), codecs);
    bands.forEach((band, i) => {
      const sorted = Float32Array.from(image.bands[i] as Float32Array).sort();
      expect(band.min).toBe(sorted[0]);
      expect(band.max).toBe(sorted.at(-1));
      expect(band.low).toBe(sorted[Math.round(29_999 * 0.02)]);
      expect(band.high).toBe(sorted[Math.round(29_999 * 0.98)]);
      expect(band.mean).toBeCloseTo(sorted.reduce((sum, value) => sum + value, 0) / 30_000, 3);
      expect(band.histogram.reduce((sum, count) => sum + count, 0)).toBe(30_000);
    });
  });

  test('of a large image come from few blocks and are close', async () => {
    const image = writeTestImage(folder.path('large'), 'uint8', { width: 2000, height: 1600, bands: 1 });
    const path = folder.path('large.tif');
    translate(image.path, path, ['COMPRESS=LZW', 'TILED=YES', 'BLOCKXSIZE=128', 'BLOCKYSIZE=128']);
    const raster = await openInMemory(path);
    const [band] = await sampledStatistics(raster, codecs);
    const sorted = Uint8Array.from(image.bands[0] as Uint8Array).sort();
    expect(Math.abs(band!.low - sorted[Math.round(sorted.length * 0.02)]!)).toBeLessThan(4);
    expect(Math.abs(band!.high - sorted[Math.round(sorted.length * 0.98)]!)).toBeLessThan(4);
    expect(band!.histogram).toHaveLength(256);
    expect(band!.histogram.findIndex((count) => count > 0)).toBe(band!.min);
  });

  test('leave out what is nodata', async () => {
    const image = writeTestImage(folder.path('hole'), 'int16', { width: 50, height: 40, bands: 1 });
    const low = Math.min(...(image.bands[0] as Int16Array));
    const path = folder.path('hole.tif');
    translate(image.path, path, [], ['-a_nodata', String(low)]);
    const [band] = await sampledStatistics(await openInMemory(path), codecs);
    expect(band!.min).toBeGreaterThan(low);
  });

  test('of nothing are zeros', async () => {
    const image = writeTestImage(folder.path('nothing'), 'uint8', { width: 10, height: 10, bands: 1 });
    const path = folder.path('nothing.tif');
    translate(image.path, path, [], ['-scale', '0', '255', '9', '9', '-a_nodata', '9']);
    const [band] = await sampledStatistics(await openInMemory(path), codecs);
    expect(band).toMatchObject({ min: 0, max: 0, mean: 0, low: 0, high: 0 });
  });
});

describe('pictures', () => {
  const level = { coding: blockCoding() };
  const base = {
    bands: 1,
    bitsPerSample: 8,
    alphaBand: null,
    palette: null,
    colorInterpretation: ['Gray'],
    levels: [level],
  };
  const describeRaster = (changes: object): RasterDescription =>
    ({ ...base, ...changes }) as unknown as RasterDescription;
  const pixels = (bands: WindowPixels['bands'], valid: Uint8Array | null = null): WindowPixels => ({
    width: bands[0]!.length,
    height: 1,
    bands,
    valid,
  });

  test('of grey are grey, transparent where invalid', () => {
    const picture = toRgba(pixels([Uint8Array.of(7, 200)], Uint8Array.of(255, 0)), describeRaster({}));
    expect([...picture]).toEqual([7, 7, 7, 255, 0, 0, 0, 0]);
  });

  test('find red, green and blue by name and take alpha as it is', () => {
    const description = describeRaster({
      bands: 4,
      alphaBand: 3,
      colorInterpretation: ['Blue', 'Green', 'Red', 'Alpha'],
    });
    const bands = [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3), Uint8Array.of(99)];
    expect([...toRgba(pixels(bands), description)]).toEqual([3, 2, 1, 99]);
  });

  test('stretch between the cuts', () => {
    const description = describeRaster({ bitsPerSample: 16 });
    const picture = toRgba(pixels([Uint16Array.of(0, 1500, 9000)]), description, {
      cuts: [
        [1000, 2000],
        [1000, 2000],
        [1000, 2000],
      ],
    });
    expect([...picture].filter((_, i) => i % 4 === 0)).toEqual([0, 128, 255]);
  });

  test('of palettes, of ink and of inverted greys have the colours that are meant', () => {
    const palette = [
      [1, 2, 3, 255],
      [4, 5, 6, 0],
    ];
    expect([...toRgba(pixels([Uint8Array.of(1, 0)]), describeRaster({ palette }))]).toEqual([
      4, 5, 6, 0, 1, 2, 3, 255,
    ]);
    const cmyk = describeRaster({ bands: 4, levels: [{ coding: blockCoding({ photometric: 'cmyk' }) }] });
    const ink = [Uint8Array.of(21), Uint8Array.of(192), Uint8Array.of(55), Uint8Array.of(165)];
    expect([...toRgba(pixels(ink), cmyk)]).toEqual([82, 22, 70, 255]);
    const inverted = describeRaster({ levels: [{ coding: blockCoding({ photometric: 'white_is_zero' }) }] });
    expect([...toRgba(pixels([Uint8Array.of(0, 250)]), inverted)]).toEqual([
      255, 255, 255, 255, 5, 5, 5, 255,
    ]);
  });
});

test.skipIf(skip)('a picture of a window of a file is that of GDAL', async () => {
  const image = writeTestImage(folder.path('rgb'), 'uint8', { width: 40, height: 30, bands: 3 });
  const path = folder.path('rgb.tif');
  translate(image.path, path, ['COMPRESS=DEFLATE', 'PHOTOMETRIC=RGB']);
  const raster = await openInMemory(path);
  const read = await readWindow(raster, codecs);
  const picture = toRgba(read, raster.description);
  image.bands.forEach((band, channel) =>
    expect(picture.filter((_, i) => i % 4 === channel)).toEqual(Uint8ClampedArray.from(band as Uint8Array)),
  );
});
