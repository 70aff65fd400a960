import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AppError } from '@shared/errors';
import { inspectObject } from '@shared/tiff/inspect';
import { openRaster } from '@shared/tiff/open';
import type { Raster, RasterDescription } from '@shared/tiff/types';
import { readWindow } from '@shared/tiff/window';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bandSha256 } from '../../../main/rasters/hashes';
import { createNodeCodecs } from '../../../main/rasters/nodeCodecs';
import { hasPillow, refereePython } from '../../fixtures/referee';
import { explainSkip } from '../../support/data';
import { drawnFaults } from '../../support/drawing';
import { fileSiblings, fileSource } from '../../support/fileSource';
import { temporaryFolder } from '../../support/gdal';

/** What test/fixtures/oddRasters.py says of a file; null where GDAL does not open it. */
interface Described {
  readonly size: readonly number[];
  readonly dtype: readonly string[];
  readonly transform: readonly number[] | null;
  readonly points: number;
  readonly nodata: string | null;
  readonly mask: string;
  /** Pixels that the mask shows; null where the first band cannot be decoded. */
  readonly maskSum: number | null;
  readonly overviews: readonly (readonly number[])[];
  readonly colors: readonly string[];
  readonly palette: readonly (readonly number[])[] | null;
  readonly crs: string | null;
  readonly area: string;
  /** Of each band; null where GDAL cannot decode it. */
  readonly sha: readonly (string | null)[];
  /** Some values of each band. */
  readonly samples: readonly (readonly number[] | null)[];
}

/** What differs from GDAL, and why. */
const KNOWN: readonly (readonly [pattern: RegExp, why: string])[] = [
  [
    /^(jpeg_)?cmyk/,
    'GDAL mixes inks to red, green, blue and an alpha; here they are bands, and mixed when they are drawn',
  ],
  [/^type_int8_/, 'GDAL had no signed bytes before 3.7'],
  [/^white_16$/, 'GDAL gives a palette of 65536 greys'],
  [/^sparse/, 'blocks that the file does not hold are transparent, with and without nodata'],
  [/^overviews_16_bit$/, 'an overview of another type is none'],
  [/^msk_other_size$/, 'a mask of another size is none'],
  [/^aux_colors_over_tags$/, 'a single band that is called alpha hides by it, besides nodata'],
  [/^keys_count_long$/, 'GDAL gives up a system whose keys are fewer than they claim to be'],
  [/^unknown_code$/, 'a code that is in no table is told all the same'],
  [/^nodata_12_/, 'for GDAL the text none is 0, and hides black'],
  [/^nodata_14_/, 'nodata in hexadecimal'],
  [/^nodata_15_u?int/, 'GDAL hides 1 where nodata is 1.5'],
  [/^extra_(ga|rgba|rgba_pre)_uint16$/, 'an alpha of less than half a 255th is drawn as none'],
  [/^extra_(early|late|two)_alpha|^extra_few/, 'alpha hides also where there are more than four bands'],
];

if (!hasPillow) explainSkip('odd files against GDAL', 'python3-gdal or python3-pil is not installed');

const folder = temporaryFolder();
const script = fileURLToPath(new URL('../../fixtures/oddRasters.py', import.meta.url));
const codecs = createNodeCodecs();

describe.skipIf(!hasPillow)('files that no common writer makes', () => {
  let described: Record<string, Described | null> = {};
  const found: Record<string, string> = {};

  beforeAll(async () => {
    const run = spawnSync(refereePython as string, [script, folder.path('')], {
      maxBuffer: 256 * 1024 * 1024,
    });
    if (run.status !== 0) throw new Error(run.stderr.toString());
    described = JSON.parse(run.stdout.toString()) as Record<string, Described | null>;
    for (const [name, gdal] of Object.entries(described)) {
      const faults = gdal ? await faultsOf(name, gdal) : [];
      if (faults.length > 0) found[name] = faults.join('; ');
    }
  }, 300_000);

  afterAll(() => folder.remove());

  test('differ from GDAL where it is known that they do', () => {
    const names = Object.keys(found);
    expect(KNOWN.filter(([pattern]) => !names.some((name) => pattern.test(name)))).toEqual([]);
  });

  test('are several hundred', () => {
    expect(Object.keys(described).length).toBeGreaterThan(600);
  });

  test('are described, decoded and drawn as GDAL reads them, or refused where it refuses them', () => {
    const unknown = Object.entries(found).filter(([name]) => !KNOWN.some(([pattern]) => pattern.test(name)));
    expect(Object.fromEntries(unknown)).toEqual({});
  });
});

async function faultsOf(name: string, gdal: Described): Promise<string[]> {
  const source = await fileSource(folder.path(`${name}.tif`));
  const siblings = fileSiblings(folder.path(`${name}.tif`));
  try {
    const raster = await openRaster(source, siblings.open);
    return [...descriptionFaults(raster.description, gdal), ...(await pixelFaults(raster, gdal))];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return [`refused: ${error.kind}`];
  } finally {
    await Promise.all([source.close(), siblings.close()]);
  }
}

function descriptionFaults(description: RasterDescription, gdal: Described): string[] {
  const ours = inspectObject(description);
  const { crs, gcps } = description.georeference;
  const mask = ours.mask === 'internal' || ours.mask === 'external' ? 'mask' : ours.mask;
  const nodata =
    ours.nodata === null ? null : typeof ours.nodata === 'string' ? ours.nodata : description.nodata;
  // What is not of EPSG is compared elsewhere.
  const systemOf = (name: string | null) => (name === null || name.startsWith('EPSG:') ? name : 'some');
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['size', [ours.width, ours.height], gdal.size],
    ['types', ours.dtype, gdal.dtype],
    ['nodata', nodata === null ? null : Number(nodata), gdal.nodata === null ? null : Number(gdal.nodata)],
    ['mask', mask, gdal.mask],
    ['overviews', ours.overviews, [...gdal.overviews].sort(([a = 0], [b = 0]) => b - a)],
    ['colours', ours.colorInterpretation, gdal.colors],
    ['palette', description.palette?.slice(0, 8) ?? null, gdal.palette],
    ['points', gcps.length, gdal.points],
    ['area or point', ours.areaOrPoint, gdal.area],
    ['system', systemOf(crs?.epsg ? `EPSG:${crs.epsg}` : (crs?.name ?? null)), systemOf(gdal.crs)],
  ];
  const faults = pairs
    .filter(([, a, b]) => JSON.stringify(a) !== JSON.stringify(b))
    .map(([what, a, b]) => `${what} ${JSON.stringify(a)}, not ${JSON.stringify(b)}`);
  if (!isSameTransform(ours.geotransform, gdal.transform))
    faults.push(`transform ${JSON.stringify(ours.geotransform)}, not ${JSON.stringify(gdal.transform)}`);
  return faults;
}

function isSameTransform(ours: readonly number[] | null, gdal: readonly number[] | null): boolean {
  if (!ours || !gdal) return ours === gdal;
  return gdal.every((value, i) => Math.abs((ours[i] as number) - value) <= 1e-9 * Math.abs(value));
}

/** Lossy codecs may differ by two levels. */
async function pixelFaults(raster: Raster, gdal: Described): Promise<string[]> {
  const { description } = raster;
  if (gdal.sha.includes(null)) return [];
  const faults: string[] = [];
  const lossy =
    description.levels[0]?.coding.photometric === 'ycbcr' ||
    /jpeg/.test(inspectObject(description).compression);
  const { bands, valid, width, height } = await readWindow(raster, codecs);
  const hashes = lossy ? [] : await bandSha256(raster, codecs);
  const tolerance = lossy ? 2 : 0;
  const step = Math.max(1, Math.floor((width * height) / 64));
  gdal.samples.forEach((values, band) => {
    const most = Math.max(
      ...(values ?? []).map((value, i) => Math.abs(value - Number(bands[band]?.[i * step]))),
    );
    const same = lossy ? most <= tolerance : hashes[band] === gdal.sha[band];
    if (!same) faults.push(`band ${band + 1} is ${most} off`);
  });
  const seen = valid ? valid.reduce((sum, value) => sum + Number(value > 0), 0) : width * height;
  if (gdal.maskSum !== null && seen !== gdal.maskSum) faults.push(`mask shows ${seen}, not ${gdal.maskSum}`);
  const drawn = await drawnFaults(raster, codecs);
  if (drawn !== 'yes') faults.push(`drawn: ${drawn}`);
  return faults;
}
