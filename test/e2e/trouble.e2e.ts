import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { generateScene } from '../../build/sample/generate';
import { withoutGdal } from '../support/data';
import { Desk } from '../support/desk';
import { gdal, temporaryFolder } from '../support/gdal';
import { launchApp, type LaunchedApp } from '../support/launch';

const folder = temporaryFolder();
const image = folder.path('scene.tif');
let launched: LaunchedApp;
let desk: Desk;

beforeAll(async () => {
  await generateScene({
    path: image,
    width: 768,
    height: 768,
    gsd: 0.3,
    seed: 5,
    epsg: 32633,
    tileSize: 256,
  });
  launched = await launchApp();
  desk = new Desk(launched);
  await desk.whenOnline();
});

afterEach(async () => {
  await desk.dismissAlerts();
});

afterAll(async () => {
  await launched.close();
  folder.remove();
});

async function openingSays(name: string, bytes: Buffer | string): Promise<string> {
  const path = folder.path(name);
  writeFileSync(path, bytes);
  await desk.chooseFiles([path]);
  return desk.alert();
}

test('a text file named .tif is told apart', async () => {
  expect(await openingSays('notes.tif', 'Dear surveyor, the flight is on Monday.\n')).toMatch(
    /notes\.tif.*TIFF/i,
  );
});

test('an empty file is called empty', async () => {
  expect(await openingSays('empty.tif', '')).toMatch(/empty\.tif.*empty/i);
});

test('a file that ends too early is called damaged or cut short', async () => {
  const bytes = readFileSync(image).subarray(0, 6);
  expect(await openingSays('cut.tif', bytes)).toMatch(/cut\.tif/);
});

test('a corrupt directory is refused in a sentence', async () => {
  const bytes = Buffer.from(readFileSync(image));
  const directory = bytes.readUInt32LE(4);
  bytes.fill(0xff, directory, directory + 64);
  expect(await openingSays('corrupt.tif', bytes)).toMatch(/corrupt\.tif/);
});

test('one bad file among good ones does not hide them', async () => {
  const good = folder.path('good.tif');
  copyFileSync(image, good);
  await desk.chooseFiles([folder.path('empty.tif'), good]);
  await desk.page.locator('[data-testid="layer-row"]', { hasText: 'good.tif' }).waitFor();
  expect(await desk.alert()).toMatch(/empty/i);
});

test.skipIf(withoutGdal('a raster without CRS'))(
  'a raster without a coordinate system is shown but not uploaded',
  async () => {
    const bare = folder.path('bare.tif');
    gdal('gdal_translate', '-q', '-of', 'PNG', image, folder.path('bare.png'));
    gdal('gdal_translate', '-q', '--config', 'GDAL_PAM_ENABLED', 'NO', folder.path('bare.png'), bare);
    await desk.open(bare);
    await desk.at('upload-button').click();
    const stop = desk.page.locator('[data-testid="upload-finding"][data-level="stop"]').first();
    await stop.waitFor();
    expect(await stop.innerText()).toMatch(/coordinate/i);
    expect(await desk.at('upload-start').isDisabled()).toBe(true);
    await desk.page.keyboard.press('Escape');
    await desk.removeLayer('bare.tif');
  },
);

test('an area outside the image is refused before anything is spent', async () => {
  await desk.selectLayer('good.tif');
  await desk.upload({ mosaic: 'Good' });
  await desk.chooseModel('Forest');
  await desk.drawAreaBesideImage();
  const refusal = desk.at('refusal').or(desk.at('price-error')).first();
  await refusal.waitFor();
  expect(await refusal.innerText()).toMatch(/area/i);
  expect(await desk.at('run-button').isDisabled()).toBe(true);
});

test('a stopped engine is told and the program goes on', async () => {
  await desk.stopEngine();
  expect(await desk.at('processing-panel').innerText()).toMatch(/offline|not running|stopped|connect/i);
  await desk.startEngine();
  await desk.whenOnline();
});

test('the window lives on', async () => {
  await desk.selectLayer('good.tif');
  await desk.whenDrawn();
  expect(launched.complaints).toEqual([]);
});
