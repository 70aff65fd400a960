import { ensureBundles } from '../bootstrap/bundles.mjs';
import { inRoot } from '../bootstrap/places.mjs';
import { prepareApplication, prepareSources } from '../bootstrap/prepare.mjs';
import { which } from '../bootstrap/process.mjs';
import { say, Stop } from '../bootstrap/say.mjs';
import { withSession } from '../bootstrap/session.mjs';
import { takeFlag, takeOption } from './arguments.mjs';
import { checks } from './test/checks.mjs';
import { packageStage } from './test/package.mjs';
import { inOrder, printTable, sideBySide } from './test/stages.mjs';
import { vitestStage } from './test/vitest.mjs';

/** @typedef {import('./test/stages.mjs').Stage} Stage */
/** @typedef {import('./test/stages.mjs').Outcome} Outcome */

/** Everything is built before anything is run; also with `--only`. @type {Stage} */
const build = {
  name: 'build',
  async run() {
    await ensureBundles();
    return { passed: 1, failed: 0, skipped: 0 };
  },
};

/** @type {Stage[]} */
const tests = [
  vitestStage('unit', inRoot('vitest.config.ts'), ['test/unit']),
  vitestStage('contract', inRoot('vitest.config.ts'), ['test/contract']),
  vitestStage('faults', inRoot('vitest.config.ts'), ['test/faults']),
  vitestStage('e2e', inRoot('build', 'vite', 'vitest.e2e.config.ts'), ['test/e2e']),
  packageStage,
];

/**
 * Every check there is, or those that `--only a,b` names. A failing stage does not hide the later ones. Ends with the line
 * `N passed, N failed`; exit code 0 when nothing failed.
 */
export default async function test(/** @type {string[]} */ args) {
  const [only, others] = takeOption(args, '--only');
  const [retryDownload, rest] = takeFlag(others, '--retry-download');
  const chosen = only?.split(',').map((name) => name.trim());
  const known = [...checks, build, ...tests].map((stage) => stage.name);
  const unknown = [...(chosen ?? []).filter((name) => !known.includes(name)), ...rest];
  if (unknown.length > 0)
    throw new Stop(`unknown: ${unknown.join(', ')}. The stages are ${known.join(', ')}.`);
  const wanted = (/** @type {Stage} */ stage) => !chosen || chosen.includes(stage.name);

  const started = performance.now();
  const outcomes = await runAll(checks.filter(wanted), tests.filter(wanted), wanted(build), retryDownload);
  printTable(outcomes, performance.now() - started);
  return outcomes.some((outcome) => outcome.failed > 0) ? 1 : 0;
}

/**
 * @param {Stage[]} chosenChecks of the sources
 * @param {Stage[]} chosenTests of the built program
 * @param {boolean} alsoBuild
 * @param {boolean} retryDownload
 * @returns {Promise<Outcome[]>}
 */
async function runAll(chosenChecks, chosenTests, alsoBuild, retryDownload) {
  const runs = chosenTests.length > 0 || alsoBuild;
  if (!runs) {
    await prepareSources();
    return sideBySide(chosenChecks, 2, { env: process.env });
  }
  const { runtime, env } = await prepareApplication({
    bundles: [],
    keyring: true,
    referee: true,
    retryDownload,
  });
  if (!which('gdalinfo')) say('GDAL is not installed: tests that compare with it are skipped');
  // The checks are many small programs: two at a time. The tests measure time and want the machine for themselves.
  const outcomes = await sideBySide(chosenChecks, 2, { env: process.env });
  const context = (/** @type {NodeJS.ProcessEnv} */ session) => ({ env: { ...session, ...env }, runtime });
  outcomes.push(...(await inOrder([build], context(process.env))));
  await withSession({ display: true, keyring: true }, async (session) => {
    outcomes.push(...(await inOrder(chosenTests, context(session))));
  });
  return outcomes;
}
