import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AppError } from '@shared/errors';
import { hasReferee, refereePython } from '../../fixtures/referee';
import { judgeReduced, reduceFile, type ReducedFile } from '../../fixtures/reduceFiles';
import { randomLimits, seeded } from '../../fixtures/sliceFiles';
import { explainSkip } from '../../support/data';

const folder = mkdtempSync(join(tmpdir(), 'reduced-'));
const rasters = join(folder, 'rasters');
const chunks = join(folder, 'chunks');
const script = fileURLToPath(new URL('../../fixtures/makeRasters.py', import.meta.url));

if (!hasReferee)
  explainSkip('reduced GeoTIFFs of every kind', 'GDAL for Python (python3-gdal, numpy) is not installed');

/** The kinds that must be there, so that the list cannot shrink unseen. */
const KINDS = 75;
/** What has no colours, and what nothing here decodes. */
const REFUSED = ['tiff.unsupported_codec', 'tiff.unsupported_sample_type', 'tiff.slice_limits'];

beforeAll(() => {
  if (!refereePython) return;
  mkdirSync(rasters);
  mkdirSync(chunks);
  const run = spawnSync(refereePython, [script, rasters], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
});
afterAll(() => rmSync(folder, { recursive: true }));

const SEED = Number(process.env.SLICE_SEED ?? 12);

test.skipIf(!hasReferee)(
  'reduced chunks have the place, mask and stretched values of every kind of GeoTIFF',
  async () => {
    const random = seeded(SEED);
    const reduced: ReducedFile[] = [];
    const failed: string[] = [];
    for (const name of readdirSync(rasters).filter((file) => file.endsWith('.tif'))) {
      const limits = randomLimits(random);
      const codec = random() < 0.5 ? 'jpeg' : 'deflate';
      try {
        reduced.push(await reduceFile(join(rasters, name), chunks, codec, limits));
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
    expect(reduced.length).toBeGreaterThan(KINDS);
  },
);
