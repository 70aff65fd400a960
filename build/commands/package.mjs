import { rmSync } from 'node:fs';
import { applicationBundles } from '../bootstrap/bundles.mjs';
import { inRoot } from '../bootstrap/places.mjs';
import { prepareApplication } from '../bootstrap/prepare.mjs';
import { Stop } from '../bootstrap/say.mjs';
import { takeFlag } from './arguments.mjs';
import { tool } from './test/stages.mjs';

/** @typedef {import('../bootstrap/electron.mjs').Runtime} Runtime */

/** What is in a package beside the window's own files. */
export const packagedBundles = [...applicationBundles, 'cli', 'standalone'];

/**
 * Packs the application into release/. Without arguments the unpacked folder alone; with arguments they are
 * electron-builder's (`--linux deb`, `--mac`, `--win`).
 */
export default async function makePackage(/** @type {string[]} */ args) {
  const [retryDownload, targets] = takeFlag(args, '--retry-download');
  const { runtime, env } = await prepareApplication({ bundles: packagedBundles, retryDownload });
  if (runtime.standIn && targets.length > 0) {
    throw new Stop(
      'The stand-in runtime is out of support: with it only the unpacked folder is made, for tests.',
    );
  }
  return pack(runtime, targets, { ...process.env, ...env }, (text) => process.stdout.write(text));
}

/**
 * @param {Runtime} runtime
 * @param {string[]} targets of electron-builder; the unpacked folder when empty
 * @param {NodeJS.ProcessEnv} env
 * @param {(text: string) => void} print
 */
export async function pack(runtime, targets, env, print) {
  rmSync(inRoot('release'), { recursive: true, force: true });
  const args = ['--config', 'electron-builder.yml', '--publish', 'never', `-c.electronDist=${runtime.dist}`];
  return tool(
    inRoot('node_modules', 'electron-builder', 'cli.js'),
    [...(targets.length > 0 ? targets : ['--dir']), ...args],
    env,
    print,
  );
}
