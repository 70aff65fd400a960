import { ensureDependencies } from '../bootstrap/dependencies.mjs';
import { inRoot } from '../bootstrap/places.mjs';
import { sources } from './test/checks.mjs';
import { tool } from './test/stages.mjs';

/** Lays out every source file, or those that are named. */
export default async function format(/** @type {string[]} */ args) {
  await ensureDependencies();
  const prettier = inRoot('node_modules', 'prettier', 'bin', 'prettier.cjs');
  const targets = args.length > 0 ? args : sources;
  return tool(prettier, ['--write', '--log-level=warn', ...targets], process.env, (text) =>
    process.stdout.write(text),
  );
}
