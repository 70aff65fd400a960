import { AppError } from '@shared/errors';
import type { AppInfo, TaskView, Theme } from '@shared/ipc/types';
import {
  accountsHandlers,
  appHandlers,
  engineHandlers,
  mosaicsHandlers,
  processingsHandlers,
  projectsHandlers,
  rastersHandlers,
  resultsHandlers,
  settingsHandlers,
  tasksHandlers,
  uploadsHandlers,
  type Handlers,
} from './ipc';
import type { RasterWorkerClient } from './rasters';
import type { ResultsService } from './results';
import type { SampleScene } from './sample';
import type { Services } from './services';

/** What handlers need of the system around the window. */
export interface Shell {
  readonly info: AppInfo;
  openExternal(url: string): Promise<void>;
  showInFolder(path: string): void;
  chooseRasters(): Promise<readonly string[]>;
  /** Null when cancelled. */
  chooseTarget(suggestedName: string, format: 'gpkg' | 'geojson'): Promise<string | null>;
  applyTheme(theme: Theme): void;
}

export interface Workers {
  readonly rasters: RasterWorkerClient;
  readonly results: ResultsService;
  readonly sample: SampleScene;
}

/** Every channel of the contract, joined to its service. */
export function createHandlers(
  services: Services,
  workers: Workers,
  shell: Shell,
  tasks: () => readonly TaskView[],
): Handlers {
  const { accounts, library, processings, watch } = services;
  const activeAccount = (): string => accounts.active().id;
  const pathOf = (rasterId: string): string => {
    const path = workers.rasters.pathOf(rasterId);
    if (path === null) throw new AppError('rasters.not_open');
    return path;
  };
  return {
    ...appHandlers({
      info: shell.info,
      recentLog: () => services.logging.recent(),
      openExternal: (url) => shell.openExternal(url),
      showInFolder: (path) => shell.showInFolder(path),
    }),
    ...settingsHandlers(library.settings, (theme) => shell.applyTheme(theme)),
    ...accountsHandlers(accounts, services.status),
    ...engineHandlers(services.engine),
    ...rastersHandlers({
      rasters: workers.rasters,
      recent: library.recentRasters,
      choose: () => shell.chooseRasters(),
      sample: () => workers.sample.path(),
    }),
    ...mosaicsHandlers(services.mosaics, activeAccount),
    ...uploadsHandlers({ uploads: services.uploads, bandwidth: services.bandwidth, activeAccount, pathOf }),
    ...projectsHandlers(services.projects, activeAccount),
    ...processingsHandlers({
      processings,
      activeAccount,
      lookSoon: (accountId) => void watch.look(accountId),
    }),
    ...resultsHandlers({
      results: workers.results,
      fileOf: (processingId) => processings.resultFile(processingId),
      processing: (processingId) => processings.get(processingId),
      chooseTarget: (name, format) => shell.chooseTarget(name, format),
    }),
    ...tasksHandlers(tasks),
  };
}
