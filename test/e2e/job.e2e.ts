import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateScene } from '../../build/sample/generate';
import { withoutGdal } from '../support/data';
import { Desk } from '../support/desk';
import { gdal, temporaryFolder } from '../support/gdal';
import { launchApp, type LaunchedApp } from '../support/launch';
import { inspect } from '../support/ogr';

const folder = temporaryFolder();
const image = folder.path('scene.tif');
const userDataDir = folder.path('user-data');
let launched: LaunchedApp;
let desk: Desk;
let job: string;
let features: number;

beforeAll(async () => {
  await generateScene({
    path: image,
    width: 1024,
    height: 1024,
    gsd: 0.3,
    seed: 3,
    epsg: 32633,
    tileSize: 256,
  });
  launched = await launchApp({ userDataDir });
  desk = new Desk(launched);
  await desk.whenOnline();
});

afterAll(async () => {
  await launched.close();
  folder.remove();
});

test('an orthophoto is opened in its own coordinate system', async () => {
  await desk.open(image);
  expect(await desk.at('crs').innerText()).toContain('EPSG:32633');
});

test('the wheel zooms and a drag pans before anything on the map was clicked', async () => {
  const { mouse } = desk.page;
  const scale = desk.at('scale');
  const place = desk.at('coordinates');
  const box = (await desk.at('map').boundingBox())!;
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const whole = await scale.inputValue();
  await mouse.move(middle.x, middle.y);
  await mouse.wheel(0, -240);
  await expect.poll(() => scale.inputValue()).not.toBe(whole);
  await desk.at('view-zoomToLayer').click();
  await expect.poll(() => scale.inputValue()).toBe(whole);
  await desk.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await mouse.move(middle.x, middle.y);
  const before = await place.innerText();
  await mouse.down();
  await mouse.move(middle.x + 80, middle.y + 40, { steps: 4 });
  await mouse.up();
  await mouse.move(middle.x, middle.y);
  await expect.poll(() => place.innerText()).not.toBe(before);
  await desk.at('view-zoomToLayer').click();
});

test('it is uploaded in at least four chunks', async () => {
  expect(await desk.upload({ mosaic: 'Scene', atLeastChunks: 4 })).toBeGreaterThanOrEqual(4);
});

test.skipIf(withoutGdal('the union of the stored chunks'))(
  'the stored chunks together are the source',
  () => {
    const stored = storedImages(userDataDir);
    const mosaic = folder.path('mosaic.vrt');
    gdal('gdalbuildvrt', '-q', mosaic, ...stored);
    expect(stored.length).toBeGreaterThanOrEqual(4);
    expect(checksums(mosaic)).toEqual(checksums(image));
    expect(checksums(mosaic)).toHaveLength(3);
  },
);

test('its price is shown before it is run', async () => {
  await desk.chooseModel('Forest');
  expect(await desk.price()).toBeGreaterThan(0);
});

test('the forest is found and kept', async () => {
  job = await desk.run('Forest of the scene');
  features = await desk.whenKept(job);
  expect(features).toBeGreaterThan(0);
});

test('the result is drawn over and beside the image', async () => {
  await desk.hideResult(job);
  const without = await desk.mapPicture();
  await desk.showResult(job);
  const over = await desk.mapPicture();
  await desk.compare('side-by-side');
  const beside = await desk.mapPicture();
  await desk.compare('overlay');
  expect(over.equals(without)).toBe(false);
  expect(beside.equals(over)).toBe(false);
});

test.skipIf(withoutGdal('the saved result'))('the saved GeoPackage is valid and in WGS 84', async () => {
  const saved = folder.path('result.gpkg');
  await desk.exportResult(job, 'gpkg', saved);
  const summary = gdal('ogrinfo', '-al', '-so', saved);
  const layer = /^Layer name: (.+)$/m.exec(summary)?.[1];
  expect(inspect(saved, layer, 'geom')).toEqual({ features, invalid: 0 });
  expect(summary).toContain('ID["EPSG",4326]');
});

test('after a restart without the engine everything is still there', async () => {
  await launched.close();
  launched = await launchApp({ userDataDir });
  desk = new Desk(launched);
  await desk.whenOnline();
  await desk.stopEngine();
  await desk.openTab('jobs');
  expect(await desk.whenKept(job)).toBe(features);
  expect(await desk.tableRows(job)).toBeGreaterThan(0);
  // The image and the result lie on the map as they did.
  await desk.layer('scene.tif').waitFor();
  await desk.openTab('jobs');
  await desk.showResult(job);
  await desk.openTab('uploads');
  expect(await desk.at('upload-row').first().getAttribute('data-state')).toBe('done');
});

test('the window had nothing to complain about', () => {
  expect(launched.complaints).toEqual([]);
});

function storedImages(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => /engine.*images.*\.tif$/.test(path))
    .map((path) => join(root, path));
}

function checksums(path: string): number[] {
  const info = execFileSync('gdalinfo', ['-json', '-checksum', path], { encoding: 'utf8' });
  return (JSON.parse(info) as { bands: { checksum: number }[] }).bands.map((band) => band.checksum);
}
