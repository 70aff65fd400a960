import { spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BandStatistics, RasterInfo } from '@shared/ipc/types';
import { defaultChannel } from '../../renderer/map/rasterDisplay';
import { refereePython } from '../fixtures/referee';
import type { Desk } from './desk';
import type { LaunchedApp } from './launch';

const script = fileURLToPath(new URL('../fixtures/judgeDrawn.py', import.meta.url));

/** One picture of the map, and what is needed to make it again from the file. */
export interface DrawnCase {
  readonly name: string;
  readonly path: string;
  readonly shot: string;
  /** red, green, blue of the map where nothing lies */
  readonly background: readonly number[];
  /** The values of each band that become black and white; null where bytes stand as they are. */
  readonly cuts: readonly (readonly [number, number])[] | null;
  /** False where the file is shown as a picture without a place. */
  readonly placed: boolean;
  /** The file in whose system and at whose pixels the map stands, where it is another one. */
  readonly view?: string;
  /** Levels by which a pixel may differ. */
  readonly tolerance: number;
  /** Writes what was expected beside the shot, for people to look at. */
  readonly keep?: boolean;
}

/** What GDAL says of a picture; parts are 0 to 1. */
export interface DrawnFinding {
  /** Pixels of the map where the file shows something, and where it does not. */
  readonly pixels: number;
  readonly hidden: number;
  /** The parts of them that differ by more than the tolerance. */
  readonly inside: number;
  readonly outside: number;
  /** levels */
  readonly greatest: number;
  /** The part that would differ had the picture been moved by one pixel (three where it is warped). */
  readonly moved: number;
  /** The part that would differ with the colours in another order; null for a grey picture. */
  readonly reordered: number | null;
  readonly warped: boolean;
}

export function judgeDrawn(cases: readonly DrawnCase[]): DrawnFinding[] {
  if (refereePython === undefined) throw new Error('GDAL for Python is not installed');
  const run = spawnSync(refereePython, [script], {
    input: JSON.stringify(cases),
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, GDAL_PAM_ENABLED: 'NO' },
  });
  if (run.status !== 0) throw new Error(`GDAL could not judge: ${run.stderr.toString()}`);
  return JSON.parse(run.stdout.toString()) as DrawnFinding[];
}

/** Puts away what lies over the map, so that a picture of it holds the layers only. */
export async function bareMap(desk: Desk): Promise<void> {
  await desk.page.evaluate(() => {
    // The page's policy forbids style elements, not sheets that its own code makes.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('[data-testid="map"] > :not(.maps) { opacity: 0 !important; }');
    document.adoptedStyleSheets.push(sheet);
  });
}

/**
 * Opens a file, shows it at one pixel a pixel, keeps a picture of the map in the folder, and closes the file. With `view` the
 * map stands at the pixels of that file instead, in its system, and does not show it.
 */
export async function pictureOf(
  launched: LaunchedApp,
  desk: Desk,
  file: Pick<DrawnCase, 'name' | 'path' | 'tolerance' | 'view'>,
  folder: string,
): Promise<DrawnCase> {
  const { raster, statistics } = await describe(desk, file.path);
  const { description } = raster;
  const under = file.view === undefined ? null : basename(file.view);
  if (file.view !== undefined) await desk.open(file.view);
  await desk.open(file.path);
  await evenOut(launched, desk, description);
  if (under !== null) {
    await desk.selectLayer(under);
    await desk.layer(under).getByTestId('layer-visible').click();
  }
  await desk.at('view-zoomToLayer').click();
  await desk.whenDrawn();
  await desk.at('view-zoomToPixels').click();
  await desk.whenDrawn();
  await desk.page.mouse.move(2, 2);
  const shot = join(folder, `${file.name}.png`);
  await desk.at('map-canvas').screenshot({ path: shot });
  const background = await desk.at('map').evaluate((map) => getComputedStyle(map).backgroundColor);
  await desk.removeLayer(raster.name);
  if (under !== null) await desk.removeLayer(under);
  const bytes = description.sampleType === 'uint8' || description.palette !== null;
  const { crs, geotransform } = description.georeference;
  return {
    ...file,
    shot,
    background: (background.match(/\d+/g) ?? []).slice(0, 3).map(Number),
    cuts: bytes ? null : statistics.map((_, band) => cutOf(raster, statistics, band)),
    placed: crs !== null && geotransform !== null,
  };
}

function cutOf(raster: RasterInfo, statistics: readonly BandStatistics[], band: number): [number, number] {
  const { low, high } = defaultChannel(raster.description, statistics, band);
  return [low, high];
}

/** What the program knows of a file. */
async function describe(
  desk: Desk,
  path: string,
): Promise<{ raster: RasterInfo; statistics: readonly BandStatistics[] }> {
  return desk.page.evaluate(async (file) => {
    const answer = async <T>(channel: string, input: object): Promise<T> => {
      const bridge = window.orthodesk as unknown as {
        call(channel: string, input: object): Promise<{ ok: boolean; value: T; error: unknown }>;
      };
      const { ok, value, error } = await bridge.call(channel, input);
      if (!ok) throw new Error(JSON.stringify(error));
      return value;
    };
    const { rasters } = await answer<{ rasters: RasterInfo[] }>('rasters.open', { paths: [file] });
    const [raster] = rasters;
    if (!raster) throw new Error(`${file} did not open.`);
    const rasterId = raster.id;
    const statistics = await answer<BandStatistics[]>('rasters.statistics', { rasterId });
    await answer('rasters.close', { rasterId });
    return { raster, statistics };
  }, path);
}

/** Makes the map even with the picture across and down: with both in the middle, their pixels fall on each other. */
async function evenOut(
  launched: LaunchedApp,
  desk: Desk,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<void> {
  // The docks have their shares of what the window gets: the map does not follow it pixel by pixel.
  for (let round = 0; round < 20; round++) {
    const box = await desk.at('map-canvas').boundingBox();
    if (!box) throw new Error('There is no map on screen.');
    if (![box.x, box.y, box.width, box.height].every(Number.isInteger))
      throw new Error(`The map lies between the pixels of the screen: ${JSON.stringify(box)}.`);
    const more = { width: (box.width + width) % 2, height: (box.height + height) % 2 };
    if (more.width === 0 && more.height === 0) return;
    const before = await desk.page.evaluate(() => [innerWidth, innerHeight] as const);
    const wanted = { width: before[0] - more.width, height: before[1] - more.height };
    await launched.app.evaluate(({ BrowserWindow }, size) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height);
    }, wanted);
    await desk.page.waitForFunction(
      (size) => innerWidth === size.width && innerHeight === size.height,
      wanted,
    );
  }
  throw new Error('The map takes no size that is even with the picture.');
}
