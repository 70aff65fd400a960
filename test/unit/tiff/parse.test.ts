import { openRaster } from '@shared/tiff/open';
import { RecentPromises } from '@shared/tiff/recentPromises';
import type { ByteOrder, ByteSource, Raster } from '@shared/tiff/types';
import { describe, expect, test } from 'vitest';
import { DATA_START, greyTags, rawTiff, TYPE, type RawTag, type RawTiff } from '../../fixtures/rawTiff';
import { memorySource } from '../../support/fileSource';

const open = (tiff: RawTiff): Promise<Raster> => openRaster(memorySource(rawTiff(tiff)));
const image = (...tags: RawTag[]): RawTiff => ({ directories: [{ tags: greyTags(20, 10, tags) }] });
const short = (tag: number, ...value: number[]): RawTag => ({ tag, type: TYPE.SHORT, value });
const long = (tag: number, ...value: number[]): RawTag => ({ tag, type: TYPE.LONG, value });

describe('a directory', () => {
  const layouts: [ByteOrder, boolean][] = [
    ['little', false],
    ['big', false],
    ['little', true],
    ['big', true],
  ];
  test.each(layouts)('is read in %s byte order, BigTIFF: %s', async (byteOrder, big) => {
    const raster = await open({ byteOrder, big, directories: [{ tags: greyTags(20, 10) }] });
    const { width, height, bands, sampleType, levels } = raster.description;
    expect({ width, height, bands, sampleType }).toEqual({
      width: 20,
      height: 10,
      bands: 1,
      sampleType: 'uint8',
    });
    expect(raster.description).toMatchObject({ byteOrder, bigTiff: big, warnings: [] });
    await expect(raster.blockRange(levels[0]!, 0)).resolves.toEqual({ offset: DATA_START, length: 200 });
  });

  test.each(['BYTE', 'SHORT', 'LONG', 'SSHORT', 'SLONG', 'LONG8', 'SLONG8'] as const)(
    'gives its numbers in any integer type: %s',
    async (type) => {
      const tags = greyTags(20, 10, [{ tag: 256, type: TYPE[type], value: [20] }]);
      const raster = await open({ big: true, directories: [{ tags }] });
      expect(raster.description.width).toBe(20);
    },
  );

  test('gives raw access to its tags, values verbatim', async () => {
    const text = { tag: 270, type: TYPE.ASCII, value: 'a scene\0' };
    const raster = await open({
      byteOrder: 'big',
      ...image(text, { tag: 33550, type: TYPE.DOUBLE, value: [2, 2, 0] }),
    });
    const { main, mask } = raster.directories;
    expect(mask).toBeNull();
    expect(main.entries.map(({ tag }) => tag)).toEqual(
      [...main.entries.map(({ tag }) => tag)].sort((a, b) => a - b),
    );
    expect(main.get(270)).toMatchObject({ type: TYPE.ASCII, count: 8, byteLength: 8 });
    await expect(main.readText(270)).resolves.toBe('a scene');
    await expect(main.readValues(33550)).resolves.toEqual([2, 2, 0]);
    const bytes = await main.readBytes(33550);
    expect(bytes?.slice(0, 8)).toEqual(Uint8Array.from([0x40, 0, 0, 0, 0, 0, 0, 0]));
    await expect(main.readBytes(65000)).resolves.toBeNull();
  });

  test('gives values that own their bytes, so that a description stays small between processes', async () => {
    const tables = { tag: 347, type: TYPE.UNDEFINED, value: Array<number>(64).fill(7) };
    const raster = await open(image(short(259, 7), tables));
    const [level] = structuredClone(raster.description).levels;
    expect(level!.coding.jpegTables).toHaveLength(64);
    expect(level!.coding.jpegTables!.buffer.byteLength).toBe(64);
  });

  test('counts the first of duplicate tags', async () => {
    const tags = [...greyTags(20, 10), long(256, 4000)];
    await expect(open({ directories: [{ tags }] })).resolves.toMatchObject({ description: { width: 20 } });
  });

  test('skips entries of unknown type', async () => {
    await expect(open(image({ tag: 40000, type: 99, value: [1] }))).resolves.toMatchObject({
      description: { warnings: [] },
    });
  });

  test('loses tags whose value lies outside the file, and says so', async () => {
    const { description } = await open(
      image({ tag: 42112, type: TYPE.ASCII, value: 'x'.repeat(90), offset: 9e8 }),
    );
    expect(description.warnings).toEqual([
      { kind: 'tiff.tags_lost', params: { file: 'memory.tif', tags: '42112' } },
    ]);
  });

  test('reads text that is not UTF-8 as Latin-1', async () => {
    const { description } = await open(image({ tag: 270, type: TYPE.ASCII, value: [0x5a, 0xfc, 0] }));
    expect(description.metadata['TIFFTAG_IMAGEDESCRIPTION']).toBe('Zü');
  });
});

describe('an image that cannot be', () => {
  test.each([
    ['without a width', greyTags(20, 10).filter(({ tag }) => tag !== 256), 'tiff.missing_size'],
    ['without pixels', greyTags(0, 10), 'tiff.bad_size'],
    ['wider than any raster', greyTags(20, 10, [long(256, 2 ** 31)]), 'tiff.bad_size'],
    ['without bands', greyTags(20, 10, [short(277, 0)]), 'tiff.bad_samples'],
    [
      'of bands with different bits',
      greyTags(20, 10, [short(277, 2), short(258, 8, 16)]),
      'tiff.mixed_samples',
    ],
    ['of 33 bits', greyTags(20, 10, [short(258, 33)]), 'tiff.unsupported_samples'],
    ['of floats of 8 bits', greyTags(20, 10, [short(339, 3)]), 'tiff.unsupported_samples'],
    ['in strips of no rows', greyTags(20, 10, [long(278, 0)]), 'tiff.bad_block_size'],
    ['in tiles of no width', greyTags(20, 10, [long(322, 0), long(323, 16)]), 'tiff.bad_block_size'],
    [
      'in tiles that fill the memory',
      greyTags(2 ** 30, 2 ** 30, [long(322, 2 ** 30), long(323, 2 ** 30)]),
      'tiff.bad_block_size',
    ],
    ['in 2^50 tiles', greyTags(2 ** 30, 2 ** 30, [long(322, 16), long(323, 16)]), 'tiff.too_many_blocks'],
    ['that has no pixels anywhere', greyTags(20, 10).filter(({ tag }) => tag !== 273), 'tiff.missing_blocks'],
  ])('%s is refused', async (_, tags, kind) => {
    await expect(open({ directories: [{ tags }] })).rejects.toMatchObject({ kind });
  });

  test.each([
    ['no directory', { offset: 4, bytes: [0, 0, 0, 0] }, 'tiff.no_directory'],
    ['a directory inside the header', { offset: 4, bytes: [4, 0, 0, 0] }, 'tiff.bad_directory'],
    ['a directory beyond the end', { offset: 4, bytes: [0, 0, 0, 0x70] }, 'tiff.truncated'],
  ])('a file with %s is refused', async (_, { offset, bytes }, kind) => {
    const file = rawTiff(image());
    file.set(bytes, offset);
    await expect(openRaster(memorySource(file))).rejects.toMatchObject({ kind });
  });

  test('a directory that says it has a million entries is refused before they are read', async () => {
    const file = rawTiff({ big: true, ...image() });
    const start = Number(new DataView(file.buffer).getBigUint64(8, true));
    new DataView(file.buffer).setBigUint64(start, 1_000_000n, true);
    await expect(openRaster(memorySource(file))).rejects.toMatchObject({ kind: 'tiff.bad_directory' });
  });
});

describe('a chain of directories', () => {
  const reduced = (width: number, height: number, kind = 1): { tags: RawTag[] } => ({
    tags: greyTags(width, height, [long(254, kind)]),
  });
  const main = { tags: greyTags(80, 40) };

  test('is sorted into overviews, masks and other pages', async () => {
    const page = { tags: greyTags(30, 30) };
    const { description } = await open({
      directories: [main, reduced(20, 10), reduced(40, 20), reduced(80, 40, 4), page, reduced(40, 20, 5)],
    });
    expect(description.levels.map(({ width }) => width)).toEqual([80, 40, 20]);
    expect(description.maskLevels.map(({ width }) => width)).toEqual([80, 40]);
    expect(description).toMatchObject({ mask: 'internal', otherPages: 1, warnings: [] });
  });

  test('takes overviews below the main directory, as OME-TIFF has them', async () => {
    const { description } = await open({
      directories: [
        { ...main, next: null },
        { ...reduced(40, 20), next: null },
      ],
      subDirectories: [1],
    });
    expect(description.levels.map(({ width }) => width)).toEqual([80, 40]);
  });

  test('leaves out overviews of another kind than the image', async () => {
    const rgb = { tags: greyTags(40, 20, [short(277, 3), short(258, 8, 8, 8), short(262, 2), long(254, 1)]) };
    const larger = reduced(160, 80);
    const { description } = await open({
      directories: [main, rgb, larger, reduced(40, 20), reduced(40, 20)],
    });
    expect(description.levels).toHaveLength(2);
  });

  test('that leads back to itself ends with a warning', async () => {
    const { description } = await open({ directories: [main, { ...reduced(40, 20), next: 0 }] });
    expect(description.levels).toHaveLength(2);
    expect(description.warnings.map(({ kind }) => kind)).toEqual(['tiff.directory_cycle']);
  });

  test('of thousands of pages is followed for a while only', async () => {
    const directories = [main, ...Array.from({ length: 1200 }, () => ({ tags: greyTags(2, 2) }))];
    const { description } = await open({ directories });
    expect(description.otherPages).toBe(1023);
    expect(description.warnings.map(({ kind }) => kind)).toEqual(['tiff.many_directories']);
  });

  test('whose tail is cut off keeps its head', async () => {
    const { description } = await open({ directories: [{ ...main, next: { offset: 900_000 } }] });
    expect(description.width).toBe(80);
    expect(description.warnings.map(({ kind }) => kind)).toEqual(['tiff.page_unreadable']);
  });
});

describe('the place of a block', () => {
  const range = async (tiff: RawTiff, index = 0) => {
    const raster = await open(tiff);
    return raster.blockRange(raster.description.levels[0]!, index);
  };
  const bad = { kind: 'tiff.bad_block' };

  test('is sparse where both numbers are zero', async () => {
    await expect(range(image(long(273, 0), long(279, 0)))).resolves.toEqual({ offset: 0, length: 0 });
    const raster = await open(image(long(273, 0), long(279, 0)));
    await expect(raster.readBlock(raster.description.levels[0]!, 0)).resolves.toBeNull();
  });

  test('is derived for an uncompressed image that does not tell the length', async () => {
    const tags = greyTags(20, 10).filter(({ tag }) => tag !== 279);
    await expect(range({ directories: [{ tags }] })).resolves.toEqual({ offset: DATA_START, length: 200 });
    await expect(range(image(long(279, 4_000_000)))).resolves.toEqual({ offset: DATA_START, length: 200 });
  });

  test('reaches to the end of the file for a single compressed strip that does not tell the length', async () => {
    const tiff = { ...image(short(259, 5), long(279, 0)), size: 9000 };
    await expect(range(tiff)).resolves.toEqual({ offset: DATA_START, length: 9000 - DATA_START });
  });

  test('is refused beyond the end of the file and beyond the grid', async () => {
    await expect(range(image(short(259, 5), long(273, 500_000), long(279, 10)))).rejects.toMatchObject(bad);
    await expect(range(image(), 1)).rejects.toMatchObject(bad);
    await expect(range(image(), -1)).rejects.toMatchObject(bad);
    await expect(range(image(), 0.5)).rejects.toMatchObject(bad);
  });

  test('is refused where a compressed block is absurdly long', async () => {
    const tiff = { ...image(short(259, 5), long(279, 2_000_000)), size: 3_000_000 };
    await expect(range(tiff)).rejects.toMatchObject(bad);
  });

  test('is found for arrays shorter than the grid: the rest is sparse', async () => {
    const tiff = image(long(278, 5), long(273, DATA_START), long(279, 100));
    await expect(range(tiff, 0)).resolves.toEqual({ offset: DATA_START, length: 100 });
    await expect(range(tiff, 1)).resolves.toEqual({ offset: 0, length: 0 });
  });

  test('is found for tiles that are called strips', async () => {
    const tiff = image(long(322, 16), long(323, 16), long(273, 100, 200), long(279, 256, 256));
    await expect(range(tiff, 1)).resolves.toEqual({ offset: 200, length: 256 });
  });

  test('is found for a copy of the level, as it arrives from another process', async () => {
    const raster = await open(image());
    const copy = structuredClone(raster.description.levels[0]!);
    await expect(raster.blockRange(copy, 0)).resolves.toEqual({ offset: DATA_START, length: 200 });
    await expect(raster.blockRange({ ...copy, width: 7 }, 0)).rejects.toMatchObject({
      kind: 'tiff.unknown_level',
    });
  });

  test('is told from the last block when the file was cut off', async () => {
    const { description } = await open(
      image(long(278, 5), long(273, DATA_START, 900_000), long(279, 100, 100)),
    );
    expect(description.warnings.map(({ kind }) => kind)).toEqual(['tiff.data_cut_off']);
  });
});

/** A file of any size whose directory is real and whose other bytes are zeros that need no memory. */
function hollowSource(head: Uint8Array, size: number): ByteSource & { readonly bytesRead: () => number } {
  let total = 0;
  return {
    name: 'huge.tif',
    size,
    bytesRead: () => total,
    read(offset, length) {
      if (length > 2 ** 24) throw new Error('far too much is read at once');
      total += length;
      const bytes = new Uint8Array(length);
      if (offset < head.length) bytes.set(head.subarray(offset, offset + length));
      return Promise.resolve(bytes);
    },
  };
}

describe('a huge file', () => {
  const sparse = (width: number, height: number, side: number): RawTiff => {
    const tiles = Math.ceil(width / side) * Math.ceil(height / side);
    const array = (tag: number): RawTag => ({
      tag,
      type: TYPE.LONG8,
      value: [0],
      count: tiles,
      offset: 2 ** 21,
    });
    return {
      big: true,
      directories: [
        { tags: greyTags(width, height, [long(322, side), long(323, side), array(324), array(325)]) },
      ],
    };
  };

  test.each([
    [100_000, 100_000, 256],
    [524_288, 524_288, 16],
  ])('of %i x %i sparse pixels opens at once and reads a few pages', async (width, height, side) => {
    const source = hollowSource(rawTiff(sparse(width, height, side)), 2 ** 40);
    const start = performance.now();
    const raster = await openRaster(source);
    const [level] = raster.description.levels;
    const last = level!.columns * level!.rows - 1;
    for (const index of [0, Math.floor(last / 2), last]) {
      await expect(raster.blockRange(level!, index)).resolves.toEqual({ offset: 0, length: 0 });
    }
    expect(performance.now() - start).toBeLessThan(500);
    expect(source.bytesRead()).toBeLessThan(1e6);
  });
});

describe('what was read lately', () => {
  test('is kept up to a number, and failures are not', async () => {
    const made: number[] = [];
    const recent = new RecentPromises(2, (key) => {
      made.push(key);
      return key === 13 && made.length < 6 ? Promise.reject(new Error('unlucky')) : Promise.resolve(key * 2);
    });
    await recent.get(1);
    await recent.get(2);
    await recent.get(1);
    await recent.get(3);
    await recent.get(1);
    await recent.get(2);
    expect(made).toEqual([1, 2, 3, 2]);
    await expect(recent.get(13)).rejects.toThrow('unlucky');
    await expect(recent.get(13)).resolves.toBe(26);
  });
});

describe('reading a file', () => {
  test('takes one read for an ordinary one, and never the pixels', async () => {
    let reads = 0;
    const bytes = rawTiff({ ...image(), size: 2e6 });
    const raster = await openRaster({
      name: 'a.tif',
      size: bytes.length,
      read(offset, length) {
        reads++;
        return Promise.resolve(bytes.slice(offset, offset + length));
      },
    });
    await raster.blockRange(raster.description.levels[0]!, 0);
    expect(reads).toBe(1);
  });
});
