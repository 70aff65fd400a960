import { existsSync } from 'node:fs';
import { builtFile, bundleIsCurrent } from '../bootstrap/bundles.mjs';
import { dependenciesAtHand } from '../bootstrap/dependencies.mjs';
import { messagesAtHand } from '../bootstrap/messages.mjs';
import { keytarAtHand } from '../bootstrap/native.mjs';
import { nodeAtHand, withNodeFirst } from '../bootstrap/node.mjs';
import { callerFolder, prepareTool } from '../bootstrap/prepare.mjs';
import { foreground } from '../bootstrap/process.mjs';

/** Commands that are one built file, run by Node in the terminal. @type {Record<string, string>} */
const bundles = { cli: 'cli', engine: 'standalone' };

/** @typedef {{ node: string, file: string }} Tool */

/**
 * The tool behind a command when it can be started at once, else null.
 * @returns {Tool | null}
 */
export function toolIsReady(/** @type {string} */ command) {
  const bundle = bundles[command];
  const node = nodeAtHand();
  if (!bundle || !node || !dependenciesAtHand() || !keytarAtHand() || !messagesAtHand()) return null;
  if (!bundleIsCurrent(bundle)) return null;
  return { node, file: builtFile(bundle) };
}

/** Runs the tool where the person stands; its exit code is the answer. */
export function runTool(/** @type {Tool} */ tool, /** @type {string[]} */ args) {
  const env = withNodeFirst(tool.node);
  return foreground(tool.node, ['--enable-source-maps', tool.file, ...args], { cwd: callerFolder(), env });
}

/** Prepares a tool and runs it. */
export async function prepareAndRun(/** @type {string} */ command, /** @type {string[]} */ args) {
  const bundle = /** @type {string} */ (bundles[command]);
  const file = builtFile(bundle);
  await prepareTool(bundle);
  if (!existsSync(file)) throw new Error(`${file} was not built`);
  return runTool({ node: process.execPath, file }, args);
}
