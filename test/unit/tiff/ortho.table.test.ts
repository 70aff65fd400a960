import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@shared/errors';
import { errorText } from '@shared/i18n';
import { afterAll, expect, test } from 'vitest';
import { openRaster } from '@shared/tiff/open';
import type { Raster } from '@shared/tiff/types';
import { readBandFull } from '@shared/tiff/windowRows';
import { createNodeCodecs } from '../../../main/rasters/nodeCodecs';
import { sharedData, withoutSharedData } from '../../support/data';
import { drawnFaults } from '../../support/drawing';
import { fileSiblings, fileSource } from '../../support/fileSource';
import { GdalChecksum } from '../../support/gdal';

/** What GDAL 3.6.2 says of a file: an entry of ../shared/data/expected.json. */
interface Expectation {
  readonly open: boolean;
  readonly size?: readonly [number, number];
  readonly bands?: number;
  readonly crs?: string | null;
  readonly geotransform?: readonly number[] | null;
  readonly nodata?: number | null;
  readonly mask?: string;
  readonly overviews?: number;
  readonly checksums?: readonly number[] | string;
}

const folder = sharedData ?? '';
const skip = withoutSharedData('the table of real orthophotos');
const expectations = skip
  ? {}
  : (JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<string, Expectation>);
const files = skip ? ['none'] : readdirSync(join(folder, 'ortho')).filter((name) => name.endsWith('.tif'));
/** px; each of their bands is a minute's work: of these the drawing alone is looked at, tile by tile. */
const huge = 30_000_000;
const codecs = createNodeCodecs();

/** What may be refused, and as what. Anything else must be described, decoded and drawn. */
const refusals: Readonly<Record<string, string>> = {
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

interface Row {
  readonly file: string;
  readonly described: string;
  readonly decoded: string;
  readonly drawn: string;
}

const rows: Row[] = [];
const right = 'yes';

test.skipIf(skip).each(files)('%s is described, decoded and drawn, or refused in words', async (file) => {
  const expected = expectations[`ortho/${file}`];
  expect(expected).toBeDefined();
  const row = await judge(file, expected as Expectation);
  rows.push(row);
  const said = refusals[file];
  const cells = [row.described, row.decoded, row.drawn];
  if (said === undefined) {
    const whole = size(expected as Expectation) < huge;
    expect(cells).toEqual([right, whole ? right : expect.stringContaining('tiles'), right]);
  } else {
    const text = errorText({ kind: said, params: { file } }).title;
    expect(text).not.toBe(errorText({ kind: 'app.unexpected', params: {} }).title);
    expect(row.decoded).toContain(said);
  }
});

afterAll(() => {
  if (skip) return;
  rows.sort((a, b) => a.file.localeCompare(b.file));
  const line = ({ file, described, decoded, drawn }: Row): string =>
    `${file.padEnd(58)} | ${described.padEnd(9)} | ${decoded.padEnd(9)} | ${drawn}`;
  const refused = rows.filter(({ decoded }) => decoded.startsWith('refused'));
  const whole = rows.length - refused.length;
  const fully = rows.filter(({ described, drawn }) => described === right && drawn === right).length;
  const share = ((100 * fully) / Math.max(1, whole)).toFixed(1);
  process.stderr.write(
    [
      line({ file: 'file', described: 'described', decoded: 'decoded', drawn: 'drawn' }),
      ...rows.map(line),
      `fully right: ${fully} of ${whole} that are supported (${share} %); refused in words: ${refused.length}`,
      '',
    ].join('\n'),
  );
});

const size = ({ size: [width, height] = [0, 0] }: Expectation): number => width * height;

async function judge(file: string, expected: Expectation): Promise<Row> {
  const path = join(folder, 'ortho', file);
  const source = await fileSource(path);
  const siblings = fileSiblings(path);
  try {
    const raster = await openRaster(source, siblings.open);
    const described = describedFaults(raster, expected, file);
    const decoded = size(expected) < huge ? await decodedFaults(raster, expected) : 'by tiles';
    const drawn = decoded.startsWith('refused') ? decoded : await drawnFaults(raster, codecs);
    return { file, described, decoded, drawn };
  } catch (error) {
    const told = refusal(error);
    return { file, described: told, decoded: told, drawn: told };
  } finally {
    await source.close();
    await siblings.close();
  }
}

function refusal(error: unknown): string {
  if (!(error instanceof AppError)) throw error;
  return `refused: ${error.kind}`;
}

/** 'yes', or the fields that differ. The parser's own tests compare every field. */
function describedFaults({ description }: Raster, expected: Expectation, file: string): string {
  if (!expected.open) return right;
  const { georeference, width, height, levels } = description;
  const masks: Readonly<Record<string, string>> = {
    'all valid': 'none',
    'per-dataset mask': file.includes('extmask') ? 'external' : 'internal',
  };
  const epsg = expected.crs?.startsWith('EPSG:') ? expected.crs : null;
  const faults = {
    size: width === expected.size?.[0] && height === expected.size[1],
    bands: description.bands === expected.bands,
    crs: epsg === null || epsg === `EPSG:${georeference.crs?.epsg}`,
    geotransform: alike(georeference.geotransform, expected.geotransform ?? null),
    nodata: Object.is(description.nodata, expected.nodata ?? null),
    mask: description.mask === (masks[expected.mask ?? ''] ?? expected.mask),
    overviews: levels.length - 1 === expected.overviews,
  };
  const wrong = Object.entries(faults).flatMap(([name, good]) => (good ? [] : [name]));
  return wrong.length === 0 ? right : wrong.join(', ');
}

function alike(ours: readonly number[] | null, theirs: readonly number[] | null): boolean {
  if (!ours || !theirs) return (ours === null) === (theirs === null);
  return theirs.every((value, i) => Math.abs((ours[i] ?? NaN) - value) <= 1e-9 * Math.abs(value));
}

/** 'yes' where each band has the checksum that GDAL prints, or what is wrong. */
async function decodedFaults(raster: Raster, expected: Expectation): Promise<string> {
  try {
    const sums = Array.from({ length: raster.description.bands }, () => new GdalChecksum());
    for await (const part of readBandFull(raster, codecs, { mask: false })) {
      part.bands.forEach((samples, band) => sums[band]?.add(samples));
    }
    const ours = sums.map(({ value }) => value);
    return JSON.stringify(ours) === JSON.stringify(expected.checksums)
      ? right
      : `${ours.join(' ')} instead of ${String(expected.checksums)}`;
  } catch (error) {
    return refusal(error);
  }
}
