import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasReferee, refereePython } from '../../fixtures/referee';
import { buildOverviews } from '../../support/buildOverviews';
import { temporaryFolder } from '../../support/gdal';

const script = fileURLToPath(new URL('../../fixtures/overviewCases.py', import.meta.url));
const folder = temporaryFolder();
/** [largest difference, share of samples within 1] of each level */
let compared: Record<string, [number, number][]> = {};

function referee<T>(what: 'make' | 'compare'): T {
  const run = spawnSync(refereePython!, [script, what, folder.path('')], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as T;
}

beforeAll(async () => {
  if (!hasReferee) return;
  for (const name of referee<string[]>('make')) {
    const lossless = name === 'jpeg';
    await buildOverviews(folder.path(`${name}.tif`), { wishes: { lossless } });
  }
  compared = referee('compare');
}, 60_000);

afterAll(() => folder.remove());

/** GDAL computes with 32-bit floats what these types hold more of. */
const COARSE = /^(u?int32|float64)/;
/** Averaged in its coefficients. */
const LOSSY = new Set(['jpeg']);
/** px of the smallest side: below that single pixels are rounded the other way. */
const NARROW = new Set(['narrow']);

test.skipIf(!hasReferee)('overviews of every kind are those of gdaladdo', () => {
  const exact = Object.entries(compared).filter(
    ([name]) => !COARSE.test(name) && !LOSSY.has(name) && !NARROW.has(name),
  );
  expect(exact.length).toBeGreaterThan(30);
  const off = exact.filter(([, levels]) => levels.some(([largest]) => largest > 1));
  expect(off).toEqual([]);
});

test.skipIf(!hasReferee)('wide types differ only by what GDAL rounds away', () => {
  for (const [name, levels] of Object.entries(compared).filter(([found]) => COARSE.test(found))) {
    const unit = name.startsWith('float') ? 1 : 512;
    for (const [largest] of levels) expect(largest, name).toBeLessThan(unit);
  }
});

test.skipIf(!hasReferee)('a JPEG image is averaged as if it were decoded first', () => {
  for (const [, share] of compared['jpeg']!) expect(share).toBeGreaterThan(0.99);
});
