import { resolve } from 'node:path';
import type { Log } from '@shared/log';
import { needsOverviews } from '@shared/tiff/overviews';
import { describeRaster, type RastersPort } from './ipc';
import type { Emit } from './ipc';
import { OverviewJobs, SidecarCache, type OverviewProcess } from './overviews';
import type { RasterWorkerClient } from './rasters';

/** bytes of overviews that are kept for rasters that have none of their own */
const cacheBytes = 10e9;

/** ms that a raster has to itself before its overviews are begun */
const patienceMs = 1200;

/** The overviews of rasters that are opened in the window; what is built makes the window draw with it. */
export function overviewsOfWindow(
  rasters: RasterWorkerClient,
  options: {
    readonly folder: string;
    readonly spawn: () => OverviewProcess;
    readonly emit: Emit;
    readonly log: Log;
  },
): OverviewJobs {
  const { emit, folder, log, spawn } = options;
  const jobs = new OverviewJobs({
    cache: new SidecarCache(folder, cacheBytes),
    spawn,
    patienceMs,
    attach: (rasterId, overviews) => rasters.attach(rasterId, overviews),
    onBuilt: (rasterId, path, description) =>
      emit('rasters.changed', describeRaster(rasterId, path, description)),
    onGrown: (rasterId, { made, isUnderWay }) => emit('rasters.grown', { rasterId, made, isUnderWay }),
    log,
  });
  jobs.onChange((job) => emit('overviews.changed', job));
  return jobs;
}

/** The rasters of the worker, which get their overviews as they are opened. */
export function withOverviews(rasters: RasterWorkerClient, overviews: OverviewJobs): RastersPort {
  return {
    open: async (path) => {
      const { id, description, identity } = await rasters.open(path);
      const source = { path: resolve(path), ...identity };
      const opened = await overviews.opened({ id, name: description.name, source, description });
      // The window will ask for it in a moment.
      if (needsOverviews(opened)) rasters.preview(id, null).catch(() => undefined);
      return { id, description: opened };
    },
    close: (id) => {
      overviews.closed(id);
      return rasters.close(id);
    },
    readBlocks: (request) => rasters.readBlocks(request),
    growing: (id) => overviews.growing(id),
    readGrowing: async ({ id, kind, level, indices }) =>
      rasters.readRanges(overviews.growingRanges(id, kind, level, indices)),
    storedBlocks: (id, level) => rasters.storedBlocks(id, level),
    preview: (id, bands) => rasters.preview(id, bands),
    statistics: (id) => rasters.statistics(id),
    saveCog: (id, target, options) => rasters.saveCog(id, target, options),
  };
}
