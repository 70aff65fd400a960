/** One scene stored in every way that the engine takes: learned models find the same in all of them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { crsFromEpsg, projectionFor } from '@shared/geo/crs';
import { writeTinyTiff } from '../../contract/geotiff';
import { gdal } from '../../support/gdal';
import { areaOf, detect, village } from './detecting';
import type { ResultFeature } from '../../../main/engine/vectorize';

const crs = projectionFor(await crsFromEpsg(32633))!;
const size = { width: 720, height: 560, pixel: 0.3 };
let folder: string;
let rgb: string;
let plain: readonly ResultFeature[];

const at = (name: string): string => join(folder, name);
const translate = (from: string, name: string, ...options: string[]): string => {
  gdal('gdal_translate', '-q', ...options, from, at(name));
  return at(name);
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stored-'));
  rgb = await writeTinyTiff(at('rgb.tif'), { ...size, sample: village });
  plain = await detect(folder, [rgb], rgb);
  expect(plain.length).toBeGreaterThan(40);
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Numbers of a palette of 6 reds, 7 greens and 6 blues, and a header that says so. */
async function paletted(): Promise<string> {
  const steps = [5, 6, 5];
  const levelOf = (value: number, band: number): number => Math.round((value / 255) * steps[band]!);
  const numbers = await writeTinyTiff(at('numbers.tif'), {
    ...size,
    bands: 1,
    sample: (x, y) => {
      const [red = 0, green = 0, blue = 0] = [0, 1, 2].map((band) => levelOf(village(x, y, band), band));
      return (red * 7 + green) * 6 + blue;
    },
  });
  const entries = Array.from({ length: 252 }, (_, i) => {
    const [red, green, blue] = [Math.floor(i / 42), Math.floor(i / 6) % 7, i % 6];
    return `<Entry c1="${Math.round(red * 51)}" c2="${Math.round(green * 42.5)}" c3="${Math.round(blue * 51)}"/>`;
  });
  await writeFile(
    at('palette.vrt'),
    `<VRTDataset rasterXSize="${size.width}" rasterYSize="${size.height}">
      <SRS>EPSG:32633</SRS><GeoTransform>456000, 0.3, 0, 5428000, 0, -0.3</GeoTransform>
      <VRTRasterBand dataType="Byte" band="1"><ColorInterp>Palette</ColorInterp>
      <ColorTable>${entries.join('')}</ColorTable>
      <SimpleSource><SourceFilename>${numbers}</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>`,
  );
  return translate(at('palette.vrt'), 'palette.tif');
}

const internalMask = ['--config', 'GDAL_TIFF_INTERNAL_MASK', 'YES'];

/** The same picture, or one whose colours differ by what the kind can hold; `off` is the share of area that may differ. */
const kinds: readonly (readonly [what: string, off: number, make: () => string | Promise<string>])[] = [
  ['tiles and Deflate', 0, () => translate(rgb, 'tiles.tif', '-co', 'TILED=YES', '-co', 'COMPRESS=DEFLATE')],
  ['one band after the other', 0, () => translate(rgb, 'bands.tif', '-co', 'INTERLEAVE=BAND')],
  [
    'a mask that hides nothing',
    0,
    () => translate(rgb, 'mask.tif', ...internalMask, '-mask', '1', '-a_nodata', 'none'),
  ],
  ['a nodata value that does not occur', 0, () => translate(rgb, 'nodata.tif', '-a_nodata', '1')],
  [
    'JPEG in YCbCr',
    0.1,
    () => translate(rgb, 'jpeg.tif', '-co', 'TILED=YES', '-co', 'COMPRESS=JPEG', '-co', 'PHOTOMETRIC=YCBCR'),
  ],
  ['a palette of 252 colours', 0.15, paletted],
  ['16 bits', 0.3, () => translate(rgb, 'sixteen.tif', '-ot', 'UInt16', '-scale', '0', '255', '200', '4280')],
  [
    'floating point',
    0.3,
    () => translate(rgb, 'float.tif', '-ot', 'Float32', '-scale', '0', '255', '0', '1'),
  ],
];

test.each(kinds)(
  '%s: the same houses',
  async (_what, off, make) => {
    const path = await make();
    const found = await detect(folder, [path], rgb);
    if (off === 0) {
      expect(found).toEqual(plain);
      return;
    }
    expect(Math.abs(found.length - plain.length)).toBeLessThanOrEqual(off * plain.length);
    expect(Math.abs(areaOf(found) - areaOf(plain))).toBeLessThanOrEqual(off * areaOf(plain));
  },
  60_000,
);

test('grey shows most of the same houses', async () => {
  const grey = await writeTinyTiff(at('grey.tif'), {
    ...size,
    bands: 1,
    sample: (x, y) => (village(x, y, 0) + village(x, y, 1) + village(x, y, 2)) / 3,
  });
  const found = await detect(folder, [grey], rgb);
  expect(areaOf(found)).toBeGreaterThan(0.5 * areaOf(plain));
  expect(areaOf(found)).toBeLessThan(1.5 * areaOf(plain));
}, 60_000);

/** Left of the middle the village, right of it what is said to hold nothing. */
const halves: readonly (readonly [what: string, make: () => Promise<string>])[] = [
  [
    'nodata',
    async () => {
      const path = await writeTinyTiff(at('half.tif'), {
        ...size,
        sample: (x, y, band) => (x < 360 ? Math.max(1, village(x, y, band)) : 0),
      });
      return translate(path, 'half-nodata.tif', '-a_nodata', '0');
    },
  ],
  [
    'a mask',
    async () => {
      const path = await writeTinyTiff(at('rgba.tif'), {
        ...size,
        bands: 4,
        sample: (x, y, band) => (band === 3 ? (x < 360 ? 255 : 0) : village(x, y, band)),
      });
      return translate(path, 'half-mask.tif', ...internalMask, '-b', '1', '-b', '2', '-b', '3', '-mask', '4');
    },
  ],
  [
    '16 bits and nodata',
    async () => {
      const path = await writeTinyTiff(at('half16.tif'), {
        ...size,
        sample: (x, y, band) => (x < 360 ? Math.max(1, village(x, y, band)) : 0),
      });
      return translate(
        path,
        'half-sixteen.tif',
        '-ot',
        'UInt16',
        '-scale',
        '0',
        '255',
        '0',
        '4080',
        '-a_nodata',
        '0',
      );
    },
  ],
];

test.each(halves)(
  'what %s hides has no houses, and what it shows has',
  async (_what, make) => {
    const path = await make();
    const found = await detect(folder, [path], rgb);
    const eastmost = ({ geometry }: ResultFeature): number =>
      Math.max(...geometry.coordinates[0]!.map(([x = NaN, y = NaN]) => crs.fromLonLat([x, y])[0]));
    expect(found.map(eastmost).filter((east) => east > 456_000 + 362 * size.pixel)).toEqual([]);
    expect(areaOf(found)).toBeGreaterThan(0.35 * areaOf(plain));
    expect(areaOf(found)).toBeLessThan(0.6 * areaOf(plain));
  },
  60_000,
);
