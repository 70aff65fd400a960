import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AppError } from '@shared/errors';
import { hasReferee, judge, refereePython } from '../../fixtures/referee';
import { randomLimits, seeded, sliceFile, type SlicedFile } from '../../fixtures/sliceFiles';
import { explainSkip } from '../../support/data';

const folder = mkdtempSync(join(tmpdir(), 'slices-'));
const rasters = join(folder, 'rasters');
const chunks = join(folder, 'chunks');
const script = fileURLToPath(new URL('../../fixtures/makeRasters.py', import.meta.url));

if (!hasReferee)
  explainSkip('slices of every kind of GeoTIFF', 'GDAL for Python (python3-gdal, numpy) is not installed');

/** The kinds that must be there, so that the list cannot shrink unseen. */
const KINDS = 80;

beforeAll(() => {
  if (!refereePython) return;
  mkdirSync(rasters);
  mkdirSync(chunks);
  const run = spawnSync(refereePython, [script, rasters], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
});
afterAll(() => rmSync(folder, { recursive: true }));

const SEED = Number(process.env.SLICE_SEED ?? 11);

test.skipIf(!hasReferee)('GDAL finds every kind of GeoTIFF whole in its slices', async () => {
  const random = seeded(SEED);
  const sliced: SlicedFile[] = [];
  const failed: string[] = [];
  for (const name of readdirSync(rasters).filter((file) => file.endsWith('.tif'))) {
    const limits = randomLimits(random);
    try {
      sliced.push(await sliceFile(join(rasters, name), chunks, limits));
    } catch (error) {
      // No decoder for fax: it is cut between its strips, and refused where they are too long.
      if (!(name === 'fax4.tif' && (error as AppError).kind === 'tiff.unsupported_codec')) {
        failed.push(`${name}: ${String(error)}`);
      }
    }
  }
  const complaints = judge(sliced);
  const wrong = sliced.flatMap(({ source }, index) => {
    const said = complaints[index]!;
    return said.length === 0 ? [] : [{ source, said: said.slice(0, 5) }];
  });
  expect(sliced.length).toBeGreaterThan(KINDS);
  expect({ wrong, failed }).toEqual({ wrong: [], failed: [] });
});
