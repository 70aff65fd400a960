import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { AppError } from '@shared/errors';
import { hasReferee, judge } from '../../fixtures/referee';
import { randomLimits, seeded, sliceFile, type SlicedFile } from '../../fixtures/sliceFiles';
import { explainSkip, sharedData, withoutSharedData } from '../../support/data';

const folder = mkdtempSync(join(tmpdir(), 'slices-'));
afterAll(() => rmSync(folder, { recursive: true }));

const what = 'slices of real orthophotos';
if (!hasReferee) explainSkip(what, 'GDAL for Python (python3-gdal, numpy) is not installed');

/** What GDAL 3.6 itself cannot open, and what is no TIFF in spite of its name. */
const NOT_JUDGED = /jxl|^banepa_chip_/i;
const SEED = Number(process.env.SLICE_SEED ?? 7);

test.skipIf(withoutSharedData(what) || !hasReferee)(
  'GDAL finds the pixels, places and masks of every orthophoto in its slices, whatever the limits',
  async () => {
    const random = seeded(SEED);
    const ortho = join(sharedData as string, 'ortho');
    const sliced: SlicedFile[] = [];
    for (const name of readdirSync(ortho).filter((file) => /\.tiff?$/.test(file))) {
      const limits = randomLimits(random);
      if (NOT_JUDGED.test(name)) continue;
      sliced.push(await sliceFile(join(ortho, name), folder, limits, 30));
    }
    const complaints = judge(sliced);
    const wrong = sliced.flatMap(({ source }, index) => {
      const said = complaints[index]!;
      return said.length === 0 ? [] : [{ source, said: said.slice(0, 5) }];
    });
    expect(wrong).toEqual([]);
    expect(sliced.length).toBeGreaterThan(100);
    const methods = new Set(sliced.flatMap(({ plan }) => plan.chunks.map(({ method }) => method)));
    expect([...methods].sort()).toEqual(['copy', 'encode', 'rows']);
  },
);

test.skipIf(withoutSharedData('slices of what is no TIFF'))(
  'what is no TIFF is refused with a reason',
  async () => {
    const path = join(sharedData as string, 'ortho', 'banepa_chip_386690_220241.tif');
    await expect(sliceFile(path, folder, () => ({}))).rejects.toBeInstanceOf(AppError);
  },
);

test.skipIf(withoutSharedData('slices of damaged files'))(
  'a damaged file is cut or refused with a reason, soon and without harm',
  async () => {
    const malformed = join(sharedData as string, 'malformed');
    const unexpected: string[] = [];
    for (const name of readdirSync(malformed).filter((file) => /\.tiff?$/.test(file))) {
      const started = performance.now();
      try {
        await sliceFile(join(malformed, name), folder, () => ({ targetBytes: 50_000, maxSide: 2000 }), 3);
      } catch (error) {
        if (!(error instanceof AppError)) unexpected.push(`${name}: ${String(error)}`);
      }
      if (performance.now() - started > 10_000) unexpected.push(`${name}: took too long`);
    }
    expect(unexpected).toEqual([]);
  },
);
