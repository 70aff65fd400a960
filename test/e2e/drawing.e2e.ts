import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasReferee, refereePython } from '../fixtures/referee';
import { explainSkip, sharedData } from '../support/data';
import { Desk } from '../support/desk';
import { bareMap, judgeDrawn, pictureOf, type DrawnCase, type DrawnFinding } from '../support/drawnPictures';
import { temporaryFolder } from '../support/gdal';
import { launchApp, type LaunchedApp } from '../support/launch';

/** One for each way in which a file can be stored that the drawing must heed; written by makeRasters.py. */
const made = [
  'mask_inside_tiles',
  'mask_inside_strips',
  'mask_inside_big_endian',
  'mask_beside',
  'mask_beside_big_endian',
  'nodata_nan',
  'nodata_collar',
  'alpha',
  'alpha_bands',
  'webp_lossless_alpha',
  'palette',
  'palette_bits4',
  'predictor2_16_big_endian',
  'predictor3_float',
  'float64_strips',
  'int16_big_endian_strips',
  'bits12',
  'seven_bands',
  'LZW_bands',
  'ycbcr_tiles',
  'ycbcr_strips',
  'cog_jpeg',
  'overviews',
  'overviews_beside',
  'sparse',
  'no_place',
  'point',
  'rotated',
  'south_up',
  'south_up_degrees',
];

/** Real ones, where they are at hand. */
const real = [
  'nodeodm_orthophoto.tif',
  'openlayers_masked_jpegycbcr.tif',
  'riotiler_colorado_CL1.tif',
  'riotiler_mosaic_cog3_uint16.tif',
  'solaris_sn6_ms_float64.tif',
  'matrix_banepaA_alpha_polygon.tif',
  'matrix_banepaA_uint16_deflate_pred2.tif',
  'matrix_banepaA_bigendian_lzw.tif',
  'matrix_banepaA_southup.tif',
  'linz_scanned_map_CB07.tif',
  'imagetiff_naip_webp256.tif',
];

const lossy = /ycbcr|jpeg|CL1|mask_inside_tiles|cog_jpeg/;
const folder = temporaryFolder();
const images = folder.path('images');
const shots = process.env['ORTHODESK_SHOTS'] ?? folder.path('shots');
let launched: LaunchedApp;
let desk: Desk;

if (!hasReferee) explainSkip('what the map draws against GDAL', 'GDAL for Python is not installed');
if (!sharedData)
  explainSkip('what the map draws of real files', '../shared/data is not beside this checkout');

beforeAll(async () => {
  if (!refereePython) return;
  for (const path of [images, shots]) mkdirSync(path, { recursive: true });
  const script = fileURLToPath(new URL('../fixtures/makeRasters.py', import.meta.url));
  const run = spawnSync(refereePython, [script, images], { stdio: 'pipe' });
  if (run.status !== 0) throw new Error(run.stderr.toString());
  launched = await launchApp({ size: { width: 1440, height: 900 } });
  desk = new Desk(launched);
  await desk.whenOnline();
  await bareMap(desk);
});

afterAll(async () => {
  await launched?.close();
  folder.remove();
});

async function drawAll(
  files: readonly string[],
  view?: string,
): Promise<readonly (DrawnCase & DrawnFinding)[]> {
  const cases: DrawnCase[] = [];
  for (const path of files) {
    const name = basename(path, '.tif');
    // Bytes stand as they are; a stretch and a half-transparent pixel may round up or down, codecs of pictures by two levels.
    const tolerance = lossy.test(name) ? 3 : 1.01;
    const file = { name, path, tolerance, ...(view !== undefined && { view }) };
    const drawn = await pictureOf(launched, desk, file, shots);
    cases.push({ ...drawn, keep: 'ORTHODESK_SHOTS' in process.env });
  }
  const findings = judgeDrawn(cases);
  const all = cases.map((drawn, i) => ({ ...drawn, ...(findings[i] as DrawnFinding) }));
  process.stdout.write(`${all.map(line).join('\n')}\n`);
  return all;
}

function line({
  name,
  pixels,
  hidden,
  inside,
  outside,
  greatest,
  moved,
  reordered,
}: DrawnCase & DrawnFinding) {
  const percent = (part: number | null): string => (part === null ? '–' : `${(part * 100).toFixed(3)} %`);
  const wrong = `wrong ${percent(inside)}, around it ${percent(outside)}, at most ${greatest.toFixed(1)} levels`;
  const tests = `moved ${percent(moved)}, reordered ${percent(reordered)}`;
  return `${name.padEnd(40)} ${pixels} px shown, ${hidden} not: ${wrong}; ${tests}`;
}

/** What is not as GDAL has it, by file; and where a wrong picture would not have been told from the right one. */
function faults(all: readonly (DrawnCase & DrawnFinding)[]): string[] {
  return all.flatMap((drawn) => {
    const { inside, outside, moved, reordered, pixels, warped } = drawn;
    const most = warped ? 0.01 : 0;
    const right = pixels > 0 && inside <= most && outside <= most;
    const telling = moved > (warped ? 0.1 : 0.2) && (reordered === null || reordered > 0.2);
    return right && telling ? [] : [line(drawn)];
  });
}

test.skipIf(!hasReferee)(
  'every kind of file is drawn as GDAL draws it, pixel for pixel',
  async () => {
    expect(faults(await drawAll(made.map((name) => join(images, `${name}.tif`))))).toEqual([]);
  },
  300_000,
);

test.skipIf(!hasReferee)(
  'a file of another system lies in the view of the first where gdalwarp puts it',
  async () => {
    const drawn = await drawAll([join(images, 'next_zone.tif')], join(images, 'LZW_bands.tif'));
    expect(faults(drawn)).toEqual([]);
  },
);

test.skipIf(!hasReferee || !sharedData)(
  'real files are drawn as GDAL draws them',
  async () => {
    expect(faults(await drawAll(real.map((name) => join(sharedData ?? '', 'ortho', name))))).toEqual([]);
  },
  300_000,
);
