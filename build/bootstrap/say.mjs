/**
 * What the bootstrap tells a person: one line per step, on stderr, so that stdout belongs to the command that was asked for.
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`orthodesk: ${line}\n`);
}

/** A reason to stop that is meant for a person: printed without a stack, the process ends with 1. */
export class Stop extends Error {}

/**
 * Says what a step does, does it, and says how long it took when that was noticeable.
 * @template T
 * @param {string} line
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(line, work) {
  say(`${line} …`);
  const started = performance.now();
  const result = await work();
  const seconds = (performance.now() - started) / 1000;
  if (seconds >= 5) say(`${line}: done in ${seconds.toFixed(0)} s`);
  return result;
}
