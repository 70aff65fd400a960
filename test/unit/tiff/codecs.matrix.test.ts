import { afterAll, describe, expect, test } from 'vitest';
import type { SampleType } from '@shared/tiff/types';
import { createNodeCodecs } from '../../../main/rasters/nodeCodecs';
import { withoutGdal } from '../../support/data';
import { gdalBands, temporaryFolder } from '../../support/gdal';
import {
  largestDifference,
  readAll,
  translate,
  writeTestImage,
  type TestImage,
} from '../../support/rasterCase';

/**
 * Files written by GDAL, decoded here. What is stored without loss is compared with the picture it was made of, the rest
 * with what GDAL decodes. Codecs, types and predictors are crossed; layout, interleave and byte order take turns.
 */
const skip = withoutGdal('decoding of files that GDAL writes');
const folder = temporaryFolder();
const codecs = createNodeCodecs();
const SIZE = { width: 77, height: 53 };

afterAll(() => folder.remove());

const LAYOUTS = [
  ['TILED=YES', 'BLOCKXSIZE=32', 'BLOCKYSIZE=16'],
  ['BLOCKYSIZE=7'],
  ['BLOCKYSIZE=53'],
  ['TILED=YES', 'BLOCKXSIZE=128', 'BLOCKYSIZE=64'],
] as const;
const BANDS = [3, 1, 4, 5] as const;

let turn = 0;

/** The next combination of what takes turns. */
function layout(): { options: string[]; bands: number } {
  turn++;
  const bands = BANDS[turn % 4] as number;
  const interleave = bands > 1 && turn % 3 === 0 ? 'BAND' : 'PIXEL';
  const order = turn % 5 < 2 ? 'BIG' : 'LITTLE';
  const blocks = LAYOUTS[Math.floor(turn / 2) % 4] as readonly string[];
  return { options: [...blocks, `INTERLEAVE=${interleave}`, `ENDIANNESS=${order}`], bands };
}

const images = new Map<string, TestImage>();

function image(type: SampleType, bands: number): TestImage {
  const key = `${type}-${bands}`;
  const known = images.get(key);
  if (known) return known;
  const made = writeTestImage(folder.path(key), type, { ...SIZE, bands });
  images.set(key, made);
  return made;
}

interface Case {
  readonly name: string;
  readonly type: SampleType;
  readonly bands: number;
  readonly options: readonly string[];
}

function caseOf(type: SampleType, options: readonly string[], fixed?: { bands: number }): Case {
  const { options: turning, bands } = layout();
  const all = [...options, ...turning.filter((option) => !(fixed && option.startsWith('INTERLEAVE')))];
  const count = fixed?.bands ?? bands;
  return { name: `${type} x ${count}: ${all.join(' ')}`, type, bands: count, options: all };
}

const TYPES: readonly SampleType[] = [
  'uint8',
  'uint16',
  'int16',
  'uint32',
  'int32',
  'uint64',
  'int64',
  'float32',
  'float64',
];
const isFloat = (type: SampleType): boolean => type.startsWith('float');

/** In full for three types; for the others the codecs take turns too. */
const THOROUGH: ReadonlySet<SampleType> = new Set(['uint8', 'uint16', 'float32']);

/** Some of `all`: every one for thorough types, else the next in turn. */
function someOf(type: SampleType, all: readonly string[]): readonly string[] {
  return THOROUGH.has(type) ? all : [all[turn % all.length] as string];
}

const lossless: Case[] = skip
  ? []
  : [
      ...TYPES.flatMap((type) =>
        someOf(type, ['NONE', 'PACKBITS']).map((codec) => caseOf(type, [`COMPRESS=${codec}`])),
      ),
      ...TYPES.flatMap((type) =>
        someOf(type, ['LZW', 'DEFLATE', 'ZSTD', 'LZMA']).flatMap((codec) =>
          (isFloat(type) ? [1, 2, 3] : [1, 2])
            .map((predictor) => caseOf(type, [`COMPRESS=${codec}`, `PREDICTOR=${predictor}`]))
            // libtiff 4.5 writes predictor 3 wrongly into big-endian files: even GDAL does not read it back.
            .filter(
              ({ options }) => !(options.includes('PREDICTOR=3') && options.includes('ENDIANNESS=BIG')),
            ),
        ),
      ),
      ...TYPES.filter((type) => !type.endsWith('64') || type === 'float64').flatMap((type) =>
        someOf(type, ['LERC', 'LERC_DEFLATE', 'LERC_ZSTD'])
          .map((codec) => caseOf(type, [`COMPRESS=${codec}`]))
          // Words turned round may look like NaN, which LERC's mask swallows: GDAL loses them itself.
          .filter(({ options }) => !(isFloat(type) && options.includes('ENDIANNESS=BIG'))),
      ),
      ...[3, 4].map((bands) => caseOf('uint8', ['COMPRESS=WEBP', 'WEBP_LOSSLESS=YES'], { bands })),
    ];

describe.skipIf(skip)('files stored without loss equal their source', () => {
  test.each(lossless)('$name', async ({ type, bands, options }) => {
    const source = image(type, bands);
    const path = folder.path('case.tif');
    translate(source.path, path, options);
    const read = await readAll(path, codecs);
    expect(read.bands.map((samples) => samples.constructor.name)).toEqual(
      source.bands.map((samples) => samples.constructor.name),
    );
    read.bands.forEach((samples, band) => expect(largestDifference(samples, source.bands[band]!)).toBe(0));
  });
});

/** JPEG's strips hold whole blocks of 8 or 16 rows. */
function forJpeg(one: Case): Case {
  return { ...one, options: one.options.map((option) => option.replace(/^BLOCKYSIZE=7$/, 'BLOCKYSIZE=32')) };
}

const lossy: Case[] = skip
  ? []
  : [
      ...[1, 3, 4].flatMap((bands) =>
        [60, 95].map((quality) => caseOf('uint8', ['COMPRESS=JPEG', `JPEG_QUALITY=${quality}`], { bands })),
      ),
      ...[30, 75, 90, 100].map((quality) =>
        caseOf('uint8', ['COMPRESS=JPEG', 'PHOTOMETRIC=YCBCR', `JPEG_QUALITY=${quality}`], { bands: 3 }),
      ),
      ...LAYOUTS.map((blocks): Case => {
        const options = ['COMPRESS=JPEG', 'INTERLEAVE=BAND', ...blocks];
        return { name: options.join(' '), type: 'uint8', bands: 3, options };
      }),
      ...[3, 4].map((bands) => caseOf('uint8', ['COMPRESS=WEBP', 'WEBP_LEVEL=80'], { bands })),
    ].map(forJpeg);

describe.skipIf(skip)('files stored with loss decode as GDAL decodes them', () => {
  test.each(lossy)('$name', async ({ type, bands, options }) => {
    const path = folder.path('case.tif');
    translate(image(type, bands).path, path, options);
    const read = await readAll(path, codecs);
    const referee = gdalBands(path, type, bands);
    read.bands.forEach((samples, band) => expect(largestDifference(samples, referee[band]!)).toBe(0));
  });
});

const packed: Case[] = skip
  ? []
  : [
      ...[1, 2, 3, 4, 5, 7].map((bits) => caseOf('uint8', ['COMPRESS=DEFLATE', `NBITS=${bits}`])),
      ...[9, 10, 12, 15].map((bits) => caseOf('uint16', ['COMPRESS=LZW', `NBITS=${bits}`])),
      ...[17, 24, 31].map((bits) => caseOf('uint32', ['COMPRESS=ZSTD', `NBITS=${bits}`])),
      ...[16, 24].flatMap((bits) => [
        caseOf('float32', [`NBITS=${bits}`]),
        caseOf('float32', ['COMPRESS=LZW', `NBITS=${bits}`]),
      ]),
      caseOf('float32', ['COMPRESS=DEFLATE', 'PREDICTOR=2', 'NBITS=16']),
    ];

describe.skipIf(skip)('samples that fill no whole words are widened as GDAL widens them', () => {
  test.each(packed)('$name', async ({ type, bands, options }) => {
    const path = folder.path('case.tif');
    translate(image(type, bands).path, path, options, scaleTo(type, options));
    const read = await readAll(path, codecs);
    const referee = gdalBands(path, type, bands);
    read.bands.forEach((samples, band) => expect(largestDifference(samples, referee[band]!)).toBe(0));
  });
});

/** Brings integers into the range of their bits, for GDAL counts a clipped value as a failure. */
function scaleTo(type: SampleType, options: readonly string[]): string[] {
  const bits = Number(options.find((option) => option.startsWith('NBITS='))?.slice(6));
  const whole = { uint8: 8, uint16: 16, uint32: 32 }[type as string];
  return whole === undefined ? [] : ['-scale', '0', `${2 ** whole - 1}`, '0', `${2 ** bits - 1}`];
}
