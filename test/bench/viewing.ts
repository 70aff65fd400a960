import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { Desk } from '../support/desk';
import { launchApp, type LaunchedApp } from '../support/launch';

/** What a user waits for when looking at one large raster; seconds. */
export interface Viewing {
  readonly image: string;
  readonly view: { readonly width: number; readonly height: number };
  /** From the click on Open until something is to be seen all over the extent. */
  readonly firstPicture: number;
  /** Until the whole extent is drawn as sharp as the screen shows it. */
  readonly sharpExtent: number;
  readonly oneToOne: number;
  readonly secondVisit: number;
  readonly roaming: Roaming;
}

export interface Roaming {
  readonly moves: number;
  readonly minutes: number;
  /** ms; the longest that the main process's loop was held up */
  readonly mainLoopDelay: number;
  /** ms; the longest task of the window's thread */
  readonly longestTask: number;
  /** How many tasks of the window's thread took more than 100 ms. */
  readonly longTasks: number;
  /** MiB resident of all processes, in the course of it */
  readonly memory: readonly number[];
}

const view = { width: 1600, height: 900 };

export interface ViewingOptions {
  readonly moves: number;
  readonly minutes: number;
  /** Folder for screenshots. */
  readonly shots?: string;
  /** File for Chromium's trace of the moves, of all its processes; what is measured meanwhile takes longer for it. */
  readonly trace?: string;
}

/** Opens a raster in the real application and goes through it. */
export async function measureViewing(image: string, options: ViewingOptions): Promise<Viewing> {
  const launched = await launchApp({ size: { width: 1600, height: 1000 } });
  const desk = new Desk(launched);
  try {
    await desk.whenOnline();
    await hidePanels(desk);
    await fitMap(launched, desk);
    const shot = async (name: string): Promise<void> => {
      if (options.shots) await desk.screenshot(join(options.shots, `${name}.png`));
    };
    await watchTasks(desk.page);
    const opened = await openTimed(desk, image, shot);
    say({ ...opened });
    await shot('2-sharp');
    const box = await mapBox(desk);
    const oneToOne = await timed(desk, () => desk.at('view-zoomToPixels').click());
    await shot('3-one-to-one');
    await timed(desk, () => desk.at('view-zoomToLayer').click());
    const secondVisit = await timed(desk, () => desk.at('view-zoomToPixels').click());
    await desk.at('view-zoomToLayer').click();
    await desk.whenDrawn();
    say({ oneToOne, secondVisit });
    const roaming = await roam(launched, desk, options);
    await shot('4-after-roaming');
    return {
      image,
      view: { width: Math.round(box.width), height: Math.round(box.height) },
      ...opened,
      oneToOne,
      secondVisit,
      roaming,
    };
  } finally {
    await launched.close();
  }
}

/** Seconds from the click on Open until something of a raster is to be seen all over its extent, in a fresh start. */
export async function measureOpening(image: string): Promise<number> {
  const launched = await launchApp({ size: { width: 1600, height: 1000 } });
  const desk = new Desk(launched);
  try {
    await desk.whenOnline();
    await hidePanels(desk);
    await fitMap(launched, desk);
    return (await firstPicture(desk, image)).seconds;
  } finally {
    await launched.close();
  }
}

/** The window draws in software here: what is not measured is put away. */
async function hidePanels(desk: Desk): Promise<void> {
  for (const panel of ['layers', 'bottom', 'processing']) await desk.at(`dock-${panel}`).click();
}

/** So far, for whoever waits. */
const say = (found: object): void => void process.stderr.write(`${JSON.stringify(found)}\n`);

async function mapBox(desk: Desk): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await desk.at('map').boundingBox();
  if (!box) throw new Error('There is no map on screen.');
  return box;
}

/** Gives the window such a size that its map has the size of the view. */
async function fitMap(launched: LaunchedApp, desk: Desk): Promise<void> {
  for (let round = 0; round < 3; round++) {
    const box = await mapBox(desk);
    const more = { width: view.width - Math.round(box.width), height: view.height - Math.round(box.height) };
    if (more.width === 0 && more.height === 0) return;
    const size = await desk.page.evaluate(() => ({ width: innerWidth, height: innerHeight }));
    const wanted = { width: size.width + more.width, height: size.height + more.height };
    await launched.app.evaluate(({ BrowserWindow }, { width, height }) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(width, height);
    }, wanted);
    await desk.page
      .waitForFunction(
        ([width, height]) => innerWidth === width && innerHeight === height,
        [wanted.width, wanted.height],
        { timeout: 2000 },
      )
      .catch(() => undefined);
  }
}

async function openTimed(
  desk: Desk,
  image: string,
  shot: (name: string) => Promise<void>,
): Promise<{ firstPicture: number; sharpExtent: number }> {
  const { seconds, start } = await firstPicture(desk, image);
  await shot('1-first-picture');
  await desk.whenDrawn();
  const end = await desk.page.evaluate(() => performance.now());
  return { firstPicture: seconds, sharpExtent: (end - start) / 1000 };
}

/** Seconds from the click on Open, and when that was (ms of the page). */
async function firstPicture(
  desk: Desk,
  image: string,
): Promise<{ readonly seconds: number; readonly start: number }> {
  const clicked = desk.page.evaluate(
    () =>
      new Promise<number>((resolve) =>
        document.addEventListener('click', () => resolve(performance.now()), { capture: true, once: true }),
      ),
  );
  await desk.chooseFiles([image]);
  const start = await clicked;
  await desk.page.waitForFunction(
    () => performance.getEntriesByName('raster-first-picture').length > 0,
    undefined,
    { timeout: 120_000 },
  );
  const seconds = await desk.page.evaluate((begin) => {
    const [mark] = performance.getEntriesByName('raster-first-picture');
    return ((mark?.startTime ?? NaN) - begin) / 1000;
  }, start);
  return { seconds, start };
}

/** Seconds from an act until the map is drawn, as the page counts them. */
async function timed(desk: Desk, act: () => Promise<unknown>): Promise<number> {
  const watched = desk.page.evaluate(async () => {
    const map = document.querySelector('[data-testid="map"]');
    if (!map) throw new Error('There is no map on screen.');
    const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
    const begin = await new Promise<number>((resolve) =>
      document.addEventListener('click', () => resolve(performance.now()), { capture: true, once: true }),
    );
    // The click needs two frames to show in the attribute, if tiles are missing at all.
    await frame();
    let now = await frame();
    while (map.getAttribute('data-state') !== 'ready') now = await frame();
    return (now - begin) / 1000;
  });
  await act();
  return watched;
}

/** Durations of the window's long tasks, in the page. */
interface Watched {
  longTasks: number[];
}

async function watchTasks(page: Page): Promise<void> {
  await page.evaluate(() => {
    const kept = globalThis as unknown as Watched;
    kept.longTasks = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) kept.longTasks.push(duration);
    }).observe({ type: 'longtask', buffered: false });
  });
}

/** Pans and zooms at random, always the same way; then goes on for some minutes and watches the memory. */
async function roam(
  launched: LaunchedApp,
  desk: Desk,
  { moves, minutes, trace }: ViewingOptions,
): Promise<Roaming> {
  await launched.app.evaluate(() => {
    const { monitorEventLoopDelay } = process.getBuiltinModule
      ? process.getBuiltinModule('node:perf_hooks')
      : (process as unknown as { mainModule: NodeJS.Module }).mainModule.require('node:perf_hooks');
    const histogram = monitorEventLoopDelay({ resolution: 5 });
    histogram.enable();
    (globalThis as unknown as { loopDelay: typeof histogram }).loopDelay = histogram;
  });
  await desk.page.evaluate(() => {
    (globalThis as unknown as Watched).longTasks = [];
  });
  const random = generator();
  const memory = [await resident(launched)];
  if (trace) await startTracing(launched);
  for (let move = 0; move < moves; move++) await step(desk, random);
  if (trace) await stopTracing(launched, trace);
  const mainLoopDelay = await launched.app.evaluate(() => {
    const { loopDelay } = globalThis as unknown as { loopDelay: { max: number } };
    return loopDelay.max / 1e6;
  });
  const tasks = await desk.page.evaluate(() => (globalThis as unknown as Watched).longTasks);
  memory.push(await resident(launched));
  const end = Date.now() + minutes * 60_000;
  for (let next = Date.now() + 20_000; Date.now() < end;) {
    await step(desk, random);
    if (Date.now() < next) continue;
    memory.push(await resident(launched));
    next = Date.now() + 20_000;
  }
  return {
    moves,
    minutes,
    mainLoopDelay,
    longestTask: Math.max(0, ...tasks),
    longTasks: tasks.filter((duration) => duration > 100).length,
    memory,
  };
}

/** What tells where a task of the window's thread spent its time, on whichever thread. */
const traced = ['toplevel', 'cc', 'blink', 'gpu', 'viz', 'v8', 'devtools.timeline', 'longtasks', 'latency'];
const traceKilobytes = 200_000;

async function startTracing({ app }: LaunchedApp): Promise<void> {
  await app.evaluate(
    ({ contentTracing }, [categories, kilobytes]) =>
      contentTracing.startRecording({
        included_categories: categories,
        recording_mode: 'record-until-full',
        trace_buffer_size_in_kb: kilobytes,
      }),
    [traced, traceKilobytes] as const,
  );
}

async function stopTracing({ app }: LaunchedApp, path: string): Promise<void> {
  await app.evaluate(({ contentTracing }, file) => contentTracing.stopRecording(file), path);
}

function generator(): () => number {
  let state = 12345;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** One pan by the mouse or one turn of its wheel, and a moment of looking. */
async function step(desk: Desk, random: () => number): Promise<void> {
  const { mouse } = desk.page;
  const box = await mapBox(desk);
  const place = () => ({
    x: box.x + box.width * (0.2 + 0.6 * random()),
    y: box.y + box.height * (0.2 + 0.6 * random()),
  });
  const from = place();
  await mouse.move(from.x, from.y);
  if (random() < 0.5) {
    const to = place();
    await mouse.down();
    await mouse.move(to.x, to.y, { steps: 6 });
    await mouse.up();
  } else {
    await mouse.wheel(0, random() < 0.5 ? 240 : -240);
  }
  await desk.page.waitForTimeout(120);
  // So as not to lose the picture.
  if (random() < 0.05) await desk.at('view-zoomToLayer').click();
}

/** MiB of all processes of the application. */
async function resident(launched: LaunchedApp): Promise<number> {
  const kilobytes = await launched.app.evaluate(({ app }) =>
    app.getAppMetrics().reduce((sum, { memory }) => sum + memory.workingSetSize, 0),
  );
  return Math.round(kilobytes / 1024);
}
