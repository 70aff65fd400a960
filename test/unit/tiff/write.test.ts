import { expect, test } from 'vitest';
import { openRaster } from '@shared/tiff/open';
import { TAG } from '@shared/tiff/tags';
import type { ByteSource } from '@shared/tiff/types';
import { directoryBytes, isFileRange, layoutTiff, type WriteBlock } from '@shared/tiff/write';
import { ascii, copyTag, doubles, shorts, smallestType, wholeNumbers } from '@shared/tiff/writeTags';
import { bytesOf, tinyLayout, tinyTiff } from '../../fixtures/tinyTiff';
import { memorySource } from '../../support/fileSource';

const GIB = 2 ** 30;

function reopened(bytes: Uint8Array) {
  return openRaster(memorySource(bytes));
}

/** Entries of the first directory of a classic little-endian file: tag, type, count, value. */
function entriesOf(bytes: Uint8Array): { tag: number; type: number; count: number; value: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const at = view.getUint32(4, true);
  return Array.from({ length: view.getUint16(at, true) }, (_, index) => {
    const entry = at + 2 + index * 12;
    return {
      tag: view.getUint16(entry, true),
      type: view.getUint16(entry + 2, true),
      count: view.getUint32(entry + 4, true),
      value: view.getUint32(entry + 8, true),
    };
  });
}

for (const byteOrder of ['little', 'big'] as const) {
  test(`a ${byteOrder}-endian file reads back as it was written`, async () => {
    const bytes = tinyTiff({ width: 40, height: 25, tileSize: 16, bands: 3, byteOrder });
    const raster = await reopened(bytes);
    const level = raster.description.levels[0]!;
    expect(raster.description).toMatchObject({ width: 40, height: 25, bands: 3, byteOrder, bigTiff: false });
    expect(level).toMatchObject({ tiled: true, columns: 3, rows: 2, blockWidth: 16 });
    for (let index = 0; index < 6; index++) {
      const block = await raster.readBlock(level, index);
      expect(block).toEqual(Uint8Array.from({ length: 768 }, (_, at) => (index * 37 + at) & 255));
    }
  });
}

test('directory, values and blocks lie at even offsets, and tags ascend', () => {
  const odd = (_: number, length: number): WriteBlock => new Uint8Array(length | 1);
  const tags = [ascii(TAG.Software, 'ab'), ascii(TAG.ImageDescription, 'odd'), ascii(TAG.Artist, 'four+')];
  const bytes = tinyTiff({ width: 33, height: 9, rowsPerStrip: 3, tags, block: odd });
  const entries = entriesOf(bytes);
  expect(entries.map(({ tag }) => tag)).toEqual(entries.map(({ tag }) => tag).sort((a, b) => a - b));
  expect(new DataView(bytes.buffer).getUint32(4, true) % 2).toBe(0);
  const artist = entries.find(({ tag }) => tag === TAG.Artist)!;
  expect(artist.value % 2).toBe(0);
  expect(new TextDecoder().decode(bytes.subarray(artist.value, artist.value + 5))).toBe('four+');
  const offsets = entries.find(({ tag }) => tag === TAG.StripOffsets)!;
  const view = new DataView(bytes.buffer);
  for (let strip = 0; strip < offsets.count; strip++) {
    expect(view.getUint32(offsets.value + strip * 4, true) % 2).toBe(0);
  }
});

test('types are the smallest that hold the values', () => {
  expect([smallestType([0, 65535]), smallestType([65536]), smallestType([2 ** 32])]).toEqual([3, 4, 16]);
  const small = entriesOf(tinyTiff({ width: 8, height: 8 }));
  expect(small.find(({ tag }) => tag === TAG.StripByteCounts)!.type).toBe(3);
  const large = entriesOf(tinyTiff({ width: 300, height: 300 }));
  expect(large.find(({ tag }) => tag === TAG.StripByteCounts)!.type).toBe(4);
  expect(large.some(({ type }) => type === 16)).toBe(false);
});

test('the size is known before a byte is read, and is that of the parts', () => {
  const layout = tinyLayout({ width: 100, height: 70, tileSize: 32 });
  expect(layout.size).toBe(layout.parts.reduce((sum, part) => sum + part.length, 0));
  expect(layout.starts[0]).toBe(0);
  expect(bytesOf(layout).length).toBe(layout.size);
});

function withRanges(lengths: readonly number[]) {
  let offset = 1000;
  const block = (index: number): WriteBlock => {
    const range = { file: 0, offset, length: lengths[index]! };
    offset += lengths[index]!;
    return range;
  };
  return tinyLayout({ width: 16 * lengths.length, height: 16, tileSize: 16, block });
}

test('a file stays classic up to 4 GiB less one byte and becomes BigTIFF beyond', () => {
  const magic = (layout: ReturnType<typeof withRanges>): number => (layout.parts[0] as Uint8Array)[2]!;
  const counts = (last: number): number[] => [2 * GIB, GIB, last];
  // Byte counts that need LONG instead of SHORT take a little more.
  const exact = withRanges(counts(1000)).size - 3 * GIB - 1000;
  const fitting = withRanges(counts(4 * GIB - 1 - exact - 3 * GIB - 1));
  expect(fitting.size).toBeLessThan(4 * GIB);
  expect(fitting.size).toBeGreaterThan(4 * GIB - 4);
  expect(magic(fitting)).toBe(42);
  const larger = withRanges(counts(4 * GIB - exact - 3 * GIB + 2));
  expect(larger.size).toBeGreaterThan(4 * GIB);
  expect(magic(larger)).toBe(43);
});

test('offsets beyond 4 GiB read back from a BigTIFF', async () => {
  const layout = withRanges([3 * GIB, 2 * GIB, 100]);
  const head = layout.parts[0] as Uint8Array;
  const source: ByteSource = {
    name: 'five-gib.tif',
    size: layout.size,
    read: (offset, length) => {
      const bytes = new Uint8Array(length);
      bytes.set(head.subarray(offset, offset + length));
      return Promise.resolve(bytes);
    },
  };
  const raster = await openRaster(source);
  expect(raster.description.bigTiff).toBe(true);
  const level = raster.description.levels[0]!;
  const ranges = await Promise.all([0, 1, 2].map((index) => raster.blockRange(level, index)));
  expect(ranges[1]!.offset).toBe(ranges[0]!.offset + 3 * GIB);
  expect(ranges[2]!.offset).toBe(ranges[1]!.offset + 2 * GIB);
  expect(ranges[2]!.length).toBe(100);
});

test('blocks that share a range of the source are stored once', async () => {
  const shared = { file: 0, offset: 500, length: 256 };
  const layout = tinyLayout({ width: 64, height: 16, tileSize: 16, block: () => shared });
  expect(layout.parts.filter(isFileRange)).toEqual([shared]);
});

test('sparse blocks take no room and stay sparse', async () => {
  const bytes = tinyTiff({
    width: 48,
    height: 16,
    tileSize: 16,
    block: (index, length) => (index === 1 ? null : new Uint8Array(length)),
  });
  const raster = await reopened(bytes);
  const level = raster.description.levels[0]!;
  expect(await raster.blockRange(level, 1)).toEqual({ offset: 0, length: 0 });
  expect((await raster.blockRange(level, 2)).length).toBe(256);
});

test('blocks that follow each other in the source stay together, others begin at even offsets', async () => {
  const places = [1000, 1257, 5001, 5258];
  const block = (index: number): WriteBlock => ({ file: 0, offset: places[index]!, length: 257 });
  const layout = tinyLayout({ width: 64, height: 16, tileSize: 16, block });
  expect(layout.parts.slice(1)).toEqual([
    { file: 0, offset: 1000, length: 514 },
    { file: 0, offset: 5001, length: 514 },
  ]);
  const apart = tinyLayout({ width: 32, height: 16, tileSize: 16, block: (index) => block(index * 2) });
  expect(apart.parts.slice(1).map(({ length }) => length)).toEqual([257, 1, 257]);
  expect(apart.starts[3]! % 2).toBe(0);
});

test('several directories follow each other', async () => {
  const order = 'little';
  const page = (width: number, extra: number) => ({
    tags: [
      wholeNumbers(order, 254, [extra]),
      wholeNumbers(order, TAG.ImageWidth, [width]),
      wholeNumbers(order, TAG.ImageLength, [8]),
      shorts(order, TAG.BitsPerSample, [8]),
      shorts(order, TAG.PhotometricInterpretation, [extra === 4 ? 4 : 1]),
    ],
    tiled: false,
    blocks: [new Uint8Array(width * 8)],
  });
  const layout = layoutTiff({ byteOrder: order, directories: [page(64, 0), page(32, 1), page(64, 4)] });
  const raster = await reopened(bytesOf(layout));
  expect(raster.description.levels.map(({ width }) => width)).toEqual([64, 32]);
  expect(raster.description.maskLevels.map(({ width }) => width)).toEqual([64]);
});

test('room kept for the head is filled, so that blocks may be written before it', () => {
  const plain = tinyLayout({ width: 16, height: 16 });
  const blocks = [new Uint8Array(256)];
  const tags = [wholeNumbers('little', TAG.ImageWidth, [16])];
  const layout = layoutTiff({
    byteOrder: 'little',
    headBytes: 5001,
    directories: [{ tags, tiled: false, blocks }],
  });
  expect((layout.parts[0] as Uint8Array).length).toBe(5002);
  expect(layout.size).toBe(5002 + 256);
  expect(plain.size).toBeLessThan(1000);
});

test('what a directory takes is never underestimated', () => {
  const tags = [ascii(TAG.Software, 'something longer'), doubles('little', TAG.ModelPixelScale, [1, 1, 0])];
  for (const count of [1, 2, 3, 500]) {
    const blocks = Array.from({ length: count }, () => new Uint8Array(1));
    const layout = layoutTiff({ byteOrder: 'little', directories: [{ tags, tiled: true, blocks }] });
    const head = (layout.parts[0] as Uint8Array).length;
    expect(16 + directoryBytes(tags, count, false)).toBeGreaterThanOrEqual(head);
  }
});

test('tags of another byte order are turned, and eight-byte numbers shrink or are left out', () => {
  const entry = { tag: 1, type: 3, count: 2 };
  expect(copyTag(entry, Uint8Array.of(1, 2, 3, 4), 'big', 'little')!.bytes).toEqual(
    Uint8Array.of(2, 1, 4, 3),
  );
  const rational = { tag: 1, type: 5, count: 1 };
  const turned = copyTag(rational, Uint8Array.of(0, 0, 1, 44, 0, 0, 0, 1), 'big', 'little')!;
  expect(turned.bytes).toEqual(Uint8Array.of(44, 1, 0, 0, 1, 0, 0, 0));
  const long8 = copyTag(
    { tag: 1, type: 16, count: 1 },
    Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0),
    'little',
    'little',
  )!;
  expect(long8).toMatchObject({ type: 4, count: 1, bytes: Uint8Array.of(7, 0, 0, 0) });
  expect(copyTag({ tag: 1, type: 16, count: 1 }, new Uint8Array(8).fill(1), 'little', 'little')).toBeNull();
  expect(copyTag({ tag: 330, type: 13, count: 1 }, new Uint8Array(4), 'little', 'little')).toBeNull();
});
