import { AppError, fromErrorData } from '@shared/errors';
import {
  planOverviews,
  sidecarTags,
  unitLevels,
  unitWork,
  type CodingWishes,
  type OverviewPlan,
  type PlacedTile,
} from '@shared/tiff/overviews';
import type { Raster } from '@shared/tiff/types';
import { Control } from './control';
import type { FromThread, ThreadData, UnitOrder } from './messages';
import { PartFile, partPathOf, tilesOf, type SourceIdentity } from './partFile';

/** A thread that builds units. */
export interface BuildThread {
  post(order: UnitOrder): void;
  onMessage(listener: (message: FromThread) => void): void;
  onExit(listener: () => void): void;
  kill(): void;
}

export type StartBuildThread = (data: ThreadData) => BuildThread;

export interface BuildOptions {
  readonly raster: Raster;
  readonly source: SourceIdentity;
  /** Suffixes of files beside the raster that it was opened without. */
  readonly without?: readonly string[];
  /** Where the finished sidecar goes; what is unfinished lies beside it. */
  readonly target: string;
  readonly startThread: StartBuildThread;
  readonly threads: number;
  readonly wishes?: CodingWishes;
  readonly onProgress?: (progress: BuildProgress) => void;
  /** Told of tiles that lie in the unfinished file: first those that an earlier build left, then new ones. */
  readonly onTiles?: (tiles: readonly PlacedTile[]) => void;
}

export interface BuildProgress {
  /** 0–1 */
  readonly share: number;
  /** Seconds that what is left will take at the pace so far; null in the beginning. */
  readonly secondsLeft: number | null;
}

export interface BuiltOverviews {
  readonly target: string;
  readonly plan: OverviewPlan;
  readonly bytes: number;
  /** Blocks of the source that could not be read and count as empty. */
  readonly damaged: number;
  /** Units that an earlier build had finished. */
  readonly resumed: number;
}

/**
 * Builds the overviews of a raster: one pass over the source, which is cut into units for the threads, and then ever smaller
 * ones over what was built. `run` once; throws `overviews.*`, `tiff.*`, or `overviews.cancelled` after `cancel` or `stop`.
 */
export class OverviewBuild {
  readonly plan: OverviewPlan;
  readonly #control = new Control();
  readonly #threads: BuildThread[] = [];
  #end: ((error: Error) => void) | null = null;
  #ended: Error | null = null;
  #done = 0;
  #resumedWork = 0;
  #total = 0;
  #started = 0;
  #pausedAt = 0;

  constructor(private readonly options: BuildOptions) {
    this.plan = planOverviews(options.raster.description, options.wishes);
  }

  get paused(): boolean {
    return this.#control.paused;
  }

  pause(): void {
    if (this.paused) return;
    this.#pausedAt = Date.now();
    this.#control.pause();
  }

  resume(): void {
    if (!this.paused) return;
    this.#started += Date.now() - this.#pausedAt;
    this.#control.resume();
  }

  /** Ends the build; what is done stays for another time. */
  stop(): void {
    this.#abort(new AppError('overviews.cancelled'));
  }

  async run(): Promise<BuiltOverviews> {
    const { raster, source, target } = this.options;
    const tags = await sidecarTags(raster, this.plan);
    const file = await PartFile.open(target, source, this.plan, tags);
    let damaged = 0;
    let resumed = 0;
    try {
      this.#control.end = file.end;
      this.options.onTiles?.(file.kept);
      const units = this.plan.rounds.map((round, r) =>
        Array.from({ length: round.columns * round.rows }, (_, unit) => ({
          round: r,
          unit,
          work: unitWork(this.plan, round, unit),
        })),
      );
      for (const { round, unit, work } of units.flat()) {
        this.#total += work;
        if (!file.isDone(round, unit)) continue;
        resumed++;
        this.#resumedWork += work;
      }
      this.#done = this.#resumedWork;
      this.#started = Date.now();
      for (const round of units) {
        damaged += await this.#round(
          file,
          round.filter(({ round: r, unit }) => !file.isDone(r, unit)),
        );
      }
    } catch (error) {
      await this.#endThreads();
      await file.close().catch(() => undefined);
      throw error;
    }
    await this.#endThreads();
    const { bytes } = await file.finish();
    return { target, plan: this.plan, bytes, damaged, resumed };
  }

  /** Runs units of one round, each on the next thread that is free; how many blocks were broken. */
  async #round(file: PartFile, units: readonly { round: number; unit: number }[]): Promise<number> {
    if (units.length === 0) return 0;
    if (this.#ended) throw this.#ended;
    const waiting = [...units].reverse();
    const count = Math.min(this.#threadCount(), units.length);
    while (this.#threads.length < count) this.#threads.push(this.#start());
    let damaged = 0;
    let open = units.length;
    await new Promise<void>((resolve, reject) => {
      this.#end = reject;
      if (this.#ended) reject(this.#ended);
      for (const thread of this.#threads) {
        let current: UnitOrder | null = null;
        const next = (): void => {
          const unit = waiting.pop();
          current = unit ? { ...unit, sources: this.#sources(file, unit) } : null;
          if (current) thread.post(current);
        };
        thread.onMessage((message) => {
          if (file.failure) reject(file.failure);
          if (message.kind === 'failed') reject(fromErrorData(message.error));
          else if (message.kind === 'progress') this.#tell(message.pixels);
          else if (current) {
            const { round, unit } = current;
            const done = message.kind === 'done';
            file.add({ round, unit, done, tiles: done ? [] : message.tiles });
            if (!done) this.options.onTiles?.(message.tiles);
            if (!done) return;
            damaged += message.damaged;
            if (--open === 0) resolve();
            else next();
          }
        });
        thread.onExit(() => reject(this.#ended ?? new AppError('overviews.thread_died')));
        next();
      }
    });
    return damaged;
  }

  #threadCount(): number {
    return this.plan.reading === 'stream' ? 1 : Math.max(1, this.options.threads);
  }

  #start(): BuildThread {
    return this.options.startThread({
      path: this.options.source.path,
      without: this.options.without ?? [],
      plan: this.plan,
      partPath: partPathOf(this.options.target),
      control: this.#control.buffer,
    });
  }

  #sources(file: PartFile, { round, unit }: { round: number; unit: number }): PlacedTile[] {
    const planned = this.plan.rounds[round]!;
    if (planned.source < 0) return [];
    const { needed } = unitLevels(this.plan, planned, unit)[0]!;
    return tilesOf(file.index, this.plan, planned.source, needed);
  }

  #tell(pixels: number): void {
    this.#done += pixels;
    const seconds = (Date.now() - this.#started) / 1000;
    const built = this.#done - this.#resumedWork;
    const secondsLeft = seconds > 1 ? (seconds / built) * (this.#total - this.#done) : null;
    this.options.onProgress?.({ share: Math.min(1, this.#done / this.#total), secondsLeft });
  }

  #abort(error: Error): void {
    this.#ended ??= error;
    this.#control.stop();
    this.#end?.(error);
  }

  async #endThreads(): Promise<void> {
    this.#control.stop();
    for (const thread of this.#threads) {
      thread.onExit(() => undefined);
      thread.kill();
    }
    await Promise.resolve();
  }
}
