import { expect, test } from 'vitest';
import { openRaster } from '@shared/tiff/open';
import { sliceLayout } from '@shared/tiff/slice';
import { blockDecoder, type DecodeBlock } from '@shared/tiff/sliceEncode';
import { slicedMetadata } from '@shared/tiff/sliceTags';
import { TAG } from '@shared/tiff/tags';
import type { PixelWindow, Raster } from '@shared/tiff/types';
import { layoutTiff } from '@shared/tiff/write';
import { layoutSource, readLayoutRange } from '@shared/tiff/writeStream';
import { ascii, doubles, shorts, wholeNumbers, type WriteTag } from '@shared/tiff/writeTags';
import { createNodeCodecs } from '../../../main/rasters/nodeCodecs';
import { bytesOf, tinyTiff, type TinyTiff } from '../../fixtures/tinyTiff';
import { memorySource } from '../../support/fileSource';

const opened = (tiff: TinyTiff): Promise<Raster> => openRaster(memorySource(tinyTiff(tiff)));
const decoderOf = (raster: Raster): DecodeBlock => blockDecoder(raster, createNodeCodecs());

/** A slice, opened again. */
async function sliced(raster: Raster, window: PixelWindow): Promise<Raster> {
  const layout = await sliceLayout(raster, window, { decode: decoderOf(raster) });
  return openRaster(layoutSource(layout, raster.files, 'slice.tif'));
}

const TILED: TinyTiff = { width: 96, height: 64, tileSize: 16 };
const WINDOW: PixelWindow = { x: 32, y: 16, width: 48, height: 32 };

async function slicedTag(tags: readonly WriteTag[], tag: number): Promise<number[] | null> {
  const slice = await sliced(await opened({ ...TILED, tags }), WINDOW);
  return slice.directories.main.readValues(tag);
}

test('the tiles of a slice are the source’s, byte for byte and in order', async () => {
  const raster = await opened({ ...TILED, bands: 3, planar: true });
  const slice = await sliced(raster, WINDOW);
  const own = raster.description.levels[0]!;
  const its = slice.description.levels[0]!;
  expect(its).toMatchObject({ width: 48, height: 32, columns: 3, rows: 2, planes: 3 });
  for (let plane = 0; plane < 3; plane++) {
    for (let row = 0; row < 2; row++) {
      for (let column = 0; column < 3; column++) {
        const from = await raster.readBlock(own, (plane * 4 + row + 1) * 6 + column + 2);
        expect(await slice.readBlock(its, (plane * 2 + row) * 3 + column)).toEqual(from);
      }
    }
  }
});

test('a tiepoint with a scale moves on the ground', async () => {
  const tags = [
    doubles('little', TAG.ModelPixelScale, [0.5, 0.25, 0]),
    doubles('little', TAG.ModelTiepoint, [0, 0, 0, 1000, 2000, 7]),
  ];
  expect(await slicedTag(tags, TAG.ModelTiepoint)).toEqual([0, 0, 0, 1016, 1996, 7]);
  expect(await slicedTag(tags, TAG.ModelPixelScale)).toEqual([0.5, 0.25, 0]);
});

test('several tiepoints are control points: their pixels move', async () => {
  const tags = [doubles('little', TAG.ModelTiepoint, [0, 0, 0, 5, 6, 0, 90, 60, 0, 7, 8, 0])];
  expect(await slicedTag(tags, TAG.ModelTiepoint)).toEqual([-32, -16, 0, 5, 6, 0, 58, 44, 0, 7, 8, 0]);
});

test('a transformation takes up the shift in its last column, rotated or not', async () => {
  const matrix = [0.5, 0.1, 0, 1000, 0.1, -0.5, 0, 2000, 0, 0, 0, 0, 0, 0, 0, 1];
  const moved = await slicedTag(
    [doubles('little', TAG.ModelTransformation, matrix)],
    TAG.ModelTransformation,
  );
  expect(moved![3]).toBeCloseTo(1000 + 32 * 0.5 + 16 * 0.1, 12);
  expect(moved![7]).toBeCloseTo(2000 + 32 * 0.1 - 16 * 0.5, 12);
  expect([...moved!.slice(0, 3), ...moved!.slice(4, 7), ...moved!.slice(8)]).toEqual([
    ...matrix.slice(0, 3),
    ...matrix.slice(4, 7),
    ...matrix.slice(8),
  ]);
});

test('rational polynomial coefficients are told of the new first line and sample', async () => {
  const rpc = Array.from({ length: 92 }, (_, index) => index * 10);
  const moved = await slicedTag([doubles('little', TAG.RpcCoefficients, rpc)], TAG.RpcCoefficients);
  expect(moved!.slice(0, 5)).toEqual([0, 10, 20 - 16, 30 - 32, 40]);
  expect(moved!.slice(4)).toEqual(rpc.slice(4));
});

test('tags that describe the picture stay, those that point elsewhere or describe the whole go', async () => {
  const kept = [
    ascii(TAG.DateTime, '2024:05:06 07:08:09'),
    ascii(TAG.Software, 'A'),
    ascii(34675, 'profile'),
  ];
  const dropped = [
    shorts('little', 297, [3, 9]), // PageNumber
    wholeNumbers('little', TAG.SubIFDs, [8]),
    wholeNumbers('little', 34665, [8]), // EXIF
    wholeNumbers('little', 34853, [8]), // GPS
    ascii(700, '<x:xmpmeta/>'),
  ];
  const slice = await sliced(await opened({ ...TILED, tags: [...kept, ...dropped] }), WINDOW);
  const present = slice.directories.main.entries.map(({ tag }) => tag);
  for (const { tag } of kept) expect(present).toContain(tag);
  for (const { tag } of dropped) expect(present).not.toContain(tag);
});

test('statistics leave GDAL’s metadata, everything else stays as it was written', () => {
  const metadata = [
    '<GDALMetadata>',
    '  <Item name="FLIGHT">17 &amp; 18 é</Item>',
    '  <Item name="STATISTICS_MAXIMUM" sample="0">255</Item>',
    '  <Item sample="1" name="STATISTICS_APPROXIMATE"/>',
    '  <Item name="DESCRIPTION" sample="0" role="description">Red</Item>',
    '</GDALMetadata>',
  ].join('\n');
  const text = new TextDecoder().decode(slicedMetadata(ascii(TAG.GdalMetadata, metadata))!.bytes);
  expect(text).toBe(
    [
      '<GDALMetadata>',
      '  <Item name="FLIGHT">17 &amp; 18 é</Item>',
      '  <Item name="DESCRIPTION" sample="0" role="description">Red</Item>',
      '</GDALMetadata>\0',
    ].join('\n'),
  );
  const only = '<GDALMetadata><Item name="STATISTICS_MEAN" sample="0">3</Item></GDALMetadata>';
  expect(slicedMetadata(ascii(TAG.GdalMetadata, only))).toBeNull();
});

test('equal windows of equal files give equal bytes', async () => {
  const bytes = async (): Promise<Uint8Array> => {
    const raster = await opened({ ...TILED, bands: 3 });
    const layout = await sliceLayout(raster, WINDOW);
    return readLayoutRange(layout, raster.files, 0, layout.size);
  };
  expect(await bytes()).toEqual(await bytes());
});

test('a slice has no overviews of its source', async () => {
  const order = 'little';
  const page = (side: number, subfile: number) => ({
    tags: [
      wholeNumbers(order, 254, [subfile]),
      wholeNumbers(order, TAG.ImageWidth, [side]),
      wholeNumbers(order, TAG.ImageLength, [side]),
      shorts(order, TAG.BitsPerSample, [8]),
      shorts(order, TAG.PhotometricInterpretation, [1]),
      shorts(order, TAG.TileWidth, [16]),
      shorts(order, TAG.TileLength, [16]),
    ],
    tiled: true,
    blocks: Array.from({ length: (side / 16) ** 2 }, () => new Uint8Array(256)),
  });
  const layout = layoutTiff({ byteOrder: order, directories: [page(64, 0), page(32, 1)] });
  const raster = await openRaster(memorySource(bytesOf(layout)));
  expect(raster.description.levels).toHaveLength(2);
  const slice = await sliced(raster, { x: 0, y: 0, width: 64, height: 64 });
  expect(slice.description.levels).toHaveLength(1);
});

/** A grey raster of tiles whose mask has strips of another height. */
async function maskedRaster(rowsPerStrip: number): Promise<Raster> {
  const order = 'big';
  const size = (tag: number): WriteTag => wholeNumbers(order, tag, [64]);
  const image = {
    tags: [
      size(TAG.ImageWidth),
      size(TAG.ImageLength),
      shorts(order, TAG.BitsPerSample, [8]),
      shorts(order, TAG.PhotometricInterpretation, [1]),
      shorts(order, TAG.TileWidth, [16]),
      shorts(order, TAG.TileLength, [16]),
    ],
    tiled: true,
    blocks: Array.from({ length: 16 }, (_, index) => new Uint8Array(256).fill(index + 1)),
  };
  const row = Uint8Array.of(0xff, 0x0f, 0, 0xf0, 0xff, 0, 0x3c, 1);
  const strips = Array.from({ length: Math.ceil(64 / rowsPerStrip) }, (_, index) => {
    const rows = Math.min(rowsPerStrip, 64 - index * rowsPerStrip);
    return Uint8Array.from({ length: rows * 8 }, (_byte, at) => row[at % 8]! ^ (index & 1 ? 0xff : 0));
  });
  const mask = {
    tags: [
      wholeNumbers(order, 254, [4]),
      size(TAG.ImageWidth),
      size(TAG.ImageLength),
      shorts(order, TAG.BitsPerSample, [1]),
      shorts(order, TAG.PhotometricInterpretation, [4]),
      wholeNumbers(order, TAG.RowsPerStrip, [rowsPerStrip]),
    ],
    tiled: false,
    blocks: strips,
  };
  const layout = layoutTiff({ byteOrder: order, directories: [image, mask] });
  return openRaster(memorySource(bytesOf(layout)));
}

/** The bits of a raster's mask, row by row. */
async function maskBits(raster: Raster): Promise<number[]> {
  const level = raster.description.maskLevels[0]!;
  const decode = decoderOf(raster);
  const bits: number[] = [];
  for (let index = 0; index < level.rows; index++) {
    const { samples, width } = (await decode(level, index))!;
    const rows = Math.min(level.blockHeight, level.height - index * level.blockHeight);
    for (let at = 0; at < rows * width; at++) bits.push(Number(samples[at]) === 0 ? 0 : 1);
  }
  return bits;
}

test('a mask whose strips fit the window is copied, any other is encoded anew, with the same pixels', async () => {
  for (const [rowsPerStrip, window] of [
    [16, { x: 0, y: 16, width: 64, height: 32 }],
    [10, { x: 0, y: 16, width: 64, height: 32 }],
    [16, { x: 16, y: 16, width: 32, height: 16 }],
  ] as const) {
    const raster = await maskedRaster(rowsPerStrip);
    const slice = await sliced(raster, window);
    const whole = await maskBits(raster);
    const wanted: number[] = [];
    for (let y = window.y; y < window.y + window.height; y++) {
      wanted.push(...whole.slice(y * 64 + window.x, y * 64 + window.x + window.width));
    }
    expect(await maskBits(slice)).toEqual(wanted);
    const isCopied = rowsPerStrip === 16 && window.width === 64;
    expect(slice.description.maskLevels[0]!.coding.compression).toBe(isCopied ? 'none' : 'packbits');
    expect(slice.description.byteOrder).toBe('big');
  }
});

test('a mask that must be decoded asks for a decoder', async () => {
  const raster = await maskedRaster(10);
  await expect(sliceLayout(raster, { x: 0, y: 16, width: 64, height: 32 })).rejects.toMatchObject({
    kind: 'tiff.slice_needs_decoder',
  });
});

test('pixels encoded anew are those of the source, and their size is known beforehand', async () => {
  const raster = await opened({ width: 70, height: 50, tileSize: 16, bands: 3 });
  const window = { x: 5, y: 7, width: 41, height: 33 };
  const layout = await sliceLayout(raster, window, { method: 'encode', decode: decoderOf(raster) });
  const slice = await openRaster(layoutSource(layout, raster.files, 'slice.tif'));
  const decode = decoderOf(raster);
  const decodeSlice = decoderOf(slice);
  const { samples } = (await decodeSlice(slice.description.levels[0]!, 0))!;
  for (const [x, y] of [
    [0, 0],
    [40, 32],
    [11, 25],
  ] as const) {
    const [column, row] = [window.x + x, window.y + y];
    const tile = (await decode(
      raster.description.levels[0]!,
      Math.floor(row / 16) * 5 + Math.floor(column / 16),
    ))!;
    const from = ((row % 16) * 16 + (column % 16)) * 3;
    expect([...samples.slice((y * 41 + x) * 3, (y * 41 + x) * 3 + 3)]).toEqual([
      ...tile.samples.slice(from, from + 3),
    ]);
  }
  expect((await readLayoutRange(layout, raster.files, 0, layout.size)).length).toBe(layout.size);
});
