import { hasDisplay, startDisplay } from './display.mjs';
import { startKeyring } from './keyring.mjs';
import { which } from './process.mjs';

/**
 * Gives the work a place to run in: a display where the machine has none, and a keyring that is not the user's where
 * one is asked for and can be had. Both end with the work, whatever its end.
 * @template T
 * @param {{ display: boolean, keyring: boolean }} wanted
 * @param {(env: NodeJS.ProcessEnv) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withSession(wanted, work) {
  /** @type {import('./display.mjs').Service[]} */
  const services = [];
  const close = async () => {
    for (const service of services.splice(0).reverse()) await service.close();
  };
  const abandon = (/** @type {NodeJS.Signals} */ signal) => {
    void close().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  };
  try {
    if (wanted.display && !hasDisplay) services.push(await startDisplay());
    if (wanted.keyring && process.platform === 'linux' && which('gnome-keyring-daemon')) {
      services.push(await startKeyring());
    }
    process.once('SIGINT', abandon).once('SIGTERM', abandon);
    return await work(Object.assign({ ...process.env }, ...services.map((service) => service.env)));
  } finally {
    process.off('SIGINT', abandon).off('SIGTERM', abandon);
    await close();
  }
}
