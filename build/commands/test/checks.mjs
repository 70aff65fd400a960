import { inRoot } from '../../bootstrap/places.mjs';
import { tool } from './stages.mjs';

/** @typedef {import('./stages.mjs').Stage} Stage */

const inModules = (/** @type {string[]} */ ...parts) => inRoot('node_modules', ...parts);

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

const tsc = inModules('typescript', 'bin', 'tsc');

const eslint = check(
  'lint',
  inModules('eslint', 'bin', 'eslint.js'),
  '.',
  '--max-warnings=0',
  '--cache',
  '--cache-location',
  inModules('.cache', 'eslint', '.'),
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

/** What `npm run lint` runs. */
export const lintChecks = [eslint, boundaries];

/** What can be said about the sources without running them. */
export const checks = [
  check('format', inModules('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level=warn', '.'),
  eslint,
  boundaries,
  check('types', tsc, '--noEmit', '-p', 'tsconfig.json'),
  check('types-shared', tsc, '--noEmit', '-p', 'tsconfig.shared.json'),
  check('types-build', tsc, '--noEmit', '-p', 'tsconfig.build.json'),
  check('types-test', tsc, '--noEmit', '-p', 'tsconfig.test.json'),
  check('types-window', tsc, '--noEmit', '-p', 'tsconfig.renderer.json'),
  check(
    'svelte',
    inModules('svelte-check', 'bin', 'svelte-check'),
    '--tsconfig',
    './tsconfig.renderer.json',
    '--fail-on-warnings',
  ),
  check('unused', inModules('knip', 'bin', 'knip.js'), '--no-progress', '--no-config-hints'),
];
