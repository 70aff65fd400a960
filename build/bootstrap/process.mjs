import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from './places.mjs';

const windows = process.platform === 'win32';
const kept = 60;

/**
 * Runs a program quietly. What it prints is shown only when it fails: its last lines are part of the error.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number }} [options]
 * @returns {Promise<string>} what it wrote to stdout
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs,
    });
    let out = '';
    let all = '';
    child.stdout?.on('data', (chunk) => {
      out += chunk;
      all += chunk;
    });
    child.stderr?.on('data', (chunk) => (all += chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(out);
      const tail = all.trim().split('\n').slice(-kept).join('\n');
      reject(new Error(`${command} ${args.join(' ')} ended with ${code ?? signal}\n${tail}`));
    });
  });
}

/**
 * Runs a program in the foreground: it owns the terminal, receives our signals, and its exit code is the answer.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>}
 */
export function foreground(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? process.cwd(),
      env: options.env ?? process.env,
      stdio: 'inherit',
    });
    const forward = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
    /** @type {NodeJS.Signals[]} */
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    const release = () => signals.forEach((signal) => process.off(signal, forward));
    child.on('error', (error) => {
      release();
      reject(error);
    });
    child.on('exit', (code, signal) => {
      release();
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

/** The file a command name stands for on PATH, or null. */
export function which(/** @type {string} */ name) {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const extension of windows ? ['.exe', '.cmd', ''] : ['']) {
      const file = join(folder, name + extension);
      if (folder && existsSync(file)) return file;
    }
  }
  return null;
}

/**
 * npm as a program and its first arguments. Within `npm run` the script of that very npm is known and is started with the
 * Node we chose; a bare `node build/run.mjs` finds npm on PATH.
 * @returns {[string, string[]]}
 */
function npmCommand() {
  const script = process.env['npm_execpath'];
  if (script && /npm-cli\.c?js$/.test(script)) return [process.execPath, [script]];
  return windows ? ['cmd.exe', ['/d', '/s', '/c', 'npm']] : ['npm', []];
}

/**
 * @param {readonly string[]} args
 * @param {{ cwd?: string }} [options]
 */
export function npm(args, options = {}) {
  const [command, first] = npmCommand();
  return run(command, [...first, ...args], options);
}
