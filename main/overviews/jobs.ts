import { AppError, toErrorData } from '@shared/errors';
import type { OverviewJob } from '@shared/ipc/types';
import type { Log } from '@shared/log';
import { createRpcClient, type RpcClient, type RpcPort } from '@shared/rpc';
import { needsOverviews, type GrowingState, type PlacedTile } from '@shared/tiff/overviews';
import type { RasterDescription } from '@shared/tiff/types';
import { Growth, type GrowingRanges } from './growth';
import type { SourceIdentity } from './partFile';
import type { SidecarCache } from './sidecarCache';
import type { BuildNews, OverviewMethods } from './worker';

/** A process that was just started. */
export interface OverviewProcess {
  readonly port: RpcPort;
  onExit(listener: () => void): void;
  kill(): void;
}

export interface OverviewJobsOptions {
  readonly cache: SidecarCache;
  readonly spawn: () => OverviewProcess;
  /** Gives an open raster its overviews. */
  readonly attach: (rasterId: string, path: string) => Promise<RasterDescription>;
  /** Told of a raster that has overviews now which it had not when it was opened. */
  readonly onBuilt: (rasterId: string, path: string, description: RasterDescription) => void;
  /**
   * Told a few times a second of a raster whose unfinished overviews have other tiles than they had, and when it becomes the one
   * that is built, or no longer is.
   */
  readonly onGrown?: (rasterId: string, now: GrowingState) => void;
  readonly log: Log;
  /** ms between the opening of a raster and the beginning of its overviews: its first picture comes first. */
  readonly patienceMs?: number;
}

export interface OpenedForOverviews {
  readonly id: string;
  readonly name: string;
  readonly source: SourceIdentity;
  readonly description: RasterDescription;
}

interface Job {
  view: OverviewJob;
  readonly raster: OpenedForOverviews;
  readonly target: string;
  /** Null where the overviews cannot be planned: the build will tell why. */
  readonly growth: Growth | null;
  abort: AbortController | null;
  /** As it was last told. */
  isUnderWay: boolean;
}

/** Jobs that are over, one way or the other, until they are started again. */
const OVER: ReadonlySet<OverviewJob['state']> = new Set(['done', 'failed', 'cancelled']);

/**
 * The overviews of open rasters: those that were built once are attached at once, others are built in a process of its own,
 * one raster after another; while one is paused the next has its turn.
 */
export class OverviewJobs {
  readonly #jobs = new Map<string, Job>();
  readonly #listeners = new Set<(job: OverviewJob) => void>();
  #worker: { readonly link: OverviewProcess; readonly client: RpcClient<OverviewMethods> } | null = null;
  #closed = false;
  #last: Promise<void> = Promise.resolve();

  constructor(private readonly options: OverviewJobsOptions) {}

  onChange(listener: (job: OverviewJob) => void): void {
    this.#listeners.add(listener);
  }

  list(): readonly OverviewJob[] {
    return [...this.#jobs.values()].map(({ view }) => view);
  }

  /**
   * A raster was opened: attaches its overviews where there are some, else begins to build them where it needs some. Gives its
   * description as it is then. Never fails: without overviews a raster is slower, not worse.
   */
  async opened(raster: OpenedForOverviews): Promise<RasterDescription> {
    const { description } = raster;
    if (this.#closed || !needsOverviews(description)) return description;
    const target = this.options.cache.pathOf(raster.source);
    try {
      if (await this.options.cache.use(target)) return await this.#attach(raster.id, target);
    } catch (error) {
      this.options.log.warn('overviews could not be read', { error });
    }
    const { id: rasterId, name } = raster;
    const view: OverviewJob = {
      rasterId,
      name,
      state: 'waiting',
      progress: 0,
      secondsLeft: null,
      error: null,
    };
    const growth = this.#growthOf(raster, target);
    // What an earlier build left is drawn with, and counts, from the first picture on.
    await growth?.restart();
    this.#jobs.set(rasterId, { raster, target, view, growth, abort: null, isUnderWay: false });
    this.#tell(rasterId, { progress: growth?.share ?? 0 });
    setTimeout(() => this.#next(), this.options.patienceMs ?? 0).unref();
    return description;
  }

  /** A raster was closed: what is built of it so far is kept. */
  closed(rasterId: string): void {
    const job = this.#jobs.get(rasterId);
    this.#jobs.delete(rasterId);
    job?.growth?.close();
    job?.abort?.abort(new AppError('overviews.cancelled'));
    this.#tellCurrent();
  }

  /** What there is of a raster's overviews while they are built; null where none are. */
  growing(rasterId: string): GrowingState | null {
    const job = this.#jobs.get(rasterId);
    return job?.growth ? { ...job.growth.levels, isUnderWay: this.#current() === job } : null;
  }

  /** The job that is built, or the next one. */
  #current(): Job | undefined {
    const jobs = [...this.#jobs.values()];
    const inState = (state: OverviewJob['state']): Job | undefined =>
      jobs.find(({ view }) => view.state === state);
    return inState('building') ?? inState('waiting');
  }

  /** Where tiles of unfinished overviews lie. Throws `overviews.not_made` where one is not there. */
  growingRanges(
    rasterId: string,
    kind: PlacedTile['kind'],
    level: number,
    indices: readonly number[],
  ): GrowingRanges {
    const growth = this.#jobs.get(rasterId)?.growth;
    if (!growth) throw new AppError('overviews.not_made');
    return growth.ranges(kind, level, indices);
  }

  pause(rasterId: string): void {
    const job = this.#jobs.get(rasterId);
    if (job?.view.state !== 'building' && job?.view.state !== 'waiting') return;
    if (job.view.state === 'building') void this.#worker?.client.call('pause', { id: rasterId });
    this.#tell(rasterId, { state: 'paused', secondsLeft: null });
    this.#next();
  }

  resume(rasterId: string): void {
    const job = this.#jobs.get(rasterId);
    if (!job || (job.view.state !== 'paused' && !OVER.has(job.view.state))) return;
    if (job.abort) {
      void this.#worker?.client.call('resume', { id: rasterId });
      this.#tell(rasterId, { state: 'building' });
    } else {
      this.#tell(rasterId, { state: 'waiting', error: null });
      this.#next();
    }
  }

  /** Ends the job and forgets what is built; `resume` begins anew. */
  cancel(rasterId: string): void {
    const job = this.#jobs.get(rasterId);
    if (!job || OVER.has(job.view.state)) return;
    this.#tell(rasterId, { state: 'cancelled', progress: 0, secondsLeft: null });
    job.growth?.forget();
    if (job.abort) job.abort.abort(new AppError('overviews.cancelled'));
    else void this.options.cache.remove(job.target);
  }

  /** Resolves when the job that is under way is over. */
  idle(): Promise<void> {
    return this.#last;
  }

  /** Ends all work; what is built so far goes on when the rasters are opened again. */
  close(): void {
    this.#closed = true;
    for (const job of this.#jobs.values()) job.abort?.abort(new AppError('overviews.cancelled'));
    this.#worker?.link.kill();
  }

  #next(): void {
    const jobs = [...this.#jobs.values()];
    if (this.#closed || jobs.some(({ view }) => view.state === 'building')) return;
    const job = jobs.find(({ view }) => view.state === 'waiting');
    if (job) this.#last = this.#build(job).finally(() => this.#next());
  }

  async #build(job: Job): Promise<void> {
    const { id, source } = job.raster;
    const abort = new AbortController();
    job.abort = abort;
    this.#tell(id, { state: 'building' });
    try {
      if (!(await this.options.cache.use(job.target))) {
        const onProgress = (data: unknown): void => {
          const news = data as BuildNews;
          if ('tiles' in news) return job.growth?.put(news.tiles);
          const { share, secondsLeft } = news;
          if (job.view.state !== 'building') return;
          this.#tell(id, { progress: Math.max(job.view.progress, share), secondsLeft });
        };
        const request = { id, path: source.path, target: job.target };
        await this.#start().client.call('build', request, { signal: abort.signal, onProgress });
      }
      const description = await this.#attach(id, job.target);
      this.options.onBuilt(id, source.path, description);
      this.#tell(id, { state: 'done', progress: 1, secondsLeft: null });
      await this.options.cache.trim(new Set([...this.#jobs.values()].map(({ target }) => target)));
    } catch (error) {
      await this.#ended(job, error);
    } finally {
      job.abort = null;
    }
  }

  async #ended(job: Job, error: unknown): Promise<void> {
    if (job.view.state === 'cancelled') {
      // The process needs a moment to let go of the files.
      this.#worker?.link.kill();
      this.#worker = null;
      await this.options.cache.remove(job.target);
    } else if (this.#jobs.has(job.raster.id) && !this.#closed) {
      this.options.log.warn('overviews failed', { error });
      await job.growth?.restart();
      this.#tell(job.raster.id, { state: 'failed', secondsLeft: null, error: toErrorData(error) });
    }
  }

  #growthOf({ id, source, description }: OpenedForOverviews, target: string): Growth | null {
    try {
      return new Growth(description, source, target, () => this.#tellGrown(id));
    } catch {
      return null;
    }
  }

  async #attach(rasterId: string, target: string): Promise<RasterDescription> {
    try {
      return await this.options.attach(rasterId, target);
    } catch (error) {
      // Overviews that cannot be read are built anew the next time.
      await this.options.cache.remove(target);
      throw error;
    }
  }

  #start(): { readonly client: RpcClient<OverviewMethods> } {
    if (this.#worker) return this.#worker;
    const link = this.options.spawn();
    const worker = { link, client: createRpcClient<OverviewMethods>(link.port) };
    link.onExit(() => {
      if (this.#worker === worker) this.#worker = null;
      worker.client.fail(new AppError('overviews.thread_died'));
    });
    this.#worker = worker;
    return worker;
  }

  #tell(rasterId: string, change: Partial<OverviewJob>): void {
    const job = this.#jobs.get(rasterId);
    if (!job) return;
    job.view = { ...job.view, ...change };
    for (const listener of this.#listeners) listener(job.view);
    this.#tellCurrent();
  }

  /** Tells the windows of the raster that is built now, and of the one that was. */
  #tellCurrent(): void {
    const current = this.#current();
    for (const job of this.#jobs.values()) {
      const isUnderWay = job === current;
      if (job.isUnderWay === isUnderWay) continue;
      job.isUnderWay = isUnderWay;
      this.#tellGrown(job.raster.id);
    }
  }

  #tellGrown(rasterId: string): void {
    const now = this.growing(rasterId);
    if (now) this.options.onGrown?.(rasterId, now);
  }
}
