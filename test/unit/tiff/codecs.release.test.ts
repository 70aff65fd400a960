import { afterAll, expect, test } from 'vitest';
import { blockJob, decodeBlock, releaseBlock } from '@shared/tiff/codecs';
import type { DecodedBlock } from '@shared/tiff/types';
import { createNodeCodecs } from '../../../main/rasters';
import { withoutGdal } from '../../support/data';
import { gdal, temporaryFolder } from '../../support/gdal';
import { openInMemory, writeTestImage } from '../../support/rasterCase';

const skip = withoutGdal('memory that is given back');
const folder = temporaryFolder();
const SIDE = 512;

afterAll(() => folder.remove());

const isReleased = ({ samples }: DecodedBlock): boolean => samples.length === 0;

const COMPRESSIONS = ['NONE', 'LZW', 'DEFLATE', 'ZSTD', 'PACKBITS', 'JPEG', 'WEBP', 'LERC', 'LZMA'];

test.skipIf(skip).each(COMPRESSIONS)(
  'a block of %s gives back what memory is its own, and the next is decoded as if nothing had been',
  async (compression) => {
    const source = writeTestImage(folder.path('source'), 'uint8', { width: SIDE, height: SIDE, bands: 3 });
    const path = folder.path(`${compression}.tif`);
    const tiles = ['TILED=YES', `BLOCKXSIZE=${SIDE}`, `BLOCKYSIZE=${SIDE}`, `COMPRESS=${compression}`];
    gdal('gdal_translate', '-q', ...tiles.flatMap((option) => ['-co', option]), source.path, path);
    const raster = await openInMemory(path);
    const level = raster.description.levels[0]!;
    for (const codecs of [createNodeCodecs(), createNodeCodecs({ ownThread: true, jpeg: 'fast' })]) {
      const stored = (await raster.readBlock(level, 0))!;
      const first = await decodeBlock(stored, blockJob(level, 0), codecs);
      const expected = first.samples.slice();
      releaseBlock(first, stored);
      expect(isReleased(first)).toBe(compression !== 'NONE');
      expect((await decodeBlock(stored, blockJob(level, 0), codecs)).samples).toEqual(expected);
    }
  },
);

test('small blocks, and small parts of large memory, stay', () => {
  const small = { width: 10, height: 10, channels: 3, samples: new Uint8Array(300) };
  const part = {
    width: 512,
    height: 512,
    channels: 1,
    samples: new Uint8Array(new ArrayBuffer(2 ** 20), 0, 2 ** 18),
  };
  for (const block of [small, part]) {
    releaseBlock(block, null);
    expect(isReleased(block)).toBe(false);
  }
});
