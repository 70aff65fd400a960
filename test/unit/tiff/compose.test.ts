import { spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { composePyramid } from '@shared/tiff/compose';
import { cogLayout } from '@shared/tiff/composeCog';
import { openRaster } from '@shared/tiff/open';
import { readWindow } from '@shared/tiff/window';
import { streamLayout } from '@shared/tiff/writeStream';
import { createNodeCodecs } from '../../../main/rasters/nodeCodecs';
import { hasReferee, refereePython } from '../../fixtures/referee';
import { tinyTiff } from '../../fixtures/tinyTiff';
import { explainSkip } from '../../support/data';
import { fileSource, memorySource, type FileSource } from '../../support/fileSource';

const folder = mkdtempSync(join(tmpdir(), 'pyramids-'));
const script = (name: string): string => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const opened: FileSource[] = [];

if (!hasReferee) explainSkip('pyramids and COGs', 'GDAL for Python (python3-gdal, numpy) is not installed');

beforeAll(() => {
  if (!refereePython) return;
  const run = spawnSync(refereePython, [script('makePyramids.py'), folder], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
});
afterAll(async () => {
  await Promise.all(opened.map((source) => source.close()));
  rmSync(folder, { recursive: true });
});

async function open(path: string) {
  const source = await fileSource(path);
  opened.push(source);
  return openRaster(source);
}

const BIG_ENDIAN = 'uint16_big_endian.tif';

const names = (): string[] => readdirSync(folder).filter((name) => /^\w+\.tif$/.test(name));

/** The raster with its `.ovr` composed to it, as if that were any sidecar. */
async function pyramid(name: string) {
  return composePyramid(await open(join(folder, name)), await open(join(folder, `${name}.ovr`)));
}

test.skipIf(!hasReferee)(
  'a sidecar’s levels become overviews that can be read like the raster’s own',
  async () => {
    const composed = await pyramid('jpeg_masked.tif');
    expect(composed.description.levels.map(({ width }) => width)).toEqual([1500, 750, 375, 188]);
    const codecs = createNodeCodecs();
    const sidecar = await open(join(folder, 'jpeg_masked.tif.ovr'));
    for (const [level, its] of [
      [1, 0],
      [3, 2],
    ] as const) {
      const window = { x: 10, y: 20, width: 100, height: 90 };
      const found = await readWindow(composed, codecs, { level, window });
      const wanted = await readWindow(sidecar, codecs, { level: its, window });
      expect(found.bands).toEqual(wanted.bands);
    }
  },
);

test.skipIf(!hasReferee)('levels that crossed a process border still find their blocks', async () => {
  const composed = await pyramid('deflate_masked.tif');
  const copy = structuredClone(composed.description);
  for (const level of [...copy.levels, ...copy.maskLevels]) {
    const bytes = await composed.readBlock(level, 0);
    expect(bytes!.length).toBeGreaterThan(10);
  }
});

test.skipIf(!hasReferee)(
  'written out, pyramids are COGs that hold the same pixels, masks and overviews',
  async () => {
    const pairs: [string, string][] = [];
    for (const name of names().filter((each) => each !== BIG_ENDIAN)) {
      const composed = await pyramid(name);
      const layout = await cogLayout(composed);
      const target = join(folder, `cog-${name}`);
      await pipeline(streamLayout(layout, composed.files), createWriteStream(target));
      pairs.push([join(folder, name), target]);
    }
    expect(pairs.length).toBe(7);
    const run = spawnSync(refereePython!, [script('validateCog.py')], {
      input: JSON.stringify(pairs),
      encoding: 'utf8',
    });
    expect(run.stderr).toBe('');
    const complaints = JSON.parse(run.stdout) as string[][];
    const wrong = pairs.flatMap(([name], index) =>
      complaints[index]!.length > 0 ? [[name, ...complaints[index]!]] : [],
    );
    expect(wrong).toEqual([]);
  },
);

test.skipIf(!hasReferee)('samples in two byte orders cannot share a file', async () => {
  const composed = await pyramid(BIG_ENDIAN); // GDAL writes its overviews little-endian
  await expect(cogLayout(composed)).rejects.toMatchObject({ kind: 'tiff.cog_mixed_byte_order' });
});

test('levels of another kind of samples are refused', async () => {
  const raster = await openRaster(memorySource(tinyTiff({ width: 64, height: 64, tileSize: 16, bands: 3 })));
  const grey = await openRaster(memorySource(tinyTiff({ width: 32, height: 32, tileSize: 16, bands: 1 })));
  const same = await openRaster(memorySource(tinyTiff({ width: 64, height: 64, tileSize: 16, bands: 3 })));
  expect(() => composePyramid(raster, grey)).toThrow(
    expect.objectContaining({ kind: 'tiff.overviews_do_not_fit' }),
  );
  expect(() => composePyramid(raster, same)).toThrow(
    expect.objectContaining({ kind: 'tiff.overviews_do_not_fit' }),
  );
});

test('strips make no COG', async () => {
  const raster = await openRaster(memorySource(tinyTiff({ width: 64, height: 64, rowsPerStrip: 16 })));
  await expect(cogLayout(raster)).rejects.toMatchObject({ kind: 'tiff.cog_needs_tiles' });
});
