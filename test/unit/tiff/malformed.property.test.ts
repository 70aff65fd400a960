import { AppError } from '@shared/errors';
import { inspectObject } from '@shared/tiff/inspect';
import { openRaster } from '@shared/tiff/open';
import type { ByteSource, Level, Raster } from '@shared/tiff/types';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  DATA_BYTES,
  DATA_START,
  greyTags,
  rawTiff,
  TYPE,
  type RawTag,
  type RawTiff,
} from '../../fixtures/rawTiff';

/** Set MUTATIONS=100000 for a long run. */
const RUNS = Number(process.env['MUTATIONS'] ?? 3000);

const short = (tag: number, ...value: number[]): RawTag => ({ tag, type: TYPE.SHORT, value });
const long = (tag: number, ...value: number[]): RawTag => ({ tag, type: TYPE.LONG, value });
const text = (tag: number, value: string): RawTag => ({ tag, type: TYPE.ASCII, value: `${value}\0` });
const double = (tag: number, ...value: number[]): RawTag => ({ tag, type: TYPE.DOUBLE, value });

const place = [double(33550, 0.5, 0.5, 0), double(33922, 0, 0, 0, 500000, 4600000, 0)];
const tiles = [long(322, 16), long(323, 16), long(324, 16, 272, 528, 784), long(325, 256, 256, 256, 256)];
const rgb = [short(277, 3), short(258, 8, 8, 8), short(262, 2)];
const metadata =
  '<GDALMetadata><Item name="STATISTICS_MAXIMUM" sample="0">9 &amp; more</Item></GDALMetadata>';
const userDefined = [
  short(
    34735,
    1,
    1,
    0,
    9,
    1024,
    0,
    1,
    1,
    2048,
    0,
    1,
    4326,
    3072,
    0,
    1,
    32767,
    3074,
    0,
    1,
    32767,
    3075,
    0,
    1,
    8,
    3078,
    34736,
    1,
    0,
    3079,
    34736,
    1,
    1,
    3084,
    34736,
    1,
    2,
    1026,
    34737,
    8,
    0,
  ),
  double(34736, 30, 50, 10),
  text(34737, 'my LCC |'),
];
const esriString = [
  short(34735, 1, 1, 0, 2, 1024, 0, 1, 32767, 3073, 34737, 190, 0),
  text(
    34737,
    'ESRI PE String = PROJCS["x",GEOGCS["g",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Mercator"],UNIT["Meter",1.0]]|',
  ),
];

const sound: RawTiff[] = [
  {
    directories: [
      { tags: greyTags(32, 32, [...place, ...tiles, text(42112, metadata), text(42113, '-9999')]) },
    ],
  },
  { byteOrder: 'big', directories: [{ tags: greyTags(32, 32, [...rgb, ...place, ...userDefined]) }] },
  { big: true, directories: [{ tags: greyTags(32, 32, [...place, ...esriString, short(284, 2)]) }] },
  {
    directories: [
      { tags: greyTags(32, 32, [...tiles, short(262, 3), short(320, ...Array<number>(768).fill(65535))]) },
      { tags: greyTags(16, 16, [long(254, 1)]) },
      { tags: greyTags(32, 32, [long(254, 4), short(258, 1)]) },
      { tags: greyTags(16, 16, [long(254, 5), short(258, 1)]) },
    ],
    subDirectories: [1],
  },
];
const files = sound.map((tiff) => rawTiff(tiff));

/** Numbers that break what was not thought of. */
const WORDS = [0, 1, 2, 255, 256, 32767, 32768, 65535, 65536, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff];

interface Mutation {
  readonly file: number;
  readonly edits: readonly { readonly at: number; readonly word: number; readonly bytes: number }[];
  readonly cut: number;
}

/** Evenly spread, which fast-check's own fractions are not. */
const fraction = fc.nat(999_999).map((millionths) => millionths / 1e6);

const mutation: fc.Arbitrary<Mutation> = fc.record({
  file: fc.nat(files.length - 1),
  edits: fc.array(
    fc.record({
      at: fraction,
      word: fc.oneof(fc.constantFrom(...WORDS), fc.nat(0xffff), fc.nat(255)),
      bytes: fc.constantFrom(1, 2, 4),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  cut: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fraction }),
});

/** Changes the header and the directories, not the pixels between them. */
function mutate({ file, edits, cut }: Mutation): Uint8Array {
  const bytes = (files[file] as Uint8Array).slice();
  const view = new DataView(bytes.buffer);
  for (const { at, word, bytes: width } of edits) {
    const place = Math.floor(at * (bytes.length - DATA_BYTES - 4));
    const offset = place < DATA_START ? place : place + DATA_BYTES;
    const little = bytes[0] === 0x49;
    if (width === 1) view.setUint8(offset, word & 255);
    else if (width === 2) view.setUint16(offset, word & 65535, little);
    else view.setUint32(offset, word, little);
  }
  return bytes.slice(0, Math.floor(bytes.length * cut));
}

/** Counts what is read, and fails on what no header of this size needs. */
function countingSource(bytes: Uint8Array): ByteSource & { readonly total: () => number } {
  let total = 0;
  return {
    name: 'mutated.tif',
    size: bytes.length,
    total: () => total,
    read(offset, length) {
      if (offset < 0 || offset + length > bytes.length) {
        return Promise.reject(new AppError('tiff.read_beyond_end', { file: 'mutated.tif' }));
      }
      total += length;
      return Promise.resolve(bytes.slice(offset, offset + length));
    },
  };
}

async function useRaster(raster: Raster): Promise<void> {
  JSON.stringify(inspectObject(raster.description));
  const levels: Level[] = [...raster.description.levels, ...raster.description.maskLevels];
  for (const level of levels) {
    await raster.readBlock(level, level.columns * level.rows * level.planes - 1);
  }
}

test('a mutated header ends in a description or in an AppError, soon and with little read', async () => {
  let described = 0;
  // ms of the processor, which the machine's other work does not change
  let slowest = 0;
  await fc.assert(
    fc.asyncProperty(mutation, async (change) => {
      const source = countingSource(mutate(change));
      const start = process.cpuUsage();
      try {
        const raster = await openRaster(source);
        described++;
        await useRaster(raster);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
      }
      const { user, system } = process.cpuUsage(start);
      slowest = Math.max(slowest, (user + system) / 1000);
      expect(source.total()).toBeLessThan(4e6);
    }),
    { numRuns: RUNS, seed: RUNS > 3000 ? undefined : 7 },
  );
  // Most mutations hit what a reader can do without.
  expect(described).toBeGreaterThan(RUNS / 5);
  expect(slowest).toBeLessThan(1000);
  if (RUNS > 3000)
    process.stderr.write(`${RUNS} mutations: ${described} described, slowest ${slowest.toFixed(0)} ms\n`);
}, 3_600_000);
