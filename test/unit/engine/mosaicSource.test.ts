import { expect, test } from 'vitest';
import fc from 'fast-check';
import { crsFromEpsg } from '@shared/geo/crs';
import type { Geotransform, RasterDescription } from '@shared/tiff/types';
import { planGrid } from '../../../main/engine/imagery/grid';
import { MosaicSource, type SourceImage } from '../../../main/engine/imagery/mosaicSource';
import type { RasterAccess } from '../../../main/engine/rasterAccess';
import type { ImageProfile } from '../../../main/engine/store';

const utm = await crsFromEpsg(32633);
const gsd = 0.5;
const origin: Geotransform = [456_000, gsd, 0, 5_428_000, 0, -gsd];

/** A picture in memory that any part of can be opened as an image `x,y,width,height`. */
function pictureOf(
  sample: (x: number, y: number) => number,
  valid: (x: number, y: number) => boolean,
): RasterAccess {
  return {
    open: (path) => {
      const [x0 = 0, y0 = 0] = path.split(',').map(Number);
      return Promise.resolve({
        description: { bands: 3, alphaBand: null, palette: null, sampleType: 'uint8' } as RasterDescription,
        readWindow: (_level, { x, y, width, height }) => {
          const pixels = new Uint8Array(width * height);
          const mask = new Uint8Array(width * height);
          for (let row = 0, i = 0; row < height; row++) {
            for (let column = 0; column < width; column++, i++) {
              pixels[i] = sample(x0 + x + column, y0 + y + row);
              mask[i] = valid(x0 + x + column, y0 + y + row) ? 255 : 0;
            }
          }
          return Promise.resolve({ width, height, bands: [pixels, pixels, pixels], valid: mask });
        },
        close: () => Promise.resolve(),
      });
    },
  };
}

function image(x: number, y: number, width: number, height: number, shift = 0): SourceImage {
  const geotransform: Geotransform = [
    origin[0] + (x + shift) * gsd,
    gsd,
    0,
    origin[3] - (y + shift) * gsd,
    0,
    -gsd,
  ];
  const profile: ImageProfile = {
    crs: 'EPSG:32633',
    system: utm,
    width,
    height,
    bands: 3,
    dtypes: [],
    nodata: null,
    geotransform,
    pixelSize: [gsd, gsd],
    gsd,
  };
  return { path: [x, y, width, height].join(','), profile };
}

async function readAll(images: readonly SourceImage[], factor: number, rasters: RasterAccess) {
  const grid = planGrid(
    images.map(({ profile }) => profile),
    (imageGsd) => imageGsd * factor,
  );
  const source = new MosaicSource(grid, images, null, 'rgb', rasters);
  const window = { x: 0, y: 0, width: source.width, height: source.height };
  const picture = await source.read(window);
  source.close();
  return { grid, picture };
}

const noise = (x: number, y: number): number => (x * 7919 + y * 104729 + x * y * 31) % 256;

test.each([1, 2, 3, 7])(
  'cut anywhere, the picture at %i source pixels a pixel is the same',
  async (factor) => {
    const rasters = pictureOf(noise, (x, y) => (x * 13 + y * 7) % 11 !== 0);
    const whole = await readAll([image(0, 0, 120, 90)], factor, rasters);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 119 }),
        fc.integer({ min: 1, max: 89 }),
        async (cutX, cutY) => {
          const parts = [
            image(cutX, cutY, 120 - cutX, 90 - cutY),
            image(0, 0, cutX, cutY),
            image(cutX, 0, 120 - cutX, cutY),
            image(0, cutY, cutX, 90 - cutY),
          ];
          expect((await readAll(parts, factor, rasters)).picture).toEqual(whole.picture);
        },
      ),
      { numRuns: 15 },
    );
  },
);

test('a window is that part of the whole', async () => {
  const rasters = pictureOf(noise, () => true);
  const images = [image(0, 0, 64, 64), image(64, 0, 64, 64)];
  const { grid, picture } = await readAll(images, 3, rasters);
  const source = new MosaicSource(grid, images, null, 'rgb', rasters);
  const part = await source.read({ x: 10, y: 5, width: 20, height: 9 });
  for (let y = 0; y < 9; y++) {
    const row = picture.red.subarray((5 + y) * picture.width + 10, (5 + y) * picture.width + 30);
    expect([...part.red.subarray(y * 20, (y + 1) * 20)]).toEqual([...row]);
  }
});

test('averages leave out what is not valid; less than half is nothing', async () => {
  const rasters = pictureOf(
    (x) => (x < 2 ? 100 : 200),
    (x, y) => (x < 4 ? x !== 0 : y % 2 === 1 && x > 4),
  );
  const { picture } = await readAll([image(0, 0, 8, 4)], 4, rasters);
  expect(picture).toMatchObject({ width: 2, height: 1 });
  // Three columns of the first pixel are valid: one of 100, two of 200. Of the second six source pixels of sixteen are.
  expect([...picture.valid]).toEqual([1, 0]);
  expect(picture.red[0]).toBe(167);
});

test('where images overlap the latest lies on top, and nothing of it where it has no data', async () => {
  const rasters: RasterAccess = {
    open: (path) => {
      const under = path.startsWith('0,0');
      return pictureOf(
        () => (under ? 50 : 150),
        (x) => under || x < 12,
      ).open(path);
    },
  };
  const { picture } = await readAll([image(0, 0, 16, 4), image(8, 0, 8, 4)], 1, rasters);
  expect([...picture.red.subarray(0, 16)]).toEqual([
    ...Array(8).fill(50),
    ...Array(4).fill(150),
    ...Array(4).fill(50),
  ]);
});

test('an image between the pixels of the others is sampled into place', async () => {
  const rasters = pictureOf(
    (x, y) => (x + y) % 200,
    () => true,
  );
  const { picture } = await readAll([image(0, 0, 40, 40), image(60, 0, 40, 40, 0.4)], 1, rasters);
  const at = (x: number, y: number): number => y * picture.width + x;
  expect(picture.valid[at(80, 20)]).toBe(1);
  expect(Math.abs((picture.red[at(80, 20)] ?? 0) - 100)).toBeLessThanOrEqual(2);
  expect(picture.valid[at(50, 20)]).toBe(0);
});
