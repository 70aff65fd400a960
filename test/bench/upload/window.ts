import { setTimeout as pause } from 'node:timers/promises';
import type { Upload } from '@shared/ipc/types';
import { callBridge } from '../../support/bridge';
import { launchApp } from '../../support/launch';
import type { Sink } from './sinkProcess';

/** The main process while it uploads. */
export interface WindowFigures {
  /** Most bytes of memory above what it held before. */
  readonly memoryGrowth: number;
  /** ms by which the loop is late, as a share of looks at it */
  readonly delayP99: number;
  readonly delayMax: number;
  /** The same while nothing is done. */
  readonly idleDelayP99: number;
  /** bytes per second, as the sink sees it */
  readonly rate: number;
}

interface Watched {
  readonly rss: number;
  readonly mostRss: number;
  readonly p99: number;
  readonly max: number;
}

/** ms of quiet after the start, and of looking at the loop before anything is uploaded */
const settle = { start: 8_000, idle: 5_000 };
/** ms; a loop that is looked at so often shows delays of this size and more */
const RESOLUTION = 1;

/** Uploads a file in the real window, watching its main process from inside. */
export async function measureWindow(path: string, sink: Sink): Promise<WindowFigures> {
  await sink.reset();
  const launched = await launchApp();
  const { app, page } = launched;
  try {
    await callBridge(page, 'accounts.add', { name: 'Bench', baseUrl: sink.baseUrl, token: 'bench' });
    await page.evaluate(() => document.querySelector<HTMLElement>('[data-testid="tab-uploads"]')?.click());
    await pause(settle.start);
    await app.evaluate(watch, RESOLUTION);
    await pause(settle.idle);
    const idle = await app.evaluate(look);
    const { rasters } = await callBridge(page, 'rasters.open', { paths: [path] });
    const begun = await callBridge(page, 'uploads.start', {
      rasterId: rasters[0]?.id ?? '',
      mosaic: { name: `m${Date.now()}` },
    });
    await ended(page, begun.id);
    const busy = await app.evaluate(look);
    const { bytes, ms } = await sink.counts();
    return {
      memoryGrowth: busy.mostRss - idle.rss,
      delayP99: busy.p99,
      delayMax: busy.max,
      idleDelayP99: idle.p99,
      rate: bytes / (ms / 1000),
    };
  } finally {
    await launched.close();
  }
}

async function ended(page: Parameters<typeof callBridge>[0], id: string): Promise<Upload> {
  for (;;) {
    await pause(500);
    const upload = (await callBridge(page, 'uploads.list')).find((one) => one.id === id);
    if (upload?.state === 'done') return upload;
    if (upload?.state === 'failed') throw new Error(`The upload failed: ${JSON.stringify(upload.error)}`);
  }
}

interface Watch {
  mostRss: number;
  readonly histogram: { percentile(p: number): number; reset(): void; readonly max: number };
}

/** Runs in the main process. */
function watch(_electron: unknown, resolution: number): void {
  const load = (name: string): unknown =>
    (process as { mainModule?: NodeJS.Module }).mainModule?.require(name);
  const { monitorEventLoopDelay } = load('node:perf_hooks') as typeof import('node:perf_hooks');
  const histogram = monitorEventLoopDelay({ resolution });
  histogram.enable();
  const watched: Watch = { mostRss: 0, histogram };
  (globalThis as unknown as { benchWatch: Watch }).benchWatch = watched;
  setInterval(() => (watched.mostRss = Math.max(watched.mostRss, process.memoryUsage.rss())), 100);
}

/** Runs in the main process: what was seen since the last look. */
function look(): Watched {
  const watched = (globalThis as unknown as { benchWatch: Watch }).benchWatch;
  const { histogram } = watched;
  const rss = process.memoryUsage.rss();
  const seen = {
    rss,
    mostRss: Math.max(rss, watched.mostRss),
    p99: histogram.percentile(99) / 1e6,
    max: histogram.max / 1e6,
  };
  histogram.reset();
  watched.mostRss = 0;
  return seen;
}
