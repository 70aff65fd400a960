import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { say } from './say.mjs';

/** Large enough for the 1440 x 900 window of the screenshots with room around it. */
const screen = '1680x1050x24';
const patience = { startMs: 20_000 };

/**
 * Something that was started for this run: variables for those who use it, and its end.
 * @typedef {{ env: Record<string, string>, close: () => Promise<void> }} Service
 */

/** True where a window can be shown to somebody. */
export const hasDisplay =
  process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);

/**
 * A display in memory for a machine without one. The X server picks a free number and tells it when it is ready; only
 * who holds the cookie may connect.
 * @returns {Promise<Service>}
 */
export async function startDisplay() {
  const folder = mkdtempSync(join(tmpdir(), 'orthodesk-display-'));
  const authority = join(folder, 'Xauthority');
  writeFileSync(authority, cookieFile(), { mode: 0o600 });
  const server = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', screen, '-nolisten', 'tcp', '-noreset', '-auth', authority],
    { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], detached: true },
  );
  const close = () => endProcess(server).finally(() => rmSync(folder, { recursive: true, force: true }));
  try {
    const number = await firstLine(server, 3, 'Xvfb');
    say(`no display here: a virtual one runs as :${number}`);
    return { env: { DISPLAY: `:${number}`, XAUTHORITY: authority }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** An Xauthority file with one entry, valid for any host and any display number. */
function cookieFile() {
  const wildFamily = Buffer.from([0xff, 0xff]);
  const field = (/** @type {Buffer | string} */ value) => {
    const bytes = Buffer.from(value);
    return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
  };
  return Buffer.concat([
    wildFamily,
    field(''),
    field(''),
    field('MIT-MAGIC-COOKIE-1'),
    field(randomBytes(16)),
  ]);
}

/**
 * The first line that a program writes to a descriptor; its way of saying that it is ready.
 * @param {import('node:child_process').ChildProcess} child
 * @param {number} descriptor
 * @param {string} name for the error
 * @returns {Promise<string>}
 */
export function firstLine(child, descriptor, name) {
  return new Promise((resolve, reject) => {
    let text = '';
    let complaints = '';
    const timer = setTimeout(
      () => reject(new Error(`${name} did not become ready. ${complaints}`)),
      patience.startMs,
    );
    const stream = /** @type {import('node:stream').Readable} */ (child.stdio[descriptor]);
    stream.on('data', (chunk) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end < 0) return;
      clearTimeout(timer);
      resolve(text.slice(0, end).trim());
    });
    child.stderr?.on('data', (chunk) => (complaints += chunk));
    child.on('error', reject);
    child.on('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`${name} ended with ${code} before it was ready. ${complaints}`));
    });
  });
}

/** Ends a process that we started and waits until it is gone: politely, after two seconds firmly. */
export function endProcess(/** @type {import('node:child_process').ChildProcess} */ child) {
  if (child.exitCode !== null || child.signalCode !== null || !child.pid) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 2_000);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
    child.kill('SIGTERM');
  });
}
