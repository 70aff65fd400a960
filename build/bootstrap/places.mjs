import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

/** A path inside the repository. */
export const inRoot = (/** @type {string[]} */ ...parts) => join(root, ...parts);

/** Where the built program lies. */
export const dist = inRoot('dist');

/**
 * What is downloaded or compiled once per machine lives here, outside node_modules, so that `npm ci` and a fresh clone
 * find it again. `$ORTHODESK_CACHE` overrides the platform's own place for caches.
 */
export function cacheRoot() {
  const { ORTHODESK_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (ORTHODESK_CACHE) return ORTHODESK_CACHE;
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'orthodesk-dev');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'orthodesk-dev');
  if (process.platform === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'orthodesk-dev', 'Cache');
  return join(homedir(), '.cache', 'orthodesk-dev');
}

/** A path inside the cache whose folder exists. */
export function inCache(/** @type {string[]} */ ...parts) {
  const path = join(cacheRoot(), ...parts);
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

/** `linux-x64`, `darwin-arm64`, `win32-x64`. */
export const platform = `${process.platform}-${process.arch}`;
