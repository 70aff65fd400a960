import { closeSync, openSync, readdirSync, readFileSync, utimesSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { GrowingLevels } from '@shared/tiff/overviews';
import { decodePng } from '../../main/engine/tiles/decodePng';
import { callBridge } from '../support/bridge';
import { Desk } from '../support/desk';
import { bareMap } from '../support/drawnPictures';
import { temporaryFolder } from '../support/gdal';
import { launchApp, type LaunchedApp } from '../support/launch';
import { openInMemory } from '../support/rasterCase';
import { writeStrips } from '../support/stripTiff';

const folder = temporaryFolder();
const image = folder.path('strips.tif');
const userDataDir = folder.path('user');
/** px; units of so many rows are built one after another */
const UNIT = 4096;
const SIDE = 13_312;
const WRITTEN = new Date('2024-05-01T12:00:00Z');

afterAll(() => folder.remove());

async function growing({ page }: LaunchedApp): Promise<GrowingLevels | null> {
  const [job] = await callBridge(page, 'overviews.list');
  return job ? callBridge(page, 'rasters.growing', { rasterId: job.rasterId }) : null;
}

const count = (bits: Uint8Array): number =>
  Object.values(bits).reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);

/** At once: by the time that a mouse is there the build may be done. */
async function pause(desk: Desk): Promise<void> {
  const [job] = await callBridge(desk.page, 'overviews.list');
  await callBridge(desk.page, 'overviews.pause', { rasterId: job!.rasterId });
  await desk.page.locator('[data-testid="overviews"][data-state="paused"]').waitFor();
}

/** What the map shows, with nothing over it: its greys, row by row. */
interface Shot {
  readonly width: number;
  readonly height: number;
  grey(x: number, y: number): number;
}

async function shot(desk: Desk): Promise<Shot> {
  await desk.at('view-zoomToLayer').click();
  await desk.whenDrawn();
  await desk.page.mouse.move(2, 2);
  const { width, height, rgba } = decodePng(await desk.at('map-canvas').screenshot());
  return { width, height, grey: (x, y) => rgba[(y * width + x) * 4]! };
}

/** Makes the strips of some rows unreadable; by size and date the file is the same. */
async function spoilRows(from: number, to: number): Promise<void> {
  const raster = await openInMemory(image);
  const [level] = raster.description.levels;
  const file = openSync(image, 'r+');
  for (let strip = from / level!.blockHeight; strip < to / level!.blockHeight; strip++) {
    const { offset, length } = await raster.blockRange(level!, strip);
    writeSync(file, new Uint8Array(length).fill(0xee), 0, length, offset);
  }
  closeSync(file);
  utimesSync(image, WRITTEN, WRITTEN);
}

/** Where the picture lies on the map: there it is not as in its corner. */
function boxOf({ width, height, grey }: Shot): { left: number; right: number; top: number; bottom: number } {
  const isGround = (x: number, y: number): boolean => grey(x, y) === grey(0, 0);
  const xs = Array.from({ length: width }, (_, x) => x).filter((x) => !isGround(x, height >> 1));
  const ys = Array.from({ length: height }, (_, y) => y).filter((y) => !isGround(width >> 1, y));
  return { left: xs[0]!, right: xs.at(-1)!, top: ys[0]!, bottom: ys.at(-1)! };
}

test('what is built of overviews is drawn with, also after a restart: the raster is not asked for it', async () => {
  writeStrips(image, { width: SIDE, height: SIDE, rowsPerStrip: 64, compression: 'deflate' });
  utimesSync(image, WRITTEN, WRITTEN);
  const first = await launchApp({ userDataDir });
  const desk = new Desk(first);
  await desk.chooseFiles([image]);
  await desk.at('overviews').waitFor();
  const inUnit = (SIDE / 1024) * (UNIT / 1024);
  await expect
    .poll(async () => (await growing(first))!.made[0]!.subarray(0, inUnit >> 3), {
      timeout: 60_000,
      interval: 20,
    })
    .toEqual(new Uint8Array(inUnit >> 3).fill(255));
  await pause(desk);
  const levels = (await growing(first))!;
  expect(count(levels.made[0]!)).toBeLessThan(inUnit * 3);
  const cache = join(userDataDir, 'cache', 'overviews');
  const journal = (): string =>
    readFileSync(
      join(
        cache,
        readdirSync(cache).find((name) => name.endsWith('.journal'))!,
      ),
      'utf8',
    );
  await expect.poll(journal).toMatch(/^\[0,0,1,/m);
  await bareMap(desk);
  const whole = await shot(desk);
  await first.close();

  await spoilRows(UNIT / 16, UNIT - UNIT / 16);
  const second = await launchApp({ userDataDir });
  const again = new Desk(second);
  await again.at('overviews').waitFor();
  await pause(again);
  expect(count((await growing(second))!.made[0]!)).toBeGreaterThanOrEqual(inUnit);
  await bareMap(again);
  const part = await shot(again);
  const shots = process.env['ORTHODESK_SHOTS'];
  if (shots) await again.page.screenshot({ path: join(shots, 'growing.png') });
  await second.close();

  const box = boxOf(whole);
  const bottom = box.top + Math.floor(((box.bottom - box.top) * (UNIT - UNIT / 16)) / SIDE);
  let different = 0;
  let pixels = 0;
  const values = new Set<number>();
  for (let y = box.top + 2; y < bottom; y++) {
    for (let x = box.left + 2; x < box.right - 2; x++, pixels++) {
      values.add(part.grey(x, y));
      if (Math.abs(part.grey(x, y) - whole.grey(x, y)) > 4) different++;
    }
  }
  expect(values.size).toBeGreaterThan(8);
  expect(different / pixels).toBeLessThan(0.01);
  expect(second.complaints).toEqual([]);
}, 300_000);
