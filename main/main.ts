import { basename, dirname, join } from 'node:path';
import { app, dialog, nativeTheme, net, powerMonitor, session, shell, type BrowserWindow } from 'electron';
import { toErrorData, type ErrorData } from '@shared/errors';
import { errorText, m } from '@shared/i18n';
import type { AppInfo, Theme } from '@shared/ipc/types';
import { announce } from './announcements';
import { collectAlone } from './collector';
import { createHandlers, type Shell, type Workers } from './handlers';
import {
  appOrigin,
  createDispatcher,
  createEmit,
  listen,
  openRasters,
  readSettings,
  registerAppScheme,
  serveBaseMapTile,
  serveProbabilityTile,
  serveRenderer,
  type Emit,
} from './ipc';
import { installMenu, showTheme } from './menu';
import { filesAmong, OpenRequests } from './openRequests';
import { proxyOfScript } from './network';
import { notify, showProgress, stayAwake } from './notifications';
import { RasterWorkerClient } from './rasters';
import { overviewsOfWindow, withOverviews } from './rastersOfWindow';
import { ResultsService } from './results';
import { SampleScene } from './sample';
import { createServices, placesIn, type Services } from './services';
import { LedgerWriter, SourceReader } from './uploads';
import { lockDown, openWindow, type WindowState } from './window';
import { startProcess } from './workers/links';
import { startThread } from './workers/thread';
import { startUploadThreads } from './workers/uploadThreads';

const version = __APP_VERSION__;
/** Older ones serve development and tests where the real one cannot be had. */
const oldestSupportedElectron = 40;
/** ms for the services to stop before the program ends all the same */
const quitPatience = 5_000;

/** A Mac hands over the file of a double click before the program is ready. */
const requests = new OpenRequests();

collectAlone();

if (process.argv.includes('--version')) {
  process.stdout.write(`${m.app_name()} ${version}\n`);
  app.exit(0);
} else if (!app.requestSingleInstanceLock()) {
  app.exit(0);
} else {
  registerAppScheme();
  app.on('open-file', (event, path) => {
    event.preventDefault();
    requests.add([path]);
  });
  app.whenReady().then(start, fail);
}

function start(): void {
  const data = app.getPath('userData');
  const beside = (file: string): string => join(__dirname, file);
  const ledgerWriter = new LedgerWriter(() =>
    startThread(beside('ledger-thread.cjs'), { path: placesIn(data).library }),
  );
  const reader = new SourceReader(() => startUploadThreads(__dirname));
  const workers: Omit<Workers, 'overviews'> = {
    rasters: new RasterWorkerClient(() =>
      startProcess(beside('raster-worker.cjs'), 'Orthodesk raster worker'),
    ),
    results: new ResultsService(() => startProcess(beside('results-worker.cjs'), 'Orthodesk results worker')),
    sample: new SampleScene(placesIn(data).samples, join(__dirname, '..', 'sample', 'sample.mjs')),
  };
  let services: Services;
  try {
    services = createServices({
      dataDir: data,
      version,
      nativeBinding: process.env['ORTHODESK_SQLITE_BINDING'],
      startEngine: () => {
        const link = startProcess(beside('engine.cjs'), 'Orthodesk engine');
        return {
          send: (message) => link.port.postMessage(message),
          onMessage: (listener) => link.port.onMessage(listener),
          onExit: (listener) => link.onExit(() => listener(null)),
          kill: () => link.kill(),
        };
      },
      systemProxy: async (url) => proxyOfScript(await session.defaultSession.resolveProxy(url.href)),
      isOnline: () => net.isOnline(),
      openSource: reader.open,
      ledgerWriter,
      results: workers.results,
    });
  } catch (error) {
    fail(error);
    return;
  }
  run(services, workers, () => {
    reader.close();
    ledgerWriter.close();
    workers.rasters.shutDown();
    workers.results.shutDown();
  });
}

function run(services: Services, started: Omit<Workers, 'overviews'>, stopWorkers: () => void): void {
  const { library, logging, uploads, watch, status } = services;
  const log = logging.area('main');
  let window: BrowserWindow | null = null;
  const ourWindow = (): BrowserWindow | null => window;
  const emit = createEmit(ourWindow);
  const overviews = overviewsOfWindow(started.rasters, {
    folder: placesIn(app.getPath('userData')).overviews,
    spawn: () => startProcess(join(__dirname, 'overview-worker.cjs'), 'Orthodesk overview worker'),
    emit,
    log: logging.area('rasters'),
  });
  const workers: Workers = { ...started, overviews };
  const open = async (paths: readonly string[]): Promise<void> => {
    const recent = library.recentRasters;
    const stateOf = (path: string) => library.layerStates.stateOf('raster', path);
    const rasters = withOverviews(workers.rasters, overviews);
    emit('rasters.opened', await openRasters({ rasters, recent, stateOf }, paths));
    menu.refresh();
  };

  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.error(event, { error, stack: error instanceof Error ? error.stack : undefined });
      emit('app.problem', toErrorData(error));
    });
  }
  const tasks = announce({
    services,
    overviews,
    emit,
    notify: (note) => notify(window, note),
    showProgress: (progress) => {
      showProgress(window, progress);
      stayAwake(progress !== null);
    },
  });
  services.baseMaps.onReach((baseMapId, reachable) => emit('basemaps.reach', { baseMapId, reachable }));
  const { theme } = readSettings(library.settings);
  const menu = installMenu({
    send: (command) => emit('menu.command', command),
    theme: () => readSettings(library.settings).theme,
    recent: () => library.recentRasters.list(),
    openRecent: (path) => void open([path]),
    clearRecent: () => library.recentRasters.clear(),
  });
  const handlers = createHandlers(services, workers, shellOf(ourWindow, menu.refresh, emit), tasks);
  listen(createDispatcher(handlers, { origin: appOrigin, log: logging.area('ipc') }), ourWindow);

  const isEnding = endCleanly(services, () => {
    overviews.close();
    stopWorkers();
  });
  lockDown();
  serveRenderer(
    join(__dirname, '..', 'renderer'),
    async (url) =>
      (await serveBaseMapTile(services.baseMaps, url)) ??
      (await serveProbabilityTile(services.probabilities, url)),
  );
  applyTheme(theme);
  requests.add(filesAmong(process.argv, process.cwd()));
  window = openWindow({
    preload: join(__dirname, '..', 'preload', 'preload.cjs'),
    state: library.settings.get('window') as WindowState | null,
    onState: (state) => {
      if (!isEnding()) library.settings.set('window', state);
    },
    log: (message) => log.error(message),
  });
  window.webContents.once('did-finish-load', () => {
    workers.rasters.warmUp();
    tellOrigin(services, (error) => emit('app.problem', error));
    requests.deliverTo((paths) => void open(paths));
  });

  app.on('second-instance', (_, argv, folder) => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
    requests.add(filesAmong(argv, folder));
  });
  powerMonitor.on('suspend', () => void uploads.suspend());
  powerMonitor.on('resume', () => {
    uploads.resumeInterrupted();
    uploads.wake();
    void status.refresh();
    void watch.now();
  });
  void services.engine.start();
  void status.refresh();
  void watch.now();
  uploads.resumeInterrupted();
  library.backUp().catch((error: unknown) => log.warn('the library could not be backed up', { error }));
  log.info('started', { ...appInfo() });
}

function shellOf(window: () => BrowserWindow | null, recentChanged: () => void, emit: Emit): Shell {
  const rasterFilters = [
    { name: m.dialog_filter_geotiff(), extensions: ['tif', 'tiff', 'TIF', 'TIFF'] },
    { name: m.dialog_filter_all(), extensions: ['*'] },
  ];
  return {
    info: appInfo(),
    emit,
    openExternal: (url) => shell.openExternal(url),
    showInFolder: (path) => shell.showItemInFolder(path),
    applyTheme,
    chooseRasters: () =>
      choose(window(), {
        title: m.dialog_open_title(),
        properties: ['openFile', 'multiSelections'],
        filters: rasterFilters,
      }),
    chooseFolders: () =>
      choose(window(), {
        title: m.dialog_folders_title(),
        properties: ['openDirectory', 'multiSelections'],
      }),
    chooseLocalData: () =>
      choose(window(), {
        title: m.dialog_local_data_title(),
        properties: ['openFile', 'multiSelections'],
        filters: [
          {
            name: m.dialog_filter_local_data(),
            extensions: ['geojson', 'json', 'geojsonl', 'gpkg', 'tif', 'tiff'],
          },
          { name: m.dialog_filter_all(), extensions: ['*'] },
        ],
      }),
    chooseCertificates: async () => {
      const [path] = await choose(window(), {
        title: m.dialog_certificates_title(),
        properties: ['openFile'],
        filters: [
          { name: m.dialog_filter_pem(), extensions: ['pem', 'crt', 'cer'] },
          { name: m.dialog_filter_all(), extensions: ['*'] },
        ],
      });
      return path ?? null;
    },
    choosePlace: async (path) => {
      const options: Electron.OpenDialogOptions = {
        title: m.dialog_locate_title({ name: basename(path) }),
        defaultPath: dirname(path),
        properties: ['openFile'],
        filters: rasterFilters,
      };
      const parent = window();
      const chosen = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options));
      return chosen.canceled ? null : (chosen.filePaths[0] ?? null);
    },
    recentChanged,
    chooseCog: async (suggestedPath) => {
      const options: Electron.SaveDialogOptions = {
        title: m.dialog_cog_title(),
        defaultPath: suggestedPath,
        filters: [{ name: m.dialog_filter_geotiff(), extensions: ['tif'] }],
      };
      const parent = window();
      const chosen = await (parent ? dialog.showSaveDialog(parent, options) : dialog.showSaveDialog(options));
      return chosen.canceled || !chosen.filePath ? null : chosen.filePath;
    },
    chooseTarget: async (suggestedName, format) => {
      const options: Electron.SaveDialogOptions = {
        title: m.dialog_export_title(),
        defaultPath: join(app.getPath('documents'), `${suggestedName}.${format}`),
        filters: [{ name: format === 'gpkg' ? 'GeoPackage' : 'GeoJSON', extensions: [format] }],
      };
      const parent = window();
      const chosen = await (parent ? dialog.showSaveDialog(parent, options) : dialog.showSaveDialog(options));
      return chosen.canceled || !chosen.filePath ? null : chosen.filePath;
    },
  };
}

async function choose(
  parent: BrowserWindow | null,
  options: Electron.OpenDialogOptions,
): Promise<readonly string[]> {
  const chosen = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options));
  return chosen.canceled ? [] : chosen.filePaths;
}

function applyTheme(theme: Theme): void {
  nativeTheme.themeSource = theme;
  showTheme(theme);
}

function appInfo(): AppInfo {
  const { electron = '', chrome = '', node } = process.versions;
  return {
    name: m.app_name(),
    version,
    electron,
    chrome,
    node,
    platform: `${process.platform}-${process.arch}`,
    standIn: Number.parseInt(electron, 10) < oldestSupportedElectron,
    locale: app.getLocale(),
  };
}

/** A library that was damaged is never a secret. */
function tellOrigin({ library: { origin } }: Services, tell: (error: ErrorData) => void): void {
  if (origin.from === 'disk') return;
  const kind = origin.from === 'backup' ? 'library.rebuilt' : 'library.started_over';
  tell({ kind, params: { name: origin.quarantined } });
}

/**
 * What is under way is stopped and kept before the program ends; it ends soon in any case. Returns whether it is ending.
 */
function endCleanly(services: Services, stopWorkers: () => void): () => boolean {
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    const impatience = new Promise<void>((done) => setTimeout(done, quitPatience));
    void Promise.race([services.close(), impatience])
      .catch(() => undefined)
      .finally(() => {
        stopWorkers();
        app.exit(0);
      });
  };
  app.on('window-all-closed', () => app.quit());
  app.on('before-quit', (event) => {
    event.preventDefault();
    end();
  });
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  return () => ending;
}

function fail(error: unknown): void {
  const { title, advice } = errorText(toErrorData(error));
  process.stderr.write(
    `${title} ${advice}\n${error instanceof Error ? (error.stack ?? '') : String(error)}\n`,
  );
  dialog.showErrorBox(title, `${advice}\n\n${error instanceof Error ? error.message : ''}`.trim());
  app.exit(1);
}
