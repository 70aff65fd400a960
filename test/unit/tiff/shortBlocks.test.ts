import { describe, expect, test } from 'vitest';
import { openRaster } from '@shared/tiff/open';
import type { Raster } from '@shared/tiff/types';
import { readWindow } from '@shared/tiff/window';
import { bandSha256 } from '../../../main/rasters';
import { createNodeCodecs } from '../../../main/rasters/nodeCodecs';
import { DATA_START, greyTags, rawTiff, TYPE, type RawTag } from '../../fixtures/rawTiff';
import { memorySource } from '../../support/fileSource';

const codecs = createNodeCodecs();
const long = (tag: number, ...value: number[]): RawTag => ({ tag, type: TYPE.LONG, value });
const short = (tag: number, ...value: number[]): RawTag => ({ tag, type: TYPE.SHORT, value });

/** A grey image whose pixels are `data`. */
function opened(tags: readonly RawTag[], data: readonly number[]): Promise<Raster> {
  const bytes = rawTiff({ directories: [{ tags }] });
  bytes.set(data, DATA_START);
  return openRaster(memorySource(bytes, 'short.tif'), () => Promise.resolve(null));
}

/** PackBits: rows of one value each. */
const packedRows = (...values: number[]): number[] => values.flatMap((value) => [257 - 16, value]);

describe('a block that ends with the last row of the image', () => {
  const tiles = [short(259, 32773), long(322, 16), long(323, 16), long(324, DATA_START)];

  test('is read where it is a tile', async () => {
    const data = packedRows(1, 2, 3);
    const raster = await opened(greyTags(16, 3, [...tiles, long(325, data.length)]), data);
    const { bands } = await readWindow(raster, codecs, {});
    const rows = [0, 1, 2].map((row) => [...bands[0]!.subarray(row * 16, row * 16 + 16)]);
    expect(rows).toEqual([1, 2, 3].map((value) => Array(16).fill(value)));
  });

  test('is damaged where a row of the image is missing', async () => {
    const data = packedRows(1, 2);
    const raster = await opened(greyTags(16, 3, [...tiles, long(325, data.length)]), data);
    await expect(readWindow(raster, codecs, {})).rejects.toMatchObject({ kind: 'tiff.corrupt_block' });
  });

  test('is read where it is an uncompressed strip that is counted as a whole one', async () => {
    const header = (lastStrip: number): Uint8Array => {
      const strips = [long(273, DATA_START, lastStrip), long(278, 4), long(279, 16, 16)];
      return rawTiff({ directories: [{ tags: greyTags(4, 5, strips) }] });
    };
    const end = header(0).length;
    const file = Uint8Array.of(...header(end), 9, 8, 7, 6);
    const raster = await openRaster(memorySource(file, 'strips.tif'), () => Promise.resolve(null));
    const { bands } = await readWindow(raster, codecs, { window: { x: 0, y: 4, width: 4, height: 1 } });
    expect([...bands[0]!]).toEqual([9, 8, 7, 6]);
    expect(raster.description.warnings).toEqual([]);
  });
});

test('pixels that no disk could hold are not hashed', async () => {
  const tags = greyTags(100_000, 2 ** 30, [long(273, 0), long(279, 0), long(278, 1)]);
  const raster = await openRaster(memorySource(rawTiff({ directories: [{ tags }] }), 'vast.tif'), () =>
    Promise.resolve(null),
  );
  await expect(bandSha256(raster, codecs)).rejects.toMatchObject({
    kind: 'tiff.too_many_pixels',
    params: { file: 'vast.tif', width: 100_000, height: 2 ** 30 },
  });
});
