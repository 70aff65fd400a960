import { prepareSources } from '../bootstrap/prepare.mjs';
import { lintChecks } from './test/checks.mjs';
import { tool } from './test/stages.mjs';
import { inRoot } from '../bootstrap/places.mjs';
import { sideBySide } from './test/stages.mjs';

/** ESLint and the import boundaries. */
export default async function lint(/** @type {string[]} */ args) {
  await prepareSources();
  if (args.length > 0) {
    return tool(inRoot('node_modules', 'eslint', 'bin', 'eslint.js'), args, process.env, (text) =>
      process.stdout.write(text),
    );
  }
  const outcomes = await sideBySide(lintChecks, 2, { env: process.env });
  return outcomes.some((outcome) => outcome.failed > 0) ? 1 : 0;
}
