import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRoot } from '../../bootstrap/places.mjs';
import { tool } from './stages.mjs';

/**
 * A stage that runs tests with Vitest and counts them one by one.
 * @param {string} name
 * @param {string} config
 * @param {string[]} folders of the tests; without one there is nothing to run
 * @returns {import('./stages.mjs').Stage}
 */
export function vitestStage(name, config, folders) {
  return {
    name,
    async run({ env }, print) {
      if (!folders.some(holdsTests)) return { passed: 0, failed: 0, skipped: 0, note: 'no tests yet' };
      const scratch = mkdtempSync(join(tmpdir(), 'orthodesk-test-'));
      const report = join(scratch, 'report.json');
      try {
        const code = await tool(
          inRoot('node_modules', 'vitest', 'vitest.mjs'),
          [
            'run',
            '--config',
            config,
            ...folders,
            '--reporter=default',
            '--reporter=json',
            `--outputFile.json=${report}`,
          ],
          { ...env, CI: '1' },
          print,
        );
        return countOf(report, code);
      } finally {
        rmSync(scratch, { recursive: true, force: true });
      }
    },
  };
}

function holdsTests(/** @type {string} */ folder) {
  const path = inRoot(folder);
  return (
    existsSync(path) &&
    readdirSync(path, { recursive: true, encoding: 'utf8' }).some((file) => /\.(test|e2e)\.ts$/.test(file))
  );
}

/**
 * Counts from Vitest's JSON report. A file that failed before its first test counts as one failure, and so does a run
 * that failed though all its tests passed (an unhandled rejection, a report that was never written).
 */
function countOf(/** @type {string} */ report, /** @type {number} */ code) {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0, note: 'no report' };
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  const broken = testResults.filter(
    (/** @type {{ status: string, assertionResults: unknown[] }} */ file) =>
      file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const failed = numFailedTests + broken;
  return {
    passed: numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: numPendingTests + numTodoTests,
  };
}
