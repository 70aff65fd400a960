import { app, BrowserWindow, nativeTheme, screen, session, type Rectangle, type WebContents } from 'electron';
import { m } from '@shared/i18n';
import { appOrigin } from './ipc';

export interface WindowState {
  readonly bounds: Rectangle;
  readonly maximized: boolean;
}

export interface WindowOptions {
  /** path of the bundled preload script */
  readonly preload: string;
  readonly state: WindowState | null;
  /** Told when the window was moved, resized or maximised. */
  readonly onState: (state: WindowState) => void;
  readonly log: (message: string) => void;
}

const smallest = { width: 1100, height: 700 };
const usual = { width: 1440, height: 900 };
const backgrounds = { light: '#f5f6f7', dark: '#1b1d20' };

/** Opens the one window, locked: sandboxed, isolated, without Node, and showing our page for ever. */
export function openWindow(options: WindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    ...usual,
    ...visibleBounds(options.state),
    minWidth: smallest.width,
    minHeight: smallest.height,
    title: m.app_name(),
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? backgrounds.dark : backgrounds.light,
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  if (options.state?.maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  remember(window, options.onState);
  window.webContents.on('render-process-gone', (_, details) => {
    options.log(`the window's process ended: ${details.reason}`);
    if (details.reason !== 'clean-exit') window.webContents.reload();
  });
  void window.loadURL(`${appOrigin}/`);
  return window;
}

function remember(window: BrowserWindow, onState: (state: WindowState) => void): void {
  let timer: NodeJS.Timeout | null = null;
  const tell = (): void => {
    if (timer) clearTimeout(timer);
    timer = null;
    if (!window.isDestroyed()) onState({ bounds: window.getNormalBounds(), maximized: window.isMaximized() });
  };
  const soon = (): void => {
    timer ??= setTimeout(tell, 500);
  };
  window.on('resize', soon);
  window.on('move', soon);
  window.on('maximize', soon);
  window.on('unmaximize', soon);
  window.on('close', tell);
}

/** The remembered place, unless the screen that it was on is gone. */
function visibleBounds(state: WindowState | null): Partial<Rectangle> {
  if (!state) return {};
  const { bounds } = state;
  const area = screen.getDisplayMatching(bounds).workArea;
  const visibleWidth = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x);
  const visibleHeight = Math.min(bounds.y + bounds.height, area.y + area.height) - Math.max(bounds.y, area.y);
  if (visibleWidth < 200 || visibleHeight < 100) return { width: bounds.width, height: bounds.height };
  return bounds;
}

/** Locks that hold for every page the program could ever show, whoever opened it. Before the first window. */
export function lockDown(): void {
  app.on('web-contents-created', (_, contents) => lockContents(contents));
  const ours = session.defaultSession;
  ours.setPermissionRequestHandler((_, permission, answer) => answer(isAllowed(permission)));
  ours.setPermissionCheckHandler((_, permission) => isAllowed(permission));
  ours.setDevicePermissionHandler(() => false);
  ours.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !isLocal(url) }));
}

function lockContents(contents: WebContents): void {
  const stay = (event: { preventDefault(): void }): void => event.preventDefault();
  contents.on('will-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', stay);
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

/** Copying text is the one thing of the browser's own that the window may do. */
function isAllowed(permission: string): boolean {
  return permission === 'clipboard-sanitized-write';
}

/** The window itself fetches nothing from any network. */
function isLocal(url: string): boolean {
  return /^(?:app|data|blob|devtools|chrome-extension):/.test(url);
}
