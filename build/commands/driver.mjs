import { builtFile } from '../bootstrap/bundles.mjs';
import { hasDisplay } from '../bootstrap/display.mjs';
import { callerFolder, prepareApplication } from '../bootstrap/prepare.mjs';
import { foreground } from '../bootstrap/process.mjs';
import { withSession } from '../bootstrap/session.mjs';
import { takeFlag } from './arguments.mjs';

/**
 * Runs a built driver, a program for the tools' Node that starts the application and works it from outside. On a
 * machine without a display it gets one, and a keyring that is not the user's.
 */
export async function drive(/** @type {string} */ bundle, /** @type {string[]} */ args) {
  const file = builtFile(bundle);
  const [retryDownload, rest] = takeFlag(args, '--retry-download');
  const { env } = await prepareApplication({ keyring: !hasDisplay, retryDownload });
  return withSession({ display: true, keyring: !hasDisplay }, (session) =>
    foreground(process.execPath, ['--enable-source-maps', file, ...rest], {
      cwd: callerFolder(),
      env: { ...session, ...env, ...(hasDisplay ? {} : { ORTHODESK_HEADLESS: '1' }) },
    }),
  );
}
