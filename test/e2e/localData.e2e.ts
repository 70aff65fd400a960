import { writeFileSync } from 'node:fs';
import { clickMenuItemById, stubDialog } from 'electron-playwright-helpers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Desk } from '../support/desk';
import { temporaryFolder } from '../support/gdal';
import { launchApp, type LaunchedApp } from '../support/launch';
import { rectangle } from '../unit/blocks/shapes';

/** Registering local data in the settings, as a person does. */
const folder = temporaryFolder();
const extract = folder.path('town.geojson');
const broken = folder.path('broken.gpkg');
let launched: LaunchedApp;
let desk: Desk;

beforeAll(async () => {
  const features = Array.from({ length: 1200 }, (_, i) => ({
    type: 'Feature',
    properties: { '@id': `way/${String(i + 1)}`, building: 'house' },
    geometry: { type: 'Polygon', coordinates: [rectangle(20 * (i % 40), 20 * Math.floor(i / 40), 10, 9)] },
  }));
  writeFileSync(extract, JSON.stringify({ type: 'FeatureCollection', features }));
  writeFileSync(broken, 'nothing of a database');
  launched = await launchApp({ size: { width: 1440, height: 900 } });
  desk = new Desk(launched);
  await desk.whenOnline();
});

afterAll(async () => {
  await launched.close();
  folder.remove();
});

test('an extract that is added shows what it holds, and one that cannot be read says why', async () => {
  await stubDialog(launched.app, 'showOpenDialog', { canceled: false, filePaths: [extract, broken] });
  await clickMenuItemById(launched.app, 'app.settings');
  await desk.at('local-data-add').click();
  await desk.at('local-data-problem').waitFor();
  expect(await desk.at('local-data-facts').innerText()).toContain('1,200 buildings');
  expect(await desk.at('local-data-problem').innerText()).toContain('broken.gpkg');
  await desk.at('local-data-remove').last().click();
  await desk.at('local-data-problem').waitFor({ state: 'detached' });
  expect(await desk.at('local-data').count()).toBe(1);
});

test('told when the imagery was taken, heights can be measured from shadows', async () => {
  await desk.page.getByRole('button', { name: 'Close' }).click();
  const heights = desk.at('block-Heights');
  await heights.waitFor();
  expect(await heights.isDisabled()).toBe(true);
  await desk.at('captured-at').fill('2024-06-21T09:30');
  await expect.poll(() => heights.isEnabled()).toBe(true);
  await heights.click();
  await expect.poll(() => heights.getAttribute('data-state')).toBe('checked');
  await desk.at('captured-at').fill('');
  await expect.poll(() => heights.isDisabled()).toBe(true);
});
