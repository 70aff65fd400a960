/**
 * Takes a flag out of the arguments.
 * @param {readonly string[]} args
 * @param {string} flag
 * @returns {[boolean, string[]]} whether it was there, and the others
 */
export function takeFlag(args, flag) {
  return [args.includes(flag), args.filter((argument) => argument !== flag)];
}

/**
 * Takes an option with its value (`--only a` or `--only=a`) out of the arguments.
 * @param {readonly string[]} args
 * @param {string} option
 * @returns {[string | null, string[]]}
 */
export function takeOption(args, option) {
  const at = args.findIndex((argument) => argument === option || argument.startsWith(`${option}=`));
  if (at < 0) return [null, [...args]];
  const found = /** @type {string} */ (args[at]);
  const joined = found.includes('=');
  const value = joined ? found.slice(option.length + 1) : (args[at + 1] ?? '');
  return [value, [...args.slice(0, at), ...args.slice(at + (joined ? 1 : 2))]];
}
