import { AppError } from '@shared/errors';
import type { AppInfo, TaskView, Theme } from '@shared/ipc/types';
import type { RecentRaster } from '@shared/library/records';
import {
  accountsHandlers,
  appHandlers,
  baseMapsHandlers,
  bookmarksHandlers,
  deskHandlers,
  connectionsHandlers,
  localDataHandlers,
  engineHandlers,
  filesHandlers,
  mosaicsHandlers,
  overviewsHandlers,
  processingsHandlers,
  projectsHandlers,
  qualityHandlers,
  rastersHandlers,
  resultsHandlers,
  settingsHandlers,
  tasksHandlers,
  uploadsHandlers,
  type Emit,
  type Handlers,
} from './ipc';
import type { OverviewJobs } from './overviews';
import { checkIdentity, placesBeside, surveyPaths, type RasterWorkerClient } from './rasters';
import { withOverviews } from './rastersOfWindow';
import type { ResultsService } from './results';
import type { SampleScene } from './sample';
import type { Services } from './services';

/** Beside the image, under a name of its own. */
const cogPathFor = (path: string): string => path.replace(/(\.tiff?)?$/i, '-cog.tif');

/** What handlers need of the system around the window. */
export interface Shell {
  readonly info: AppInfo;
  readonly emit: Emit;
  openExternal(url: string): Promise<void>;
  showInFolder(path: string): void;
  chooseRasters(): Promise<readonly string[]>;
  /** Where a file that is gone is now; null when cancelled. */
  choosePlace(path: string): Promise<string | null>;
  /** The list of recent files is another one now. */
  recentChanged(): void;
  /** Where to save a COG; null when cancelled. */
  chooseCog(suggestedPath: string): Promise<string | null>;
  /** Null when cancelled. */
  chooseTarget(suggestedName: string, format: 'gpkg' | 'geojson'): Promise<string | null>;
  /** Empty when cancelled. */
  chooseFolders(): Promise<readonly string[]>;
  chooseLocalData(): Promise<readonly string[]>;
  /** Null when cancelled. */
  chooseCertificates(): Promise<string | null>;
  applyTheme(theme: Theme): void;
}

export interface Workers {
  readonly rasters: RasterWorkerClient;
  readonly overviews: OverviewJobs;
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
  const recent = {
    list: () => library.recentRasters.list(),
    put: (raster: RecentRaster) => {
      library.recentRasters.put(raster);
      shell.recentChanged();
    },
    remove: (path: string) => library.recentRasters.remove(path),
    clear: () => library.recentRasters.clear(),
  };
  const stateOf = (path: string) => library.layerStates.stateOf('raster', path);
  return {
    ...appHandlers({
      info: shell.info,
      recentLog: () => services.logging.recent(),
      openExternal: (url) => shell.openExternal(url),
      showInFolder: (path) => shell.showInFolder(path),
    }),
    ...settingsHandlers(library.settings, (theme) => shell.applyTheme(theme)),
    ...connectionsHandlers(services.connections, shell),
    ...localDataHandlers(services.localData, shell),
    ...accountsHandlers(accounts, services.status),
    ...engineHandlers(services.engine),
    ...rastersHandlers({
      rasters: withOverviews(workers.rasters, workers.overviews),
      recent,
      stateOf,
      choose: () => shell.chooseRasters(),
      chooseCog: (rasterId) => shell.chooseCog(cogPathFor(pathOf(rasterId))),
      onSaving: (rasterId, progress) => shell.emit('rasters.saving', { rasterId, progress }),
      sample: () => workers.sample.path(),
    }),
    ...overviewsHandlers(workers.overviews),
    ...mosaicsHandlers(services.mosaics, activeAccount),
    ...uploadsHandlers({
      uploads: services.uploads,
      bandwidth: services.bandwidth,
      activeAccount,
      pathOf,
      networkIsBack: () => {
        services.uploads.wake();
        void watch.now();
      },
    }),
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
    ...qualityHandlers(services.quality),
    ...tasksHandlers(tasks),
    ...bookmarksHandlers(library.bookmarks),
    ...deskHandlers(library.layerStates),
    ...baseMapsHandlers(services.baseMaps),
    ...filesHandlers({
      rasters: withOverviews(workers.rasters, workers.overviews),
      recent,
      stateOf,
      survey: surveyPaths,
      pixel: (request) => workers.rasters.pixel(request),
      choosePlace: (path) => shell.choosePlace(path),
      placesBeside,
      checkIdentity,
      onRecent: () => shell.recentChanged(),
    }),
  };
}
