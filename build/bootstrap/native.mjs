import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nodeHeaders } from './node.mjs';
import { inCache, inRoot, platform } from './places.mjs';
import { run } from './process.mjs';
import { step } from './say.mjs';
import { ensureSystem } from './system.mjs';

/** @typedef {import('./electron.mjs').Runtime} Runtime */

const compat = inRoot('build', 'native', 'compat.h');

/** @returns {string} */
const versionOf = (/** @type {string} */ name) =>
  JSON.parse(readFileSync(inRoot('node_modules', name, 'package.json'), 'utf8')).version;

/** Where keytar's loader looks for its binding. */
const keytarBinding = inRoot('node_modules', 'keytar', 'build', 'Release', 'keytar.node');

/** True when keytar can be loaded. */
export const keytarAtHand = () => existsSync(keytarBinding);

/** Where the compiled keytar is kept. */
const keytarCache = () => inCache('native', `keytar-${versionOf('keytar')}-${platform}`, 'keytar.node');

/** Where the better-sqlite3 for the stand-in is kept: a different patch is a different file. */
function sqliteCache(/** @type {Runtime} */ runtime) {
  const patch = createHash('sha256').update(readFileSync(compat)).digest('hex').slice(0, 12);
  const name = `better-sqlite3-${versionOf('better-sqlite3')}-electron-${runtime.version}-${patch}-${platform}`;
  return inCache('native', name, 'better_sqlite3.node');
}

/**
 * keytar's binding, in node_modules where its loader looks for it. One binary (Node-API 3) serves Node and every Electron. The
 * project's own prebuilt one is taken where GitHub answers, else it is compiled.
 */
export async function ensureKeytar() {
  if (keytarAtHand()) return;
  const target = keytarBinding;
  const kept = keytarCache();
  if (!existsSync(kept)) {
    await inCopyOf('keytar', async (copy) => {
      const built = join(copy, 'build', 'Release', 'keytar.node');
      const fetched = await fetchPrebuilt(copy);
      if (!fetched || !existsSync(built)) await step('compiling keytar', () => compileKeytar(copy));
      keep(built, kept);
    });
  }
  mkdirSync(dirname(target), { recursive: true });
  cpSync(kept, target);
}

/** @returns {Promise<boolean>} */
async function fetchPrebuilt(/** @type {string} */ copy) {
  const installer = inRoot('node_modules', 'prebuild-install', 'bin.js');
  return run(process.execPath, [installer, '--runtime=napi', '--target=3'], { cwd: copy }).then(
    () => true,
    () => false,
  );
}

async function compileKeytar(/** @type {string} */ copy) {
  await ensureSystem(['compile']);
  await nodeGyp(copy, [], ['-Dnapi_build_version=3']);
}

/**
 * better-sqlite3 as the runtime needs it: null where its own prebuilt binding works (every current Electron and Node), else
 * the path of one compiled for Electron 25's Node-API 8 (build/native/compat.h) and tried out in that very runtime.
 * @returns {Promise<string | null>}
 */
export async function ensureSqlite(/** @type {Runtime} */ runtime) {
  if (!runtime.standIn) return null;
  const kept = sqliteCache(runtime);
  if (existsSync(kept)) return kept;
  await ensureSystem(['compile']);
  await inCopyOf('better-sqlite3', async (copy) => {
    await step(`compiling better-sqlite3 for Electron ${runtime.version}, once (about two minutes)`, () =>
      nodeGyp(copy, ['--release', '--force_build=1'], [], {
        CXXFLAGS: `-include "${compat}" ${process.env['CXXFLAGS'] ?? ''}`.trim(),
      }),
    );
    const built = join(copy, 'build', 'Release', 'better_sqlite3.node');
    await run(runtime.executable, [inRoot('build', 'native', 'smoke-sqlite.cjs'), copy, built], {
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
    keep(built, kept);
  });
  return kept;
}

/** Works in a throw-away copy of a package, so that a broken build leaves no trace in node_modules. */
async function inCopyOf(/** @type {string} */ name, /** @type {(copy: string) => Promise<void>} */ work) {
  const scratch = mkdtempSync(join(tmpdir(), 'orthodesk-native-'));
  try {
    const copy = join(scratch, name);
    cpSync(inRoot('node_modules', name), copy, { recursive: true });
    await work(copy);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Moves a finished file into the cache in one step, so that a half-written one is never found there. */
function keep(/** @type {string} */ built, /** @type {string} */ target) {
  mkdirSync(dirname(target), { recursive: true });
  const part = `${target}.${process.pid}.part`;
  cpSync(built, part);
  renameSync(part, target);
}

/**
 * Compiles a package with the lockfile's node-gyp against headers that are at hand, without asking nodejs.org.
 * @param {string} folder
 * @param {string[]} options of node-gyp
 * @param {string[]} gyp options of gyp itself
 * @param {NodeJS.ProcessEnv} [env]
 */
async function nodeGyp(folder, options, gyp, env = {}) {
  const script = inRoot('node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  const nodedir = process.platform === 'win32' ? [] : [`--nodedir=${await nodeHeaders()}`];
  const args = [script, 'rebuild', ...options, ...nodedir, '-j', '2', ...(gyp.length ? ['--', ...gyp] : [])];
  await run(process.execPath, args, { cwd: folder, env: { ...process.env, ...env } });
}
