import { applicationBundles } from '../bootstrap/bundles.mjs';
import { root } from '../bootstrap/places.mjs';
import { callerFolder, electronSwitches, prepareApplication } from '../bootstrap/prepare.mjs';
import { foreground } from '../bootstrap/process.mjs';
import { withSession } from '../bootstrap/session.mjs';
import { takeFlag } from './arguments.mjs';

/** Opens the application; further arguments (files to open, `--user-data-dir=…`) are its own. */
export default async function start(/** @type {string[]} */ args) {
  const [retryDownload, rest] = takeFlag(args, '--retry-download');
  const { runtime, env } = await prepareApplication({ bundles: applicationBundles, retryDownload });
  return withSession({ display: true, keyring: false }, (session) =>
    foreground(runtime.executable, [...electronSwitches(session), root, ...rest], {
      cwd: callerFolder(),
      env: { ...session, ...env },
    }),
  );
}
