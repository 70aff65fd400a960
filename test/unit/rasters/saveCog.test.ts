import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { RasterService, createNodeCodecs, openFile } from '../../../main/rasters';
import { readWindow } from '@shared/tiff/window';
import { hasReferee, refereePython } from '../../fixtures/referee';
import { hasGdal } from '../../support/data';
import { gdal, temporaryFolder } from '../../support/gdal';
import { translate, writeTestImage } from '../../support/rasterCase';
import { buildOverviews } from '../../support/buildOverviews';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function desk() {
  const folder = temporaryFolder();
  closers.push(() => folder.remove());
  const made = writeTestImage(folder.path('raw'), 'uint8', { width: 1500, height: 1100, bands: 3 });
  const source = folder.path('source.tif');
  translate(made.path, source, ['TILED=YES', 'BLOCKXSIZE=256', 'BLOCKYSIZE=256', 'COMPRESS=DEFLATE']);
  const overviews = folder.path('cache.ovr');
  await buildOverviews(source, { target: overviews });
  const service = new RasterService(createNodeCodecs());
  closers.push(() => service.closeAll());
  await service.open({ id: 'a', path: source });
  await service.attach({ id: 'a', overviews });
  return { folder, source, overviews, service };
}

test.skipIf(!hasGdal)('a raster and its overviews become a COG with the same pixels', async () => {
  const { folder, source, service } = await desk();
  const target = folder.path('saved.tif');
  const bytes = await service.saveCog({ id: 'a', target });
  expect(bytes).toBeGreaterThan(0);
  expect(existsSync(`${target}.part`)).toBe(false);
  expect(gdal('gdalinfo', target)).toContain('LAYOUT=COG');
  const checksums = (path: string): string[] =>
    gdal('gdalinfo', '-checksum', path).match(/Checksum=\d+/g) ?? [];
  expect(checksums(target)).toEqual(checksums(source));
  const opened = await openFile(target);
  closers.push(() => opened.close());
  expect(opened.raster.description.levels.map(({ width }) => width)).toEqual([1500, 750, 375, 188]);
  const top = await readWindow(opened.raster, createNodeCodecs(), { level: 3 });
  expect(top.bands).toHaveLength(3);
});

test.skipIf(!hasReferee)('GDAL finds nothing wrong with such a COG, nor other pixels in it', async () => {
  const { folder, source, overviews, service } = await desk();
  const target = folder.path('saved.tif');
  await service.saveCog({ id: 'a', target });
  copyFileSync(overviews, `${source}.ovr`);
  const judge = fileURLToPath(new URL('../../fixtures/validateCog.py', import.meta.url));
  const run = spawnSync(refereePython!, [judge], {
    input: JSON.stringify([[source, target]]),
    encoding: 'utf8',
  });
  expect(run.stderr).toBe('');
  expect(JSON.parse(run.stdout)).toEqual([[]]);
});

test.skipIf(!hasGdal)('what is given up, or cannot be written, leaves nothing behind', async () => {
  const { folder, service } = await desk();
  const abort = new AbortController();
  abort.abort(new Error('given up'));
  const target = folder.path('saved.tif');
  await expect(service.saveCog({ id: 'a', target }, { signal: abort.signal })).rejects.toThrow('given up');
  expect(existsSync(target) || existsSync(`${target}.part`)).toBe(false);
  await expect(service.saveCog({ id: 'a', target: folder.path('absent/saved.tif') })).rejects.toThrow(
    'rasters.cannot_write',
  );
});
