import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { endProcess } from '../../bootstrap/display.mjs';
import { inRoot } from '../../bootstrap/places.mjs';
import { electronSwitches } from '../../bootstrap/prepare.mjs';
import { run } from '../../bootstrap/process.mjs';
import { pack } from '../package.mjs';

const patience = { versionMs: 60_000, engineMs: 60_000, pollMs: 100 };

/** Packs the application, starts it, and compares what it says of itself; reads the fuses back. */
export const packageStage = {
  name: 'package',
  async run(
    /** @type {import('./stages.mjs').Context} */ { env, runtime },
    /** @type {(text: string) => void} */ print,
  ) {
    if (!runtime || !existsSync(inRoot('main', 'main.ts')))
      return { passed: 0, failed: 0, skipped: 0, note: 'no application' };
    const code = await pack(runtime, [], env, print);
    if (code !== 0) return { passed: 0, failed: 1, skipped: 0, note: 'electron-builder failed' };
    const checks = [startsWithItsVersion, startsItsEngine, hasItsFuses, hasItsNetworks];
    let failed = 0;
    for (const check of checks) {
      const problem = await check(packedProgram(), env).catch((error) => String(error));
      if (problem) print(`${problem}\n`);
      failed += problem ? 1 : 0;
    }
    return { passed: 1 + checks.length - failed, failed, skipped: 0 };
  },
};

/** The program in release/ on this platform. */
function packedProgram() {
  const folder = readdirSync(inRoot('release')).find((name) => /unpacked$|^mac/.test(name)) ?? '';
  const inside = { darwin: ['Orthodesk.app', 'Contents', 'MacOS', 'Orthodesk'], win32: ['Orthodesk.exe'] };
  const parts = inside[/** @type {'darwin' | 'win32'} */ (process.platform)] ?? ['orthodesk'];
  return inRoot('release', folder, ...parts);
}

/** A user has none of the variables with which the sources are started. */
const ofAUser = (/** @type {NodeJS.ProcessEnv} */ env) =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !/^(ORTHODESK|ELECTRON|npm)_/.test(name)));

/** Gives work a new profile folder and removes it afterwards. @template T */
async function withProfile(/** @type {(profile: string) => Promise<T>} */ work) {
  const profile = mkdtempSync(join(tmpdir(), 'orthodesk-package-'));
  try {
    return await work(profile);
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** @returns {Promise<string | null>} what is wrong */
function startsWithItsVersion(/** @type {string} */ program, /** @type {NodeJS.ProcessEnv} */ env) {
  const { version } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  return withProfile(async (profile) => {
    const args = [...electronSwitches(env), `--user-data-dir=${profile}`, '--version'];
    const said = await run(program, args, { env: ofAUser(env), timeoutMs: patience.versionMs });
    return said.trim().split(/\s+/).includes(version)
      ? null
      : `The packed program says "${said.trim()}" when asked for its version, not "${version}".`;
  });
}

/**
 * Opens the program as a user does, with its fuses set, and waits for the line with which its engine reports: so library,
 * native modules and processes work from within the archive.
 * @returns {Promise<string | null>} what is wrong
 */
function startsItsEngine(/** @type {string} */ program, /** @type {NodeJS.ProcessEnv} */ env) {
  return withProfile(async (profile) => {
    const log = join(profile, 'logs', 'orthodesk.log');
    const read = () => (existsSync(log) ? readFileSync(log, 'utf8') : '');
    const child = spawn(program, [...electronSwitches(env), `--user-data-dir=${profile}`], {
      env: ofAUser(env),
      stdio: 'ignore',
    });
    try {
      for (const end = Date.now() + patience.engineMs; Date.now() < end; await pause(patience.pollMs)) {
        if (/\[engine\] engine listens/.test(read())) return null;
        if (child.exitCode !== null) break;
      }
      return `The packed program did not bring its engine up (exit code ${child.exitCode}). Its log:\n${read()}`;
    } finally {
      await endProcess(child);
    }
  });
}

/**
 * The weights of the learned models, and the library that runs them, for this platform alone.
 * @returns {Promise<string | null>} what is wrong
 */
async function hasItsNetworks(/** @type {string} */ program) {
  const resources = process.platform === 'darwin' ? join('..', 'Resources') : 'resources';
  const beside = join(dirname(program), resources, 'app.asar.unpacked');
  const weights = join(beside, 'main', 'engine', 'models', 'weights');
  const wanted = readdirSync(inRoot('main', 'engine', 'models', 'weights')).filter((name) =>
    name.endsWith('.onnx'),
  );
  const absent = wanted.filter((name) => !existsSync(join(weights, name)));
  if (absent.length > 0) return `These weights are not in the package: ${absent.join(', ')}`;
  const runtimes = join(beside, 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6');
  const found = readdirSync(runtimes).flatMap((platform) =>
    readdirSync(join(runtimes, platform)).map((arch) => `${platform}/${arch}`),
  );
  const own = `${process.platform}/${process.arch}`;
  return found.join() === own
    ? null
    : `The package runs networks on ${found.join(', ')}, not on ${own} alone.`;
}

/** @returns {Promise<string | null>} what is wrong */
async function hasItsFuses(/** @type {string} */ program) {
  const { fuses, fusesNotAs } = await import('../../packaging/fuses.mjs');
  const wrong = await fusesNotAs(program, fuses);
  return wrong.length > 0 ? `These fuses are not as they should be: ${wrong.join(', ')}` : null;
}
