import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateScene } from '../../build/sample/generate';
import { callBridge } from '../support/bridge';
import { Desk } from '../support/desk';
import { temporaryFolder } from '../support/gdal';
import { launchApp, type LaunchedApp } from '../support/launch';
import { writeOrthophoto } from '../unit/uploads/orthophoto';

/** Pictures for people, in light and in dark: the check, the chunk map and the dialogs. `ORTHODESK_PICTURES` names a folder that stays. */
const folder = temporaryFolder();
const pictures = process.env.ORTHODESK_PICTURES ?? folder.path('pictures');
let launched: LaunchedApp;
let desk: Desk;

const scene = { width: 1024, height: 1024, seed: 3, epsg: 32633, tileSize: 256, gsd: 0.3 } as const;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  await generateScene({ ...scene, path: folder.path('field.tif') });
  writeOrthophoto(folder.path('coarse.tif'), { columns: 8, rows: 8, pixelSize: 1.4 });
  writeOrthophoto(folder.path('far.tif'), { columns: 8, rows: 8, pixelSize: 25 });
  launched = await launchApp({ size: { width: 1440, height: 900 } });
  desk = new Desk(launched);
  await desk.whenOnline();
});

afterAll(async () => {
  await launched.close();
  folder.remove();
});

async function picture(name: string): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await desk.page.emulateMedia({ colorScheme: theme });
    await desk.screenshot(join(pictures, `${name}-${theme}.png`));
  }
}

async function levelsOfCheck(name: string): Promise<(string | null)[]> {
  await desk.open(folder.path(name));
  await desk.at('upload-button').click();
  await desk.page.locator('[data-testid="upload-plan"][data-state="ready"]').waitFor();
  const findings = await desk.at('upload-finding').all();
  await picture(`check-${name.replace('.tif', '')}`);
  const levels = await Promise.all(findings.map((finding) => finding.getAttribute('data-level')));
  await desk.page.keyboard.press('Escape');
  return levels;
}

test('the check of a file tells what is well, what to know, and what stands against it', async () => {
  expect(new Set(await levelsOfCheck('field.tif'))).toEqual(new Set(['ok']));
  expect(await levelsOfCheck('coarse.tif')).toContain('warning');
  expect(await levelsOfCheck('far.tif')).toContain('stop');
});

test('an upload under way colours its chunks on the map', async () => {
  await desk.selectLayer('field.tif');
  await callBridge(desk.page, 'uploads.setBandwidth', { limit: 300_000, night: null });
  let isPictured = false;
  await desk.upload({
    mosaic: 'Field',
    atLeastChunks: 16,
    onSent: async () => {
      await desk.at('upload-chunk-map').first().click();
      await desk.page
        .locator('[data-testid="upload-row"]:not([data-chunks-confirmed="0"])')
        .first()
        .waitFor();
      await picture('sending-with-chunk-map');
      isPictured = true;
      await callBridge(desk.page, 'uploads.setBandwidth', { limit: null, night: null });
    },
  });
  expect(isPictured).toBe(true);
  await picture('done-with-chunk-map');
  await desk.at('upload-chunk-map').first().click();
});

test('the speed limit and what is dropped have their dialogs', async () => {
  await desk.openTab('uploads');
  await desk.at('uploads-speed').click();
  await desk.at('bandwidth-day').fill('2.5');
  await desk.page.getByTestId('bandwidth-has-night').click();
  await picture('speed-limit');
  await desk.at('bandwidth-save').click();
  await desk.page.locator('[data-testid="bandwidth-dialog"]').waitFor({ state: 'detached' });
  expect(await desk.at('uploads-speed').innerText()).toContain('2.5 MB/s');
  writeFileSync(folder.path('notes.tif'), 'no raster at all');
  await dropOnQueue([folder.path('field.tif'), folder.path('notes.tif')]);
  await desk.at('upload-files-dialog').waitFor();
  await picture('dropped-files');
  await desk.at('upload-files-start').click();
  await desk.at('upload-files-failures').waitFor();
  expect(await desk.at('upload-files-failures').innerText()).toContain('notes.tif');
  await picture('dropped-files-one-left-out');
});

/** As `Desk.drop`, but onto the queue. */
async function dropOnQueue(paths: readonly string[]): Promise<void> {
  await desk.page.evaluate(() => {
    const input = Object.assign(document.createElement('input'), {
      type: 'file',
      multiple: true,
      id: 'to-queue',
    });
    input.hidden = true;
    document.body.append(input);
  });
  await desk.page.locator('#to-queue').setInputFiles([...paths]);
  await desk.page.evaluate(() => {
    const input = document.querySelector<HTMLInputElement>('#to-queue');
    const queue = document.querySelector('[data-drop="upload"]');
    const dataTransfer = new DataTransfer();
    for (const file of input?.files ?? []) dataTransfer.items.add(file);
    for (const type of ['dragenter', 'dragover', 'drop'])
      queue?.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    input?.remove();
  });
}
