import { join } from 'node:path';
import { app, nativeTheme, shell, type BrowserWindow } from 'electron';
import { m } from '@shared/i18n';
import type { AppInfo, Theme } from '@shared/ipc/types';
import {
  appHandlers,
  appOrigin,
  createDispatcher,
  createEmit,
  listen,
  readSettings,
  registerAppScheme,
  serveRenderer,
  settingsHandlers,
  type Handlers,
} from './ipc';
import { openLibrary } from './library';
import { createLogging } from './logging';
import { installMenu, showTheme } from './menu';
import { lockDown, openWindow, type WindowState } from './window';

const version = __APP_VERSION__;

if (process.argv.includes('--version')) {
  process.stdout.write(`${m.app_name()} ${version}\n`);
  app.exit(0);
} else {
  start();
}

function start(): void {
  registerAppScheme();
  let window: BrowserWindow | null = null;
  void app.whenReady().then(() => {
    const data = app.getPath('userData');
    const logging = createLogging({ folder: join(data, 'logs') });
    const log = logging.area('main');
    const library = openLibrary(join(data, 'library', 'library.db'), {
      nativeBinding: process.env['ORTHODESK_SQLITE_BINDING'],
      log: logging.area('library'),
    });
    const emit = createEmit(() => window);
    const applyTheme = (theme: Theme): void => {
      nativeTheme.themeSource = theme;
      showTheme(theme);
    };
    const handlers: Partial<Handlers> = {
      ...appHandlers({
        info: appInfo(),
        recentLog: () => logging.recent(),
        openExternal: (url) => shell.openExternal(url),
        showInFolder: (path) => shell.showItemInFolder(path),
      }),
      ...settingsHandlers(library.settings, applyTheme),
    };
    listen(
      createDispatcher(handlers as Handlers, { origin: appOrigin, log: logging.area('ipc') }),
      () => window,
    );
    lockDown();
    serveRenderer(join(__dirname, '..', 'renderer'));
    const { theme } = readSettings(library.settings);
    installMenu((command) => emit('menu.command', command), theme);
    applyTheme(theme);
    window = openWindow({
      preload: join(__dirname, '..', 'preload', 'preload.cjs'),
      state: library.settings.get('window') as WindowState | null,
      onState: (state) => library.settings.set('window', state),
      log: (message) => log.error(message),
    });
  });
  app.on('window-all-closed', () => app.quit());
}

function appInfo(): AppInfo {
  const { electron, chrome, node } = process.versions;
  return {
    name: m.app_name(),
    version,
    electron: electron ?? '',
    chrome: chrome ?? '',
    node,
    platform: `${process.platform}-${process.arch}`,
    standIn: Number.parseInt(electron ?? '0', 10) < 40,
    locale: app.getLocale(),
  };
}
