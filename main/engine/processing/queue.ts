import { AppError } from '@shared/errors';
import type { Log } from '@shared/log';
import type { BlockSources } from '../blocks/index';
import type { Files } from '../files';
import { blockOfKind } from '../localData/index';
import type { PartitionRow, ProcessingRow, Store } from '../store';
import type { DetectionPlan, TaskRunner } from '../tasks/types';
import { messageOf } from './messages';
import { cutIntoPartitions } from './partitions';
import { Progress } from './progress';
import { writeResult } from './result';
import { inSunlight } from './sunlight';
import { resolveImages } from './sources';
import { localImage } from './imagery';
import { checkTileSource } from '../remote/tileSource';
import type { SourceImage } from '../imagery/mosaicSource';
import type { Services } from '../services';
import { errorOfCode, type Geometry } from '@shared/api';

/** Share of the whole that fetching imagery takes. */
const fetchingShare = 0.3;

function isRemote({ params: { sourceParams } }: ProcessingRow): boolean {
  return (
    sourceParams.userDefined !== undefined && sourceParams.userDefined.sourceType.toUpperCase() !== 'LOCAL'
  );
}

/**
 * Runs processings one after another, each in parts on the pixel threads. Everything that is decided or done is in the
 * database or on the disk before the next step begins, so a stop at any moment loses at most the parts under way.
 */
export class ProcessingQueue {
  #running: Promise<void> | null = null;
  #current: { readonly id: string; readonly controller: AbortController } | null = null;
  #progress: Progress | null = null;
  #fetching: { readonly id: string; share: number } | null = null;
  #closing = false;

  constructor(
    private readonly store: Store,
    private readonly files: Files,
    private readonly runner: TaskRunner,
    private readonly imagery: Pick<
      Services,
      'rasters' | 'limits' | 'models' | 'catalog' | 'sealing' | 'routeFor' | 'localData'
    >,
    private readonly log: Log,
  ) {}

  /** Tells that there may be work. */
  wake(): void {
    if (this.#running || this.#closing) return;
    this.#running = this.#work().finally(() => {
      this.#running = null;
    });
  }

  /** Deletes a processing and its files; one that is under way is stopped first. */
  async remove(id: string): Promise<void> {
    if (this.#current?.id === id) {
      this.#current.controller.abort();
      await this.#running;
    }
    this.store.processings.delete(id);
    await this.files.removeResult(id);
    this.wake();
  }

  /** 0–1, fresher than what the database has. */
  progressOf(row: ProcessingRow): number {
    if (this.#fetching?.id === row.id) return this.#fetching.share;
    return this.#progress?.id === row.id ? Math.max(row.progress, this.#progress.share) : row.progress;
  }

  /** Percent of one area. */
  areaProgress(row: ProcessingRow, area: number): number {
    if (row.status === 'OK') return 100;
    const live = this.#progress?.id === row.id ? this.#progress : null;
    return Math.floor((live?.ofArea(area) ?? row.progress) * 100);
  }

  /** What is under way is taken up again at the next start. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#current?.controller.abort();
    await this.#running;
  }

  async #work(): Promise<void> {
    for (;;) {
      const [row] = this.store.processings.unfinished();
      if (!row || this.#closing) return;
      const controller = new AbortController();
      this.#current = { id: row.id, controller };
      try {
        await this.#process(row, controller.signal);
      } catch (error) {
        if (controller.signal.aborted) return;
        this.#fail(row, error);
      } finally {
        this.#current = null;
        this.#progress = null;
        this.#fetching = null;
      }
    }
  }

  async #process(row: ProcessingRow, signal: AbortSignal): Promise<void> {
    const { processings } = this.store;
    await this.files.makeResultFolder(row.id);
    const plan = await this.#plan(row, signal);
    const partitions = processings.partitions(row.id);
    const before = isRemote(row) ? fetchingShare : 0;
    this.#progress = new Progress(row.id, plan, partitions, before, (share) =>
      processings.setProgress(row.id, share),
    );
    const failures = await this.#detect(row, plan, partitions, this.#progress, signal);
    const [failure] = failures;
    if (failure) throw failure;
    const features = await this.#trace(row, plan, partitions, this.#progress, signal);
    await writeResult(this.files, row.id, plan.areas.length);
    processings.setFeatureCount(row.id, features);
    processings.setProgress(row.id, 1);
    processings.setStatus(row.id, 'OK');
    this.log.info('processing done', { processing: row.id, features });
  }

  /** What was decided at the first run is kept: restarted parts fit the others. */
  async #plan(row: ProcessingRow, signal: AbortSignal): Promise<DetectionPlan> {
    if (row.plan !== null) {
      this.store.processings.setStatus(row.id, 'IN_PROGRESS');
      return JSON.parse(row.plan) as DetectionPlan;
    }
    const areas = this.store.processings.aois(row.id).map(({ geometry }) => geometry);
    const images = inSunlight(await this.#images(row, areas, signal), row.params.inferenceParams);
    this.store.processings.setStatus(row.id, 'IN_PROGRESS');
    const plan = await this.runner.run<'plan'>(
      { kind: 'plan', modelId: row.modelId, images, areas, sources: this.#sources(row) },
      { signal },
    );
    this.store.processings.setPlan(row.id, JSON.stringify(plan), cutIntoPartitions(plan));
    return plan;
  }

  /** Local data for the steps that are switched on, as it is registered now. */
  #sources(row: ProcessingRow): BlockSources {
    const { localData } = this.imagery;
    const on = (name: string): boolean => row.blocks.some((block) => block.enabled && block.name === name);
    const surfaces = on(blockOfKind.surface) ? localData.covering('surface', row.geometry) : [];
    return {
      extracts: on(blockOfKind.osm) ? localData.covering('osm', row.geometry).map(({ path }) => path) : [],
      surfaces: [...surfaces]
        .sort((a, b) => (a.gsd ?? Infinity) - (b.gsd ?? Infinity))
        .flatMap(({ image }) => image ?? []),
    };
  }

  /** Uploaded images as they are; imagery of a service is fetched first, which the status AWAITING tells. */
  async #images(
    row: ProcessingRow,
    areas: readonly Geometry[],
    signal: AbortSignal,
  ): Promise<readonly SourceImage[]> {
    const { userDefined } = row.params.sourceParams;
    if (!userDefined) {
      const places = { store: this.store, files: this.files, catalog: this.imagery.catalog };
      return resolveImages(places, row.params.sourceParams).map(({ path, profile }) => ({ path, profile }));
    }
    if (userDefined.sourceType.toUpperCase() === 'LOCAL')
      return [await localImage(userDefined.url, this.imagery)];
    this.store.processings.setStatus(row.id, 'AWAITING');
    const fetching = { id: row.id, share: 0 };
    this.#fetching = fetching;
    const image = await this.runner.run<'fetch'>(
      {
        kind: 'fetch',
        source: checkTileSource(userDefined, this.imagery.models.find(row.modelId).info.zoom.max),
        password: await this.#password(row.id, userDefined.url),
        areas,
        route: await this.imagery.routeFor(new URL(userDefined.url.replace(/[{}]/g, ''))),
        target: this.files.fetched(row.id),
      },
      { signal, onProgress: (done) => (fetching.share = done * fetchingShare) },
    );
    this.#fetching = null;
    this.store.processings.forgetPassword(row.id);
    return [image];
  }

  /** Throws `engine.PasswordNeeded` where the key that sealed it is gone. */
  async #password(id: string, url: string): Promise<string | null> {
    const sealed = this.store.processings.sealedPassword(id);
    if (sealed === null) return null;
    const password = await this.imagery.sealing.open(sealed);
    if (password === null) throw errorOfCode('engine.PasswordNeeded', { host: hostOf(url) });
    return password;
  }

  /** All parts that are not done; one that fails does not stop the others. Returns why parts failed. */
  async #detect(
    row: ProcessingRow,
    plan: DetectionPlan,
    partitions: readonly PartitionRow[],
    progress: Progress,
    signal: AbortSignal,
  ): Promise<readonly Error[]> {
    const failures: Error[] = [];
    const waiting = partitions.filter(({ status }) => status !== 'OK');
    const one = async (part: PartitionRow): Promise<void> => {
      try {
        await this.runner.run<'detect'>(
          {
            kind: 'detect',
            plan,
            area: part.aoi,
            rows: { from: part.rowFrom, to: part.rowTo },
            target: this.files.mask(row.id, part.position),
          },
          { signal, onProgress: (done) => progress.set(part.position, done) },
        );
        this.store.processings.setPartition(row.id, part.position, 'OK');
        progress.set(part.position, 1);
      } catch (error) {
        if (signal.aborted) throw error;
        failures.push(error instanceof Error ? error : new Error(String(error)));
        this.store.processings.setPartition(row.id, part.position, 'FAILED', messageOf(error));
      }
    };
    const lane = async (): Promise<void> => {
      for (let part = waiting.shift(); part; part = waiting.shift()) await one(part);
    };
    await Promise.all(Array.from({ length: this.#lanes(row) }, lane));
    return failures;
  }

  /** How many parts are worked on side by side. */
  #lanes(row: ProcessingRow): number {
    const { detector } = this.imagery.models.find(row.modelId);
    return detector?.objects ? this.runner.networkWidth : this.runner.width;
  }

  /** Returns how many features all areas have. */
  async #trace(
    row: ProcessingRow,
    plan: DetectionPlan,
    partitions: readonly PartitionRow[],
    progress: Progress,
    signal: AbortSignal,
  ): Promise<number> {
    const blocks = row.blocks.filter(({ enabled }) => enabled).map(({ name }) => name);
    let features = 0;
    for (let area = 0; area < plan.areas.length; area++) {
      const masks = partitions
        .filter(({ aoi }) => aoi === area)
        .map(({ position }) => this.files.mask(row.id, position));
      const target = this.files.features(row.id, area);
      const traced = await this.runner.run<'trace'>(
        { kind: 'trace', plan, area, masks, blocks, target },
        { signal },
      );
      features += traced.features;
      progress.traced(area);
    }
    return features;
  }

  #fail(row: ProcessingRow, error: unknown): void {
    const reason = error instanceof AppError ? `${error.kind} ${error.details ?? ''}` : describe(error);
    this.log.warn('processing failed', { processing: row.id, reason });
    this.store.processings.setStatus(row.id, 'FAILED', [messageOf(error)]);
  }
}

function hostOf(url: string): string {
  return /^\w+:\/\/(?:[^/@]*@)?([^/]+)/.exec(url)?.[1] ?? url;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
