import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { lockDigest } from './dependencies.mjs';
import { dist, inRoot, root } from './places.mjs';
import { say, step, Stop } from './say.mjs';

/**
 * One built file (or, for the renderer, folder) of the program. `entry` is relative to the repository, `output` to dist/;
 * `format` is what the place it runs in can load: Electron 25 knows no ES modules outside the renderer.
 * @typedef {{ name: string, entry: string, output: string, format: 'cjs' | 'esm' | 'web' }} Bundle
 */

/** @type {Bundle[]} */
const fixed = [
  { name: 'main', entry: 'main/main.ts', output: 'main/main.cjs', format: 'cjs' },
  { name: 'preload', entry: 'preload/preload.ts', output: 'preload/preload.cjs', format: 'cjs' },
  {
    name: 'raster-worker',
    entry: 'main/workers/rasterWorker.ts',
    output: 'main/raster-worker.cjs',
    format: 'cjs',
  },
  {
    name: 'results-worker',
    entry: 'main/workers/resultsWorker.ts',
    output: 'main/results-worker.cjs',
    format: 'cjs',
  },
  {
    name: 'overview-worker',
    entry: 'main/workers/overviewWorker.ts',
    output: 'main/overview-worker.cjs',
    format: 'cjs',
  },
  { name: 'engine', entry: 'main/engine/process.ts', output: 'main/engine.cjs', format: 'cjs' },
  { name: 'standalone', entry: 'main/engine/standalone.ts', output: 'engine/standalone.cjs', format: 'cjs' },
  { name: 'cli', entry: 'main/cli/cli.ts', output: 'cli/cli.cjs', format: 'cjs' },
  { name: 'renderer', entry: 'renderer/index.html', output: 'renderer/index.html', format: 'web' },
  { name: 'sample', entry: 'build/sample/cli.ts', output: 'sample/sample.mjs', format: 'esm' },
  { name: 'demo', entry: 'test/demo/demo.ts', output: 'demo/demo.mjs', format: 'esm' },
  { name: 'bench', entry: 'test/bench/bench.ts', output: 'bench/bench.mjs', format: 'esm' },
];

/** What the window needs: everything that `npm start` runs. */
export const applicationBundles = [
  'main',
  'preload',
  'raster-worker',
  'results-worker',
  'overview-worker',
  'engine',
  'renderer',
];

/** Every bundle of the program: the fixed ones and one for each worker thread, `main/<area>/<name>Thread.ts`. */
export function allBundles() {
  return [...fixed, ...threads('main')];
}

/** @returns {Bundle[]} */
function threads(/** @type {string} */ folder) {
  return readdirSync(inRoot(folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('Thread.ts'))
    .map((file) => {
      const name = basename(file, '.ts').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      const entry = join(folder, file).replaceAll('\\', '/');
      return { name, entry, output: `main/${name}.cjs`, format: /** @type {const} */ ('cjs') };
    });
}

/** The bundle of that name. @returns {Bundle} */
export function bundleNamed(/** @type {string} */ name) {
  const found = allBundles().find((bundle) => bundle.name === name);
  if (!found) throw new Error(`There is no bundle "${name}".`);
  return found;
}

/** The built file of a bundle, or a stop that says that its source does not exist. */
export function builtFile(/** @type {string} */ name) {
  const bundle = bundleNamed(name);
  if (!existsSync(inRoot(bundle.entry)))
    throw new Stop(`${bundle.entry} does not exist, so there is no "${name}".`);
  return join(dist, bundle.output);
}

/** True when a bundle and the worker threads it may start are built from the sources as they are. */
export function bundleIsCurrent(/** @type {string} */ name) {
  const general = generalDigest();
  return [bundleNamed(name), ...threads('main')].every((bundle) => upToDate(bundle, general));
}

/**
 * Builds those bundles whose sources changed since they were built. A bundle without a source is left out, and said so.
 * @param {readonly string[]} [names] all when absent; the bundles of threads come with any bundle of the main side
 */
export async function ensureBundles(names) {
  if (names?.length === 0) return;
  const wanted = allBundles().filter(
    (bundle) => !names || names.includes(bundle.name) || bundle.name.endsWith('-thread'),
  );
  const present = wanted.filter((bundle) => existsSync(inRoot(bundle.entry)));
  const absent = wanted.filter((bundle) => !present.includes(bundle) && names?.includes(bundle.name));
  if (absent.length > 0) say(`without ${absent.map((bundle) => bundle.entry).join(', ')}: not written yet`);
  const general = generalDigest();
  const stale = present.filter((bundle) => !upToDate(bundle, general));
  if (stale.length === 0) return;
  await step(`building ${stale.map((bundle) => bundle.name).join(', ')}`, async () => {
    const vite = await import(pathToFileURL(createRequire(inRoot('package.json')).resolve('vite')).href);
    const results = await Promise.allSettled(stale.map((bundle) => build(vite, bundle, general)));
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    if (failures.length > 0) throw new Stop(failures.map((failure) => failure.message).join('\n\n'));
  });
}

/** Runs Vite for one bundle and writes down what went into it. */
async function build(
  /** @type {typeof import('vite')} */ vite,
  /** @type {Bundle} */ bundle,
  /** @type {string} */ general,
) {
  /** @type {Set<string>} */
  const inputs = new Set([inRoot(bundle.entry)]);
  const config = bundle.format === 'web' ? 'renderer.config.ts' : 'node.config.ts';
  const recorder = {
    name: 'orthodesk-record-inputs',
    /** @this {{ getModuleIds(): Iterable<string> }} */
    buildEnd() {
      for (const id of this.getModuleIds()) addInput(inputs, id);
    },
  };
  await vite
    .build({
      root: bundle.format === 'web' ? inRoot('renderer') : root,
      configFile: inRoot('build', 'vite', config),
      mode: bundle.name,
      logLevel: 'error',
      clearScreen: false,
      plugins: [recorder],
      worker: { plugins: () => [recorder] },
    })
    .catch((error) => {
      throw new Error(`building ${bundle.name} failed: ${stripVTControlCharacters(error.message)}`);
    });
  const files = Object.fromEntries([...inputs].sort().map((file) => [relative(root, file), describe(file)]));
  mkdirSync(join(dist, '.stamps'), { recursive: true });
  writeFileSync(stampOf(bundle), JSON.stringify({ general, listing: listingOf(bundle), files }));
}

/** Keeps the sources of this repository; packages are covered by the lockfile, virtual modules by their importers. */
function addInput(/** @type {Set<string>} */ inputs, /** @type {string} */ id) {
  const file = id.replace(/[?#].*$/, '');
  if (file.startsWith(root) && !file.includes('node_modules') && existsSync(file)) inputs.add(file);
}

const stampOf = (/** @type {Bundle} */ bundle) => join(dist, '.stamps', `${bundle.name}.json`);

/** @returns {[number, number, string]} mtime in ms, size in bytes, digest */
function describe(/** @type {string} */ file) {
  const { mtimeMs, size } = statSync(file);
  return [mtimeMs, size, createHash('sha1').update(readFileSync(file)).digest('hex')];
}

function upToDate(/** @type {Bundle} */ bundle, /** @type {string} */ general) {
  const stamp = stampOf(bundle);
  if (!existsSync(stamp) || !existsSync(join(dist, bundle.output))) return false;
  const made = JSON.parse(readFileSync(stamp, 'utf8'));
  if (made.general !== general || made.listing !== listingOf(bundle)) return false;
  return Object.entries(made.files).every(([file, [mtimeMs, size, digest]]) => {
    const path = inRoot(file);
    if (!existsSync(path)) return false;
    const now = statSync(path);
    if (now.size !== size) return false;
    return now.mtimeMs === mtimeMs || describe(path)[2] === digest;
  });
}

/** The names of the renderer's files: a new file may be picked up by a glob import. */
function listingOf(/** @type {Bundle} */ bundle) {
  if (bundle.format !== 'web') return '';
  const names = readdirSync(inRoot(dirname(bundle.entry)), { recursive: true, encoding: 'utf8' }).sort();
  return createHash('sha1').update(names.join('\n')).digest('hex');
}

/** What every bundle depends on: the packages, the version, and how bundles are made. */
function generalDigest() {
  const hash = createHash('sha1').update(lockDigest()).update(JSON.stringify(fixed));
  const { version, productName } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  hash.update(`${version} ${productName}`);
  for (const name of readdirSync(inRoot('build', 'vite')).sort()) {
    hash.update(readFileSync(inRoot('build', 'vite', name)));
  }
  return hash.digest('hex');
}
