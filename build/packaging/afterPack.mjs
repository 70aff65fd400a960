import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fuses, setFuses } from './fuses.mjs';

/**
 * Called by electron-builder when the application lies packed and unsigned in its folder: makes sure that nothing but our
 * archive can be started, and sets the fuses.
 * @param {import('app-builder-lib').AfterPackContext} context
 */
export default async function afterPack(context) {
  const { appOutDir, electronPlatformName: platform, packager } = context;
  const resources =
    platform === 'darwin'
      ? join(appOutDir, `${packager.appInfo.productFilename}.app`, 'Contents', 'Resources')
      : join(appOutDir, 'resources');
  removeStandInLauncher(resources);
  assertOnlyArchive(resources);
  useRuntimeBinding(resources);
  await setFuses(executableOf(context), fuses);
}

/** The program that a user starts; on macOS the bundle, whose framework carries the fuses. */
function executableOf(/** @type {import('app-builder-lib').AfterPackContext} */ context) {
  const { appOutDir, electronPlatformName: platform, packager } = context;
  const { productFilename } = packager.appInfo;
  if (platform === 'darwin') return join(appOutDir, `${productFilename}.app`);
  if (platform === 'win32') return join(appOutDir, `${productFilename}.exe`);
  return join(
    appOutDir,
    /** @type {{ executableName: string }} */ (/** @type {unknown} */ (packager)).executableName,
  );
}

/** The stand-in starts applications by path through a launcher of ours, which is part of no package. */
function removeStandInLauncher(/** @type {string} */ resources) {
  const about = join(resources, 'app', 'package.json');
  if (existsSync(about) && JSON.parse(readFileSync(about, 'utf8')).main === 'launcher.cjs') {
    rmSync(join(resources, 'app'), { recursive: true });
  }
}

/** A runtime that was used before may hold another application beside ours, and Electron would prefer it. */
function assertOnlyArchive(/** @type {string} */ resources) {
  const stray = readdirSync(resources).filter((name) => name === 'app' || name === 'default_app.asar');
  if (stray.length > 0)
    throw new Error(`Left over in resources, would be started instead: ${stray.join(', ')}`);
  if (!existsSync(join(resources, 'app.asar'))) throw new Error('There is no app.asar in resources.');
}

/** The stand-in cannot load better-sqlite3's own binding: its package gets the one compiled for it. */
function useRuntimeBinding(/** @type {string} */ resources) {
  const binding = process.env['ORTHODESK_SQLITE_BINDING'];
  if (!binding) return;
  const folder = join(resources, 'app.asar.unpacked', 'node_modules', 'better-sqlite3', 'prebuilds');
  for (const name of readdirSync(folder)) copyFileSync(binding, join(folder, name));
}
