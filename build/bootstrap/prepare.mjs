import { ensureBundles } from './bundles.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { hasDisplay } from './display.mjs';
import { ensureElectron } from './electron.mjs';
import { ensureIcons } from './icons.mjs';
import { ensureMessages } from './messages.mjs';
import { ensureKeytar, ensureSqlite } from './native.mjs';
import { root } from './places.mjs';
import { ensureSystem, installsSystemPackages } from './system.mjs';

/** @typedef {import('./electron.mjs').Runtime} Runtime */

/**
 * Everything that the window needs, in the order in which one thing needs another.
 * @param {object} wanted
 * @param {readonly string[]} [wanted.bundles] all when absent, none when empty
 * @param {boolean} [wanted.keyring] whether a keychain of the session's own will be started
 * @param {boolean} [wanted.referee] whether tests will compare with GDAL
 * @param {boolean} [wanted.retryDownload] try the download of Electron again, though it failed today
 */
export async function prepareApplication(wanted) {
  const session = wanted.keyring || !hasDisplay;
  await ensureSystem(
    // Root on Debian gets the compiler in the same go; elsewhere it is asked for only when it turns out to be needed.
    ['runtime', ...(session ? /** @type {const} */ (['session']) : []), ...compiler()],
    wanted.referee ? ['referee'] : [],
  );
  await ensureDependencies();
  const runtime = await ensureElectron({ retry: wanted.retryDownload });
  await ensureKeytar();
  // The compiler keeps one core busy for a while; bundles need the other.
  const [sqlite] = await Promise.all([ensureSqlite(runtime), prepareDist(wanted.bundles)]);
  return { runtime, env: applicationEnv(runtime, sqlite) };
}

/** Everything in dist/. */
async function prepareDist(/** @type {readonly string[] | undefined} */ bundles) {
  await ensureMessages();
  await ensureIcons();
  await ensureBundles(bundles);
}

/** What the sources need to be read by the tools: packages and the compiled messages. */
export async function prepareSources() {
  await ensureDependencies();
  await ensureMessages();
}

/** What a tool of the terminal needs: packages, the keychain's binding, and its own bundle. */
export async function prepareTool(/** @type {string} */ bundle) {
  if (process.platform === 'linux' && installsSystemPackages) await ensureSystem(['runtime', ...compiler()]);
  await ensureDependencies();
  await ensureKeytar();
  await ensureMessages();
  await ensureBundles([bundle]);
}

/** @returns {import('./system.mjs').Group[]} */
const compiler = () => (installsSystemPackages ? ['compile'] : []);

/**
 * What the application and those who drive it are told through the environment: `ORTHODESK_ELECTRON`, the program to start, and
 * `ELECTRON_OVERRIDE_DIST_PATH`, its folder, where Playwright looks; `ORTHODESK_APP`, the folder to start it with;
 * `ORTHODESK_SQLITE_BINDING`, the database's binding where the runtime needs its own.
 * @param {Runtime} runtime
 * @param {string | null} sqlite
 * @returns {NodeJS.ProcessEnv}
 */
function applicationEnv(runtime, sqlite) {
  return {
    ELECTRON_OVERRIDE_DIST_PATH: runtime.dist,
    ORTHODESK_ELECTRON: runtime.executable,
    ORTHODESK_APP: root,
    ...(sqlite ? { ORTHODESK_SQLITE_BINDING: sqlite } : {}),
  };
}

/** Switches that only who launches Electron may add: root has no sandbox, a bare Wayland session has no X. */
export function electronSwitches(env = process.env) {
  if (process.platform !== 'linux') return [];
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const wayland = !env['DISPLAY'] && env['WAYLAND_DISPLAY'] ? ['--ozone-platform-hint=auto'] : [];
  return [...root, ...wayland];
}

/** The folder the person typed the command in; npm itself changes to the repository's root. */
export const callerFolder = () => process.env['INIT_CWD'] ?? process.cwd();
