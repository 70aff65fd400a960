import { inRoot } from '../../bootstrap/places.mjs';
import { tool } from './stages.mjs';

/** @typedef {import('./stages.mjs').Stage} Stage */

const inModules = (/** @type {string[]} */ ...parts) => inRoot('node_modules', ...parts);

/** Where the tools remember what they have already looked at. */
const memory = (/** @type {string} */ name) => inModules('.cache', name);

/** A stage that is one run of one program: passed or failed. @returns {Stage} */
function check(/** @type {string} */ name, /** @type {string} */ script, /** @type {string[]} */ ...args) {
  return {
    name,
    async run({ env }, print) {
      const code = await tool(script, args, env, print);
      return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
    },
  };
}

/** The compiler over one project. @returns {Stage} */
function types(/** @type {string} */ name, /** @type {string} */ project) {
  const notes = memory(`${project}.tsbuildinfo`);
  const script = inModules('typescript', 'bin', 'tsc');
  return check(name, script, '--noEmit', '-p', project, '--incremental', '--tsBuildInfoFile', notes);
}

const eslint = check(
  'lint',
  inModules('eslint', 'bin', 'eslint.js'),
  '.',
  '--max-warnings=0',
  '--cache',
  '--cache-location',
  memory('eslint-check'),
);
const boundaries = check(
  'boundaries',
  inModules('dependency-cruiser', 'bin', 'dependency-cruiser.mjs'),
  '--config',
  '.dependency-cruiser.cjs',
  'main',
  'preload',
  'renderer',
  'shared',
);

/** What is laid out by the formatter: not whatever else a run has left in the folder. */
export const sources = [
  ...['build', 'docs', 'main', 'preload', 'renderer', 'shared', 'test'],
  '*.{cjs,js,json,md,ts,yml}',
  '.dependency-cruiser.cjs',
];

/** What `npm run lint` runs. */
export const lintChecks = [eslint, boundaries];

/** What can be said about the sources without running them. */
export const checks = [
  check(
    'format',
    inModules('prettier', 'bin', 'prettier.cjs'),
    '--check',
    '--log-level=warn',
    '--cache',
    '--cache-location',
    memory('prettier-check'),
    ...sources,
  ),
  ...lintChecks,
  types('types', 'tsconfig.json'),
  types('types-shared', 'tsconfig.shared.json'),
  types('types-test', 'tsconfig.test.json'),
  types('types-build', 'tsconfig.build.json'),
  // Reads the components and every TypeScript file of the window.
  check(
    'types-window',
    inModules('svelte-check', 'bin', 'svelte-check'),
    '--tsconfig',
    './tsconfig.renderer.json',
    '--fail-on-warnings',
  ),
  check('unused', inModules('knip', 'bin', 'knip.js'), '--no-progress', '--no-config-hints'),
];
