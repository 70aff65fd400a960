import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { endProcess, firstLine } from './display.mjs';
import { say } from './say.mjs';

const patience = { unlockMs: 20_000, pollMs: 40 };

/**
 * A D-Bus session of its own with an unlocked, empty keyring in a throw-away home: a real Secret Service that has nothing
 * to do with the user's keys.
 * @returns {Promise<import('./display.mjs').Service>}
 */
export async function startKeyring() {
  const home = mkdtempSync(join(tmpdir(), 'orthodesk-keyring-'));
  const folders = { XDG_RUNTIME_DIR: join(home, 'run'), XDG_DATA_HOME: join(home, 'data') };
  for (const folder of Object.values(folders)) mkdirSync(folder, { mode: 0o700 });
  const own = {
    ...process.env,
    ...folders,
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_CACHE_HOME: join(home, 'cache'),
  };
  /** @type {import('node:child_process').ChildProcess[]} */
  const started = [];
  const close = async () => {
    for (const child of started.reverse()) await endProcess(child);
    rmSync(home, { recursive: true, force: true });
  };
  try {
    const bus = spawn('dbus-daemon', ['--session', '--nofork', '--nopidfile', '--print-address=3'], {
      env: own,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      detached: true,
    });
    started.push(bus);
    const address = await firstLine(bus, 3, 'dbus-daemon');
    const env = { DBUS_SESSION_BUS_ADDRESS: address };
    const keyring = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], {
      env: { ...own, ...env },
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    started.push(keyring);
    // The line break is the (empty) password of the login keyring; without it the keyring stays locked.
    keyring.stdin?.end('\n');
    await unlocked(keyring, { ...own, ...env });
    say('a keyring of its own runs for this session');
    return { env, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Waits until the Secret Service has an unlocked login collection. */
async function unlocked(
  /** @type {import('node:child_process').ChildProcess} */ keyring,
  /** @type {NodeJS.ProcessEnv} */ env,
) {
  const deadline = Date.now() + patience.unlockMs;
  while (Date.now() < deadline) {
    if (keyring.exitCode !== null) {
      throw new Error(`gnome-keyring-daemon ended with ${keyring.exitCode} before it was ready.`);
    }
    // Asked of the bus first: a call to the service itself would have the bus start a second, locked one.
    const owned = ask(
      env,
      'org.freedesktop.DBus',
      '/org/freedesktop/DBus',
      'org.freedesktop.DBus.NameHasOwner',
      ['string:org.freedesktop.secrets'],
    );
    if (owned.includes('boolean true')) {
      const locked = ask(
        env,
        'org.freedesktop.secrets',
        '/org/freedesktop/secrets/collection/login',
        'org.freedesktop.DBus.Properties.Get',
        ['string:org.freedesktop.Secret.Collection', 'string:Locked'],
      );
      if (locked.includes('boolean false')) return;
    }
    await pause(patience.pollMs);
  }
  throw new Error('The Secret Service of this session did not become ready.');
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} name
 * @param {string} path
 * @param {string} method
 * @param {string[]} args
 */
function ask(env, name, path, method, args) {
  const call = [
    '--session',
    '--print-reply',
    '--reply-timeout=2000',
    `--dest=${name}`,
    path,
    method,
    ...args,
  ];
  return String(spawnSync('dbus-send', call, { env }).stdout ?? '');
}
