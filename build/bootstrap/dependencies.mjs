import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { inRoot } from './places.mjs';
import { npm } from './process.mjs';
import { say, step, Stop } from './say.mjs';

const lockfile = inRoot('package-lock.json');
const stamp = inRoot('node_modules', '.orthodesk-lock');
/** npm's own record of what lies in node_modules. */
const installed = inRoot('node_modules', '.package-lock.json');

/** Digest of the lockfile: names the exact set of dependencies. */
export function lockDigest() {
  return createHash('sha256').update(readFileSync(lockfile)).digest('hex');
}

const options = ['--ignore-scripts', '--include=dev', '--include=optional', '--prefer-offline'];

/** True when node_modules is what the lockfile says, told by the stamp alone. */
export function dependenciesAtHand() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === lockDigest();
}

/** `npm ci` when the lockfile changed since the last one. Install scripts stay off; the few needed are run by name. */
export async function ensureDependencies() {
  if (dependenciesAtHand()) return;
  if (!installedMatchesLock()) {
    await step('installing the npm packages of the lockfile', () =>
      npm(['ci', ...options]).catch(async () => {
        // npm 11 refuses a lockfile when a registry lacks optional packages of other platforms; installing by the same
        // lockfile does not, and what it brought is compared with the lockfile below.
        say('npm ci refused; installing by the lockfile instead');
        await npm(['install', '--no-save', ...options]).catch((error) => {
          throw new Stop(`The npm packages cannot be installed. ${error.message}`);
        });
        if (!installedMatchesLock()) throw new Stop('The npm packages do not match the lockfile.');
      }),
    );
  }
  writeFileSync(stamp, lockDigest());
}

/**
 * True when a person's own `npm install` has already brought the lockfile's set: each installed package has the version of
 * the lockfile, and only optional ones (of other platforms) are absent.
 */
function installedMatchesLock() {
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(lockfile, 'utf8')).packages;
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
  for (const [path, entry] of Object.entries(present)) {
    if (wanted[path]?.version !== entry.version || wanted[path]?.integrity !== entry.integrity) return false;
  }
  for (const [path, entry] of Object.entries(wanted)) {
    if (path !== '' && !entry.optional && !entry.devOptional && !present[path]) {
      say(`${path} of the lockfile is not installed`);
      return false;
    }
  }
  return true;
}
