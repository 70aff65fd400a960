import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Desk } from '../support/desk';
import { temporaryFolder } from '../support/gdal';
import { launchApp, type LaunchedApp } from '../support/launch';
import { writeStrips } from '../support/stripTiff';

const folder = temporaryFolder();
const image = folder.path('strips.tif');
let launched: LaunchedApp;
let desk: Desk;

beforeAll(async () => {
  writeStrips(image, { width: 13_312, height: 13_312, rowsPerStrip: 64, compression: 'deflate' });
  launched = await launchApp();
  desk = new Desk(launched);
});

afterAll(async () => {
  await launched.close();
  folder.remove();
});

test('a large image without overviews gets them, in the cache, while it is looked at', async () => {
  await desk.chooseFiles([image]);
  const row = desk.at('overviews');
  await row.waitFor();
  const shots = process.env['ORTHODESK_SHOTS'];
  if (shots) await desk.page.screenshot({ path: join(shots, 'overviews.png') });
  await row.getByRole('button').first().click();
  await desk.page.locator('[data-testid="overviews"][data-state="paused"]').waitFor();
  if (shots) await desk.page.screenshot({ path: join(shots, 'overviews-paused.png') });
  await row.getByRole('button').first().click();
  await row.waitFor({ state: 'detached', timeout: 120_000 });
  await desk.whenDrawn();
  if (shots) await desk.page.screenshot({ path: join(shots, 'overviews-done.png') });
  const cache = join(launched.userDataDir, 'cache', 'overviews');
  expect(readdirSync(cache).filter((name) => name.endsWith('.ovr'))).toHaveLength(1);
  expect(existsSync(`${image}.ovr`)).toBe(false);
  expect(launched.complaints).toEqual([]);
});

test('what was built once is there at once', async () => {
  await desk.chooseFiles([image]);
  await desk.whenDrawn();
  expect(await desk.at('overviews').count()).toBe(0);
});
