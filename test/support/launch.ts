import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';

export interface LaunchOptions {
  /** Folder of the application's own data; a new one that is removed with `close` when absent. */
  readonly userDataDir?: string;
  /** Further arguments, as a user types them: files to open, switches. */
  readonly args?: readonly string[];
  /** Variables on top of the session's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Size of the window in pixels; the application's own choice when absent. */
  readonly size?: { readonly width: number; readonly height: number };
}

export interface LaunchedApp {
  readonly app: ElectronApplication;
  /** The one window, loaded. */
  readonly page: Page;
  readonly userDataDir: string;
  /** What the window complained about so far: errors on its console, exceptions that nobody caught. */
  readonly complaints: readonly string[];
  /** What the main process wrote to stderr and stdout so far. */
  readonly output: () => string;
  /** Ends the application as a user does and waits until it is gone; removes a folder that `launchApp` made. */
  readonly close: () => Promise<void>;
}

const patience = { windowMs: 60_000 };

/** A variable that `node build/run.mjs` hands to whoever drives the application. */
function given(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is not set: start this through npm test, npm run demo or npm run bench.`);
  return value;
}

/** Chromium has no sandbox for root, and only who launches it may say so. */
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

/** Starts the built application in the prepared runtime and waits for its window. */
export async function launchApp(options: LaunchOptions = {}): Promise<LaunchedApp> {
  given('ELECTRON_OVERRIDE_DIST_PATH');
  const temporary = options.userDataDir === undefined;
  const userDataDir = options.userDataDir ?? mkdtempSync(join(tmpdir(), 'orthodesk-user-'));
  const discard = (): void => {
    if (temporary) rmSync(userDataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  const app = await _electron.launch({
    // Without a path of ours Playwright starts the prepared runtime (ELECTRON_OVERRIDE_DIST_PATH) with a module that holds
    // `ready` back until it listens; with one, a window that is quick can be missed.
    args: [given('ORTHODESK_APP'), `--user-data-dir=${userDataDir}`, ...(options.args ?? [])],
    env: { ...definedVariables(), ...options.env },
    chromiumSandbox: !isRoot,
    timeout: patience.windowMs,
  });
  let output = '';
  app.process().stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  app.process().stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  try {
    const page = await app.firstWindow({ timeout: patience.windowMs });
    const complaints = collectComplaints(page);
    await page.waitForLoadState('load');
    if (options.size) await resize(app, options.size);
    const close = async (): Promise<void> => {
      await app.close();
      discard();
    };
    return { app, page, userDataDir, complaints, output: () => output, close };
  } catch (error) {
    await app.close().catch(() => undefined);
    discard();
    throw new Error(`The application showed no window. It said:\n${output}`, { cause: error });
  }
}

function definedVariables(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}

function collectComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  return complaints;
}

async function resize(app: ElectronApplication, size: { width: number; height: number }): Promise<void> {
  await app.evaluate(({ BrowserWindow }, wanted) => {
    const window = BrowserWindow.getAllWindows()[0];
    window?.setContentSize(wanted.width, wanted.height);
  }, size);
}
