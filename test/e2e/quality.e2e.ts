import { readFileSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateScene } from '../../build/sample/generate';
import { Desk } from '../support/desk';
import { temporaryFolder } from '../support/gdal';
import { launchApp, type LaunchedApp } from '../support/launch';

const folder = temporaryFolder();
const image = folder.path('town.tif');
const userDataDir = folder.path('user-data');
let launched: LaunchedApp;
let desk: Desk;
let job: string;
let asItCame: number;
let kept: { features: number; area: number };

beforeAll(async () => {
  await generateScene({
    path: image,
    width: 1024,
    height: 1024,
    gsd: 0.3,
    seed: 5,
    epsg: 32633,
    tileSize: 256,
  });
  launched = await launchApp({ userDataDir });
  desk = new Desk(launched);
  await desk.whenOnline();
  await desk.open(image);
  await desk.upload({ mosaic: 'Town' });
  await desk.chooseModel('Buildings');
  job = await desk.run('Houses of the town');
  asItCame = await desk.whenKept(job);
});

afterAll(async () => {
  await launched.close();
  folder.remove();
});

/** What the panel says at the threshold where the slider stands, once all is counted. */
async function counted(): Promise<{ features: number; area: number }> {
  const counts = desk.page.locator('[data-testid="quality-counts"][data-state="ready"][data-features]');
  await counts.waitFor();
  return {
    features: Number(await counts.getAttribute('data-features')),
    area: Number(await counts.getAttribute('data-area')),
  };
}

/** By the keyboard, a level at a time. */
async function step(key: 'ArrowLeft' | 'ArrowRight', times: number): Promise<void> {
  const thumb = desk.at('quality-threshold');
  await thumb.focus();
  for (let i = 0; i < times; i++) await thumb.press(key);
}

async function openQuality(): Promise<void> {
  await desk.openTab('jobs');
  await desk.job(job).getByTestId('job-menu').click();
  await desk.at('job-quality').click();
  await desk.at('quality-form').waitFor();
}

test('the quality view shows where the model was sure, over the image', async () => {
  await openQuality();
  await desk.page.locator('[data-testid="quality-form"][data-state="ready"]').waitFor();
  expect(await counted()).toMatchObject({ features: asItCame });
  const without = await desk.mapPicture();
  await desk.at('quality-layer').click();
  await expect.poll(async () => (await desk.mapPicture()).equals(without), { timeout: 20_000 }).toBe(false);
  await desk.at('quality-layer').click();
});

test.each(['light', 'dark'] as const)('it can be read by everybody, in %s', async (theme) => {
  await launched.app.evaluate(
    ({ Menu }, id) => Menu.getApplicationMenu()?.getMenuItemById(id)?.click(),
    `view.theme.${theme}`,
  );
  await desk.page.locator(`html[data-theme="${theme}"]`).waitFor();
  await desk.page.mouse.move(2, 2);
  const { violations } = await new AxeBuilder({ page: desk.page }).setLegacyMode().analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
});

test('a higher threshold leaves less, a lower one finds more, and the map follows', async () => {
  const own = await counted();
  const before = await desk.mapPicture();
  await step('ArrowRight', 4);
  const high = await counted();
  expect(high.area).toBeLessThan(own.area);
  await expect.poll(async () => (await desk.mapPicture()).equals(before), { timeout: 20_000 }).toBe(false);
  await step('ArrowLeft', 8);
  const low = await counted();
  expect(low.area).toBeGreaterThan(own.area);
  await desk.at('quality-reset').click();
  expect(await counted()).toEqual(own);
});

test('what is kept takes the place of the result: in the list, and in what is exported', async () => {
  await step('ArrowRight', 3);
  kept = await counted();
  await desk.at('quality-keep').click();
  await desk.page.locator('[data-testid="quality-version"][data-version="1"][aria-pressed="true"]').waitFor();
  await desk.openTab('jobs');
  expect(await desk.whenKept(job)).toBe(kept.features);
  const saved = folder.path('kept.geojson');
  await desk.exportResult(job, 'geojson', saved);
  const { features } = JSON.parse(readFileSync(saved, 'utf8')) as { features: unknown[] };
  expect(features).toHaveLength(kept.features);
});

test('it is there after a restart; without the engine one can go back to the result as it came', async () => {
  await launched.close();
  launched = await launchApp({ userDataDir });
  desk = new Desk(launched);
  await desk.whenOnline();
  await desk.openTab('jobs');
  expect(await desk.whenKept(job)).toBe(kept.features);
  await openQuality();
  await desk.page.locator('[data-testid="quality-form"][data-state="ready"]').waitFor();
  await desk.stopEngine();
  await desk.page.locator('[data-testid="quality-form"][data-state="not_now"]').waitFor();
  expect(await desk.at('quality-refusal').innerText()).toContain('engine');
  await desk.page.locator('[data-testid="quality-version"][data-version="0"]').click();
  await desk.page.locator('[data-testid="quality-version"][data-version="0"][aria-pressed="true"]').waitFor();
  expect(await desk.whenKept(job)).toBe(asItCame);
});

test('a version that is not wanted any more is deleted after a question, without the engine', async () => {
  await openQuality();
  await desk.at('quality-version-delete').click();
  await desk.at('confirm-yes').click();
  await desk.page.locator('[data-testid="quality-version"][data-version="1"]').waitFor({ state: 'detached' });
  await desk.openTab('jobs');
  expect(await desk.whenKept(job)).toBe(asItCame);
});

test('the window had nothing to complain about', () => {
  expect(launched.complaints).toEqual([]);
});
