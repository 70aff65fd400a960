import { spawn } from 'node:child_process';
import { root } from '../../bootstrap/places.mjs';

/**
 * @typedef {object} Context
 * @property {NodeJS.ProcessEnv} env
 * @property {import('../../bootstrap/electron.mjs').Runtime} [runtime] where something is started
 *
 * @typedef {{ passed: number, failed: number, skipped: number, note?: string }} Count
 *
 * @typedef {object} Stage
 * @property {string} name
 * @property {(context: Context, print: (text: string) => void) => Promise<Count>} run
 *
 * @typedef {Count & { name: string, ms: number }} Outcome
 */

/** Runs stages a few at a time; what each one prints is held back and appears in one piece when it ends. */
export async function sideBySide(
  /** @type {Stage[]} */ stages,
  /** @type {number} */ width,
  /** @type {Context} */ context,
) {
  /** @type {Outcome[]} */
  const outcomes = [];
  const waiting = stages.map((stage, index) => ({ stage, index }));
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      let held = '';
      outcomes[next.index] = await perform(next.stage, context, (text) => (held += text));
      announce(next.stage.name);
      process.stdout.write(held);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return outcomes;
}

/** Runs stages one after another, printing as they go. */
export async function inOrder(/** @type {Stage[]} */ stages, /** @type {Context} */ context) {
  /** @type {Outcome[]} */
  const outcomes = [];
  for (const stage of stages) {
    announce(stage.name);
    outcomes.push(await perform(stage, context, (text) => process.stdout.write(text)));
  }
  return outcomes;
}

const announce = (/** @type {string} */ name) => process.stdout.write(`\n── ${name} ──\n`);

/** @returns {Promise<Outcome>} */
async function perform(
  /** @type {Stage} */ stage,
  /** @type {Context} */ context,
  /** @type {(text: string) => void} */ print,
) {
  const started = performance.now();
  const count = await stage.run(context, print).catch((error) => {
    print(`${error instanceof Error ? error.stack : error}\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  });
  return { name: stage.name, ms: performance.now() - started, ...count };
}

/**
 * Runs one of the tools from node_modules.
 * @param {string} script path of its program
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {(text: string) => void} print
 * @returns {Promise<number>} its exit code
 */
export function tool(script, args, env, print) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.setEncoding('utf8').on('data', print);
    child.stderr.setEncoding('utf8').on('data', print);
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** One line for each stage, then the line that others read: `N passed, N failed`, with `, N skipped` where some were. */
export function printTable(/** @type {Outcome[]} */ outcomes, /** @type {number} */ totalMs) {
  const seconds = (/** @type {number} */ ms) => `${(ms / 1000).toFixed(1)} s`;
  const lines = outcomes.map(({ name, ms, passed, failed, skipped, note }) =>
    [
      name.padEnd(12),
      seconds(ms).padStart(9),
      `${passed} passed`.padStart(14),
      `${failed} failed`.padStart(11),
      skipped > 0 ? `${skipped} skipped`.padStart(12) : ''.padStart(12),
      note ?? '',
    ]
      .join(' ')
      .trimEnd(),
  );
  const sum = (/** @type {'passed' | 'failed' | 'skipped'} */ key) =>
    outcomes.reduce((total, outcome) => total + outcome[key], 0);
  const skipped = sum('skipped') > 0 ? `, ${sum('skipped')} skipped` : '';
  process.stdout.write(`\n${lines.join('\n')}\n${'total'.padEnd(12)} ${seconds(totalMs).padStart(9)}\n\n`);
  process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed${skipped}\n`);
}
