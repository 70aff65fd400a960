import { inspectObject } from '@shared/tiff/inspect';
import { openRaster } from '@shared/tiff/open';
import { expect, test } from 'vitest';
import { greyTags, rawTiff, TYPE, type RawTag } from '../../fixtures/rawTiff';
import { memorySource } from '../../support/fileSource';

const short = (tag: number, ...value: number[]): RawTag => ({ tag, type: TYPE.SHORT, value });
const ascii = (tag: number, value: string): RawTag => ({ tag, type: TYPE.ASCII, value: `${value}\0` });

async function inspected(...tags: RawTag[]) {
  const bytes = rawTiff({ directories: [{ tags: greyTags(20, 10, tags) }] });
  return inspectObject((await openRaster(memorySource(bytes, 'a.tif'))).description, 'folder/a.tif');
}

test('a description is printed in the words of the command', async () => {
  await expect(inspected()).resolves.toEqual({
    file: 'folder/a.tif',
    width: 20,
    height: 10,
    bands: 1,
    dtype: ['uint8'],
    compression: 'none',
    interleave: 'pixel',
    tiled: false,
    blockSize: [20, 10],
    bigTiff: false,
    byteOrder: 'little',
    crs: null,
    geotransform: null,
    areaOrPoint: 'Area',
    nodata: null,
    mask: 'none',
    overviews: [],
    colorInterpretation: ['Gray'],
    metadata: {},
  });
});

test('half floats are read as floats, and what JSON cannot hold is a text', async () => {
  const half = await inspected(short(258, 16), short(339, 3), ascii(42113, 'nan'));
  expect(JSON.parse(JSON.stringify(half))).toMatchObject({ dtype: ['float32'], nodata: 'nan' });
  await expect(inspected(short(258, 32), short(339, 3), ascii(42113, '-inf'))).resolves.toMatchObject({
    nodata: '-inf',
  });
  await expect(inspected(short(258, 32), short(339, 3), ascii(42113, '0.1'))).resolves.toMatchObject({
    nodata: 0.1,
  });
});

test('a system is its code, its definition or its text', async () => {
  const keys = (...values: number[]): RawTag => short(34735, 1, 1, 0, values.length / 4, ...values);
  await expect(inspected(keys(1024, 0, 1, 1, 3072, 0, 1, 32633))).resolves.toMatchObject({
    crs: 'EPSG:32633',
  });
  const mercator = keys(1024, 0, 1, 1, 2048, 0, 1, 4326, 3075, 0, 1, 7);
  await expect(inspected(mercator)).resolves.toMatchObject({
    crs: '+proj=merc +lon_0=0 +k=1 +x_0=0 +y_0=0 +units=m +datum=WGS84 +no_defs',
  });
  const local = [keys(1024, 0, 1, 32767, 1026, 34737, 9, 0), ascii(34737, 'my "site"|')];
  await expect(inspected(...local)).resolves.toMatchObject({
    crs: 'LOCAL_CS["my ""site""",UNIT["metre",1]]',
  });
});

test('ground control points alone give the raster no system of its own', async () => {
  const points: RawTag = { tag: 33922, type: TYPE.DOUBLE, value: [0, 0, 0, 1, 2, 0] };
  const keys = short(34735, 1, 1, 0, 2, 1024, 0, 1, 2, 2048, 0, 1, 4326);
  await expect(inspected(points, keys)).resolves.toMatchObject({ crs: null, geotransform: null });
});

test('a single strip has the height at which GDAL reads it', async () => {
  const size = (width: number, height: number): RawTag[] => [
    { tag: 256, type: TYPE.LONG, value: [width] },
    { tag: 257, type: TYPE.LONG, value: [height] },
    { tag: 278, type: TYPE.LONG, value: [height] },
  ];
  await expect(inspected(...size(100, 3000))).resolves.toMatchObject({ blockSize: [100, 81] });
  await expect(inspected(...size(100, 3000), short(259, 5))).resolves.toMatchObject({ blockSize: [100, 1] });
  await expect(inspected(...size(100, 1000), short(259, 5))).resolves.toMatchObject({
    blockSize: [100, 1000],
  });
});
