import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { AppError } from '@shared/errors';
import { judgeReduced, reduceFile, type ReducedFile } from '../../fixtures/reduceFiles';
import { hasReferee } from '../../fixtures/referee';
import { randomLimits, seeded, withRaster } from '../../fixtures/sliceFiles';
import { explainSkip, sharedData, withoutSharedData } from '../../support/data';

const folder = mkdtempSync(join(tmpdir(), 'reduced-'));
afterAll(() => rmSync(folder, { recursive: true }));

const what = 'reduced chunks of real orthophotos';
if (!hasReferee) explainSkip(what, 'GDAL for Python (python3-gdal, numpy) is not installed');

/** What GDAL 3.6 itself cannot open, and what is no TIFF in spite of its name. */
const NOT_JUDGED = /jxl|^banepa_chip_/i;
const REFUSED = ['tiff.unsupported_codec', 'tiff.unsupported_sample_type', 'tiff.slice_limits'];
/** px beyond which a raster is left to the others: it is judged whole */
const MOST_PIXELS = 400_000;
const SEED = Number(process.env.SLICE_SEED ?? 7);

test.skipIf(withoutSharedData(what) || !hasReferee)(
  'real orthophotos are reduced to what GDAL and numpy make of them',
  async () => {
    const random = seeded(SEED);
    const ortho = join(sharedData as string, 'ortho');
    const reduced: ReducedFile[] = [];
    const failed: string[] = [];
    for (const name of readdirSync(ortho).filter((file) => /\.tiff?$/.test(file))) {
      const limits = randomLimits(random);
      const codec = random() < 0.5 ? 'jpeg' : 'deflate';
      const path = join(ortho, name);
      // Half of them in a run, others by another seed: decoding and judging take their time.
      if (random() < 0.5 || NOT_JUDGED.test(name)) continue;
      const pixels = await withRaster(path, async ({ description: { width, height } }) => width * height);
      if (pixels > MOST_PIXELS) continue;
      try {
        reduced.push(await reduceFile(path, folder, codec, limits));
      } catch (error) {
        if (!REFUSED.includes((error as AppError).kind)) failed.push(`${name}: ${String(error)}`);
      }
    }
    const complaints = judgeReduced(reduced);
    const wrong = reduced.flatMap(({ source, reduction }, index) => {
      const said = complaints[index]!;
      return said.length === 0 ? [] : [{ source, codec: reduction.codec, said: said.slice(0, 5) }];
    });
    expect({ wrong, failed }).toEqual({ wrong: [], failed: [] });
    expect(reduced.length).toBeGreaterThan(20);
  },
);
