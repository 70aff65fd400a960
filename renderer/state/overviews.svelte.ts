import { m } from '@shared/i18n';
import type { OverviewJob } from '@shared/ipc/types';
import type { Api } from '../bridge';
import type { LayerStack } from './layers.svelte';
import type { Problems } from './problems.svelte';

/** The overviews that are being built for open rasters. */
export class Overviews {
  readonly #api: Api;
  readonly #problems: Problems;
  #saving = $state.raw<ReadonlyMap<string, number>>(new Map());
  #jobs = $state.raw<ReadonlyMap<string, OverviewJob>>(new Map());

  constructor(api: Api, layers: LayerStack, problems: Problems) {
    this.#api = api;
    this.#problems = problems;
    api.on('overviews.changed', (job) => {
      this.#jobs = new Map(this.#jobs).set(job.rasterId, job);
    });
    api.on('rasters.saving', ({ rasterId, progress }) => {
      const saving = new Map(this.#saving);
      if (progress === null) saving.delete(rasterId);
      else saving.set(rasterId, progress);
      this.#saving = saving;
    });
    api.on('rasters.changed', (raster) =>
      layers.rasters.find(({ id }) => id === raster.id)?.takeRaster(raster),
    );
  }

  /** What there is to tell of a raster; null where its overviews are no longer in the making. */
  of(rasterId: string): OverviewJob | null {
    const job = this.#jobs.get(rasterId);
    return !job || job.state === 'done' || job.state === 'cancelled' ? null : job;
  }

  /** How far the raster's COG is written, 0–1; null when none is. */
  saving(rasterId: string): number | null {
    return this.#saving.get(rasterId) ?? null;
  }

  /** Asks where to save the raster as a COG, and writes it. */
  async saveCog(rasterId: string): Promise<void> {
    await this.#problems.attempt(async () => {
      const path = await this.#api.call('rasters.saveCog', { rasterId });
      if (path !== null)
        this.#problems.succeed(m.overviews_cog_saved({ name: path.split(/[\\/]/).pop() ?? path }));
    });
  }

  async cancelSaving(rasterId: string): Promise<void> {
    await this.#problems.attempt(() => this.#api.call('rasters.cancelSaveCog', { rasterId }));
  }

  async load(): Promise<void> {
    const jobs = await this.#api.call('overviews.list');
    this.#jobs = new Map(jobs.map((job) => [job.rasterId, job]));
  }

  async pause(rasterId: string): Promise<void> {
    await this.#problems.attempt(() => this.#api.call('overviews.pause', { rasterId }));
  }

  async resume(rasterId: string): Promise<void> {
    await this.#problems.attempt(() => this.#api.call('overviews.resume', { rasterId }));
  }

  async cancel(rasterId: string): Promise<void> {
    await this.#problems.attempt(() => this.#api.call('overviews.cancel', { rasterId }));
  }
}
