import { existsSync } from 'node:fs';
import { prepareApplication } from '../bootstrap/prepare.mjs';
import { say, Stop } from '../bootstrap/say.mjs';
import { withSession } from '../bootstrap/session.mjs';
import { takeFlag, takeOption } from './arguments.mjs';
import { checks } from './test/checks.mjs';
import { packageStage } from './test/package.mjs';
import { inOrder, printTable, sideBySide } from './test/stages.mjs';
import { vitestStage } from './test/vitest.mjs';
import { inRoot } from '../bootstrap/places.mjs';

/** @typedef {import('./test/stages.mjs').Stage} Stage */

/** @type {Stage[]} */
const tests = [
  vitestStage('unit', inRoot('vitest.config.ts'), ['test/unit']),
  vitestStage('contract', inRoot('vitest.config.ts'), ['test/contract']),
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
  const known = [...checks, ...tests].map((stage) => stage.name);
  const unknown = [...(chosen ?? []).filter((name) => !known.includes(name)), ...rest];
  if (unknown.length > 0)
    throw new Stop(`unknown: ${unknown.join(', ')}. The stages are ${known.join(', ')}.`);
  const wanted = (/** @type {Stage} */ stage) => !chosen || chosen.includes(stage.name);

  const started = performance.now();
  const { runtime, env } = await prepareApplication({ keyring: true, referee: true, retryDownload });
  if (!existsSync('/usr/bin/gdalinfo') && process.platform === 'linux') {
    say('GDAL is not installed: tests that compare with it are skipped');
  }
  // The checks are many small programs: two at a time. The tests measure time and want the machine for themselves.
  const outcomes = await sideBySide(checks.filter(wanted), 2, { env: { ...process.env, ...env }, runtime });
  await withSession({ display: true, keyring: true }, async (session) => {
    outcomes.push(...(await inOrder(tests.filter(wanted), { env: { ...session, ...env }, runtime })));
  });
  printTable(outcomes, performance.now() - started);
  return outcomes.some((outcome) => outcome.failed > 0) ? 1 : 0;
}
