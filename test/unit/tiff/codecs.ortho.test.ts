import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { AppError } from '@shared/errors';
import { openRaster } from '@shared/tiff/open';
import { readBandFull } from '@shared/tiff/windowRows';
import { createNodeCodecs } from '../../../main/rasters/nodeCodecs';
import { sharedData, withoutSharedData } from '../../support/data';
import { fileSiblings, fileSource } from '../../support/fileSource';
import { GdalChecksum } from '../../support/gdal';

interface Expectation {
  readonly size?: readonly [number, number];
  readonly checksums?: readonly number[];
}

const folder = sharedData ?? '';
const skip = withoutSharedData('decoding of the real orthophotos');
const expectations = skip
  ? {}
  : (JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<string, Expectation>);
/** Each of their bands is a minute's work; what their blocks hold is tested by windows. */
const HUGE = 30_000_000;
const files = skip
  ? ['none']
  : readdirSync(join(folder, 'ortho'))
      .filter((name) => name.endsWith('.tif'))
      .filter((name) => {
        const [width, height] = expectations[`ortho/${name}`]?.size ?? [0, 0];
        return width * height < HUGE;
      });
const REFUSALS = /^tiff\.(unsupported_|other_format|jpeg_12_bit)/;
const codecs = createNodeCodecs();
const tally = { equal: 0, refused: 0 };

test.skipIf(skip).each(files)('the bands of %s have the checksums that GDAL prints', async (name) => {
  const sums = await checksums(join(folder, 'ortho', name)).catch((error: unknown) => {
    if (error instanceof AppError && REFUSALS.test(error.kind)) return error;
    throw error;
  });
  if (sums instanceof AppError) {
    tally.refused++;
    expect(REFUSED[name]).toBe(sums.kind);
    return;
  }
  expect(sums).toEqual(expectations[`ortho/${name}`]?.checksums);
  tally.equal++;
});

/** What may be refused, and as what. Anything else must be decoded. */
const REFUSED: Readonly<Record<string, string>> = {
  'gdal_cint16.tif': 'tiff.unsupported_sample_type',
  'gdalcodec_byte_JXL.tif': 'tiff.unsupported_codec',
  'gdalcodec_byte_jxl_deprecated_50002.tif': 'tiff.unsupported_codec',
  'gdalcodec_jxl-rgbi.tif': 'tiff.unsupported_codec',
  'gdalcodec_rgbsmall_JXL.tif': 'tiff.unsupported_codec',
  'gdalcodec_rgbsmall_JXL_tiled.tif': 'tiff.unsupported_codec',
  'gdalcodec_rgbsmall_JXL_tiled_separate.tif': 'tiff.unsupported_codec',
  // JPEG files with a name that ends in .tif.
  'banepa_chip_386690_220241.tif': 'tiff.other_format',
  'banepa_chip_386692_220244.tif': 'tiff.other_format',
  'banepa_chip_386693_220247.tif': 'tiff.other_format',
  'banepa_chip_386698_220244_nolabel.tif': 'tiff.other_format',
};

afterAll(() => {
  if (!skip)
    process.stderr.write(`decoded equal to GDAL: ${tally.equal}, clearly refused: ${tally.refused}\n`);
});

async function checksums(path: string): Promise<number[]> {
  const source = await fileSource(path);
  const siblings = fileSiblings(path);
  try {
    const raster = await openRaster(source, siblings.open);
    const sums = Array.from({ length: raster.description.bands }, () => new GdalChecksum());
    for await (const rows of readBandFull(raster, codecs, { mask: false })) {
      rows.bands.forEach((samples, band) => sums[band]?.add(samples));
    }
    return sums.map((sum) => sum.value);
  } finally {
    await source.close();
    await siblings.close();
  }
}
