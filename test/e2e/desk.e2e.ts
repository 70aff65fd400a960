import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { stubDialog } from 'electron-playwright-helpers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deepImage } from '../fixtures/deepImage';
import { Desk } from '../support/desk';
import { temporaryFolder } from '../support/gdal';
import { launchApp, type LaunchedApp } from '../support/launch';
import { startTileServer, type TileServer } from '../support/tileServer';

/** One start of the program for all tools of the desk; a second one for what it remembers. */
const folder = temporaryFolder();
const images = folder.path('images');
const moved = folder.path('moved');
const image = (name: string): string => join(images, name);
const userDataDir = folder.path('user-data');
let launched: LaunchedApp;
let desk: Desk;
let tiles: TileServer;

const side = 256;
/** Empty in the upper left quarter; else each band tells its number, column and row, the fourth counting down. */
function deepValue(band: number, column: number, row: number): number {
  if (column < side / 2 && row < side / 2) return 0;
  const place = column + 2 * row;
  return band === 3 ? 5000 - place : 1000 * (band + 1) + place;
}

beforeAll(async () => {
  mkdirSync(images);
  mkdirSync(moved);
  writeFileSync(image('deep.tif'), deepImage({ bands: 4, side, value: deepValue }));
  const height = (_: number, column: number, row: number): number => 200 + column + row;
  writeFileSync(image('height.tif'), deepImage({ bands: 1, side, value: height }));
  writeFileSync(image('other.tif'), deepImage({ bands: 1, side: 64, value: () => 7 }));
  tiles = await startTileServer();
  launched = await launchApp({ userDataDir, size: { width: 1440, height: 900 } });
  desk = new Desk(launched);
  await desk.whenOnline();
});

afterAll(async () => {
  await launched.close();
  await tiles.stop();
  folder.remove();
});

const value = (handle: string): Promise<string> => desk.at(handle).inputValue();

async function mapCentre(): Promise<{ x: number; y: number }> {
  const box = await desk.at('map-canvas').boundingBox();
  if (!box) throw new Error('There is no map on screen.');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

async function choose(select: string, option: string): Promise<void> {
  await desk.at(select).click();
  await desk.page.locator(`[data-testid="${select}-option"][data-value="${option}"]`).click();
}

async function layerNames(): Promise<string[]> {
  const names = await desk.page.locator('[data-layer-main] > .name').allTextContents();
  return names.map((name) => name.trim());
}

/** What the picture of the map is once it differs from what it was. */
async function changedPicture(before: Buffer): Promise<Buffer> {
  await expect.poll(async () => (await desk.mapPicture()).equals(before), { timeout: 10_000 }).toBe(false);
  await desk.whenDrawn();
  return desk.mapPicture();
}

/** Menus hang outside of the page's regions, as they must: `menu` says that one is open. */
async function expectAccessible({ menu = false } = {}): Promise<void> {
  // Off whatever would show a tooltip.
  await desk.page.mouse.move(2, 2);

  for (const theme of ['light', 'dark'] as const) {
    await launched.app.evaluate(
      ({ Menu }, id) => Menu.getApplicationMenu()?.getMenuItemById(id)?.click(),
      `view.theme.${theme}`,
    );
    await desk.page.locator(`html[data-theme="${theme}"]`).waitFor();
    const axe = new AxeBuilder({ page: desk.page }).setLegacyMode();
    const { violations } = await (menu ? axe.disableRules('region') : axe).analyze();
    const found = violations.map(
      ({ id, nodes }) => `${theme} ${id}: ${nodes.map((node) => node.html).join(' ')}`,
    );
    expect(found).toEqual([]);
  }
}

test('bands are put together by a preset, and a stretch is dragged, typed and chosen', async () => {
  await desk.open(image('deep.tif'));
  await desk.page.keyboard.press('F7');
  await desk.at('histogram').waitFor();
  expect(await desk.at('band-preset').getAttribute('data-value')).toBe('natural');
  let picture = await desk.mapPicture();
  await choose('band-preset', 'falseColour');
  expect(await desk.at('band-0').getAttribute('data-value')).toBe('3');
  picture = await changedPicture(picture);

  await desk.at('stretch-presets').click();
  await desk.at('cut-minMax').click();
  expect(await value('stretch-high')).toBe('4872');
  picture = await changedPicture(picture);
  const handle = await desk.at('stretch-handle-low').boundingBox();
  if (!handle) throw new Error('There is no handle to drag.');
  await desk.page.mouse.move(handle.x + 7, handle.y + 30);
  await desk.page.mouse.down();
  await desk.page.mouse.move(handle.x + 87, handle.y + 30, { steps: 4 });
  await desk.page.mouse.up();
  expect(Number(await value('stretch-low'))).toBeGreaterThan(1300);
  picture = await changedPicture(picture);
  await desk.at('stretch-handle-low').focus();
  const before = Number(await value('stretch-low'));
  await desk.page.keyboard.press('ArrowLeft');
  expect(Number(await value('stretch-low'))).toBeLessThan(before);
  await desk.at('stretch-low').fill('1500');
  await desk.page.keyboard.press('Enter');
  await changedPicture(picture);
  await desk.at('style-reset').click();
  expect(await desk.at('band-preset').getAttribute('data-value')).toBe('natural');
  await expectAccessible();
});

test('a single band takes a colour map, which is turned round', async () => {
  await desk.open(image('height.tif'));
  const grey = await desk.mapPicture();
  await choose('colour-map', 'viridis');
  const viridis = await changedPicture(grey);
  await desk.at('colour-map-inverted').click();
  await changedPicture(viridis);
  await desk.layer('height.tif').getByTestId('layer-fold').click();
  await expectAccessible();
});

test('identify tells every band, the place, and where there is no data', async () => {
  await desk.selectLayer('deep.tif');
  await desk.at('tool-identify').click();
  const { x, y } = await mapCentre();
  await desk.page.mouse.click(x + 40, y + 40);
  const pixel = desk.at('identified-pixel').filter({ hasText: 'deep.tif' });
  await pixel.waitFor();
  expect(await pixel.getAttribute('data-valid')).toBe('true');
  const [first = 0, second, third, fourth] = ((await pixel.getAttribute('data-values')) ?? '')
    .split(' ')
    .map(Number);
  expect([second, third, fourth]).toEqual([first + 1000, first + 2000, 6000 - first]);
  expect(await pixel.innerText()).toContain('EPSG:32633');
  // The hint of the tool would lie under the card.
  expect(await desk.at('tool-bar').count()).toBe(0);
  await desk.page.mouse.click(x - 40, y - 40);
  await desk.page.locator('[data-testid="identified-pixel"][data-valid="false"]').waitFor();
  await expectAccessible();
  await desk.page.keyboard.press('Escape');
});

test('a length is measured on the ellipsoid, its line is seen as it is drawn, and Escape ends the tool', async () => {
  await desk.at('view-zoomToPixels').click();
  await desk.whenDrawn();
  await desk.at('tool-measure-length').click();
  const { x, y } = await mapCentre();
  const clip = { x: x - 40, y: y - 8, width: 80, height: 16 };
  const bare = await desk.page.screenshot({ clip });
  await desk.page.mouse.click(x - 50, y);
  await desk.page.mouse.move(x + 50, y, { steps: 4 });
  await expect.poll(async () => (await desk.page.screenshot({ clip })).equals(bare)).toBe(false);
  await desk.page.mouse.dblclick(x + 50, y);
  const words = desk.at('tool-words');
  await expect.poll(async () => Number(await words.getAttribute('data-value'))).toBeGreaterThan(49);
  // 100 px of half a metre; UTM is within 0.04 % of the ground here.
  expect(Number(await words.getAttribute('data-value'))).toBeCloseTo(50, 0);
  await desk.page.keyboard.press('Escape');
  expect(await desk.at('tool-bar').count()).toBe(0);
});

test('scale and rotation are typed, and north comes back', async () => {
  await desk.at('scale').fill('1:500');
  await desk.page.keyboard.press('Enter');
  await expect.poll(() => value('scale')).toBe('1:500');
  await desk.at('rotation').fill('30');
  await desk.page.keyboard.press('Enter');
  await expect.poll(() => value('rotation')).toBe('30°');
  await desk.at('view-resetRotation').click();
  await expect.poll(() => value('rotation')).toBe('0°');
  await desk.at('coordinates').click();
  expect(await desk.at('coordinates').getAttribute('data-form')).toBe('lonLat');
});

test('a bookmark is added, found again, renamed and deleted', async () => {
  await desk.at('tab-bookmarks').click();
  await desk.at('bookmark-add').click();
  await desk.at('bookmark-name').fill('Yard');
  await desk.page.keyboard.press('Enter');
  const row = desk.at('bookmark-row');
  await row.waitFor();
  await desk.at('scale').fill('1:4000');
  await desk.page.keyboard.press('Enter');
  await expect.poll(() => value('scale')).toBe('1:4,000');
  await row.getByText('Yard').click();
  await expect.poll(() => value('scale')).toBe('1:500');
  await row.getByTestId('bookmark-menu').click();
  await desk.at('bookmark-rename').click();
  await desk.page.keyboard.type('Back yard');
  await desk.page.keyboard.press('Enter');
  await row.getByText('Back yard').waitFor();
  await expectAccessible();
  await row.getByTestId('bookmark-menu').click();
  await desk.at('bookmark-delete').click();
  await desk.at('confirm-yes').click();
  await row.waitFor({ state: 'detached' });
});

test('a base map of the user is checked, fetched by main, and shown from the cache when its server is gone', async () => {
  await desk.at('scale').fill('1:2000');
  await desk.page.keyboard.press('Enter');
  await desk.at('basemap-menu').click();
  await desk.at('basemap-manage').click();
  await desk.at('basemap-add').click();
  await desk.at('basemap-name').fill('Survey tiles');
  await desk.at('basemap-url').fill('ftp://example.org/{z}/{x}/{y}');
  await desk.at('basemap-save').click();
  expect(await desk.at('basemaps-dialog').innerText()).toMatch(/https/);
  await expectAccessible();
  await desk.at('basemap-url').fill(tiles.template);
  await desk.at('basemap-attribution').fill('© The surveyors');
  await desk.at('basemap-allow-local').click();
  await desk.at('basemap-save').click();
  await desk.at('basemap-item').filter({ hasText: 'Survey tiles' }).waitFor();
  await expectAccessible();
  await desk.page.keyboard.press('Escape');
  await expect.poll(() => tiles.asked.length).toBeGreaterThan(0);
  expect(tiles.asked[0]?.headers['user-agent']).toMatch(/^Orthodesk\/\d/);
  await desk.whenDrawn();
  const { y } = await mapCentre();
  const box = await desk.at('map-canvas').boundingBox();
  const corner = { x: (box?.x ?? 0) + 30, y: y - 40 };
  expect(await colourAt(corner)).toEqual([30, 160, 90]);
  expect(await desk.at('basemap-attribution-chip').innerText()).toBe('© The surveyors');

  await tiles.stop();
  await desk.at('scale').fill('1:20000000');
  await desk.page.keyboard.press('Enter');
  await desk.at('basemap-offline').waitFor();
  await desk.at('scale').fill('1:2000');
  await desk.page.keyboard.press('Enter');
  await expect.poll(() => value('scale')).toBe('1:2,000');
  await desk.whenDrawn();
  await expect.poll(() => colourAt(corner)).toEqual([30, 160, 90]);
  await desk.at('basemap-visible').click();
  await expect.poll(() => colourAt(corner)).not.toEqual([30, 160, 90]);
});

test('layers are ordered by keys and by drag, renamed, faded and hidden', async () => {
  expect(await layerNames()).toEqual(['height.tif', 'deep.tif']);
  await desk.layer('height.tif').locator('[data-layer-main]').focus();
  await desk.selectLayer('height.tif');
  await desk.page.keyboard.press('Alt+ArrowDown');
  await expect.poll(layerNames).toEqual(['deep.tif', 'height.tif']);
  await desk
    .layer('height.tif')
    .locator('[data-layer-main]')
    .dragTo(desk.layer('deep.tif'), { targetPosition: { x: 60, y: 4 } });
  await expect.poll(layerNames).toEqual(['height.tif', 'deep.tif']);
  await desk.layer('height.tif').locator('[data-layer-main]').press('F2');
  await desk.page.keyboard.type('Heights');
  await desk.page.keyboard.press('Enter');
  await expect.poll(layerNames).toEqual(['Heights', 'deep.tif']);
  await desk.layer('deep.tif').getByTestId('layer-visible').click();
  const hidden = desk.layer('deep.tif').getByTestId('layer-visible');
  expect(await hidden.getAttribute('data-visible')).toBe('false');
});

test('the information of an image can be copied', async () => {
  await desk.layer('deep.tif').getByTestId('layer-menu').click();
  await desk.at('layer-info').click();
  await desk.at('raster-info-dialog').waitFor();
  await expectAccessible();
  await desk.at('info-copy').click();
  const copied = await launched.app.evaluate(({ clipboard }) => clipboard.readText());
  expect(copied).toContain('deep.tif');
  expect(copied).toContain('uint16');
  expect(copied).toContain('EPSG:32633');
  await desk.page.keyboard.press('Escape');
});

test('a dropped folder asks which of its images are meant', async () => {
  const session = await desk.page.context().newCDPSession(desk.page);
  const data = { items: [], files: [images], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 600, y: 400, data });
  }
  await desk.at('folders-dialog').waitFor();
  expect(await desk.at('folders-raster').count()).toBe(3);
  await expectAccessible();
  await desk.at('folders-open').click();
  await desk.layer('other.tif').waitFor();
  // What was open already is not opened twice.
  expect(await desk.at('layer-row').count()).toBe(3);
});

test('after a restart all is as it was; moved files are found again together', async () => {
  await launched.close();
  renameSync(image('deep.tif'), join(moved, 'deep.tif'));
  renameSync(image('height.tif'), join(moved, 'height.tif'));
  launched = await launchApp({ userDataDir, size: { width: 1440, height: 900 } });
  desk = new Desk(launched);
  await desk.at('layer-lost').first().waitFor();
  expect(await desk.at('layer-lost').count()).toBe(2);
  expect(await layerNames()).toEqual(['other.tif', 'Heights', 'deep.tif']);
  await expectAccessible();

  await stubDialog(launched.app, 'showOpenDialog', { canceled: false, filePaths: [image('other.tif')] });
  await desk.layer('Heights').getByTestId('layer-locate').click();
  expect(await desk.alert()).toMatch(/is not height\.tif/);
  await desk.dismissAlerts();
  const place = join(moved, 'height.tif');
  await stubDialog(launched.app, 'showOpenDialog', { canceled: false, filePaths: [place] });
  await desk.layer('Heights').getByTestId('layer-locate').click();
  await desk.at('layer-lost').first().waitFor({ state: 'detached' });
  expect(await desk.at('layer-lost').count()).toBe(0);
  await desk.whenDrawn();
  expect(await layerNames()).toEqual(['other.tif', 'Heights', 'deep.tif']);
  expect(await desk.layer('deep.tif').getByTestId('layer-visible').getAttribute('data-visible')).toBe(
    'false',
  );
  await desk.selectLayer('Heights');
  expect(await desk.at('colour-map').getAttribute('data-value')).toBe('viridis');
  expect(await desk.at('colour-map-inverted').getAttribute('data-state')).toBe('checked');
});

test('recent files are listed, and those that are gone are marked', async () => {
  await desk.at('recent-menu').click();
  const gone = desk.at('recent-entry').filter({ hasText: 'other.tif' });
  await gone.waitFor();
  await expectAccessible({ menu: true });
  await desk.page.keyboard.press('Escape');
});

test('the window had nothing to complain about', () => {
  expect(launched.complaints).toEqual([]);
});

/** The colour that the window shows at a place, red, green and blue. */
async function colourAt({ x, y }: { x: number; y: number }): Promise<number[]> {
  const shot = await launched.app.evaluate(
    async ({ BrowserWindow }, place) => {
      const picture = await BrowserWindow.getAllWindows()[0]?.webContents.capturePage({
        ...place,
        width: 1,
        height: 1,
      });
      return [...(picture?.toBitmap() ?? [])];
    },
    { x: Math.round(x), y: Math.round(y) },
  );
  const [blue = 0, green = 0, red = 0] = shot;
  return [red, green, blue];
}
