import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../dist/cli/cli.cjs', import.meta.url));

/** Whether the command line is built. */
export const isBuilt = existsSync(program);

export interface Ended {
  /** Null when it was killed. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** Steps of chunks that it told, each on disk by then. */
  readonly events: number;
}

/** Runs the command line; after so many told steps it is ended with SIGKILL, without a chance to tidy up. */
export function runProgram(
  args: readonly string[],
  options: { readonly killAfter?: number; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [program, ...args], {
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    let events = 0;
    child.stdout.on('data', (part: Buffer) => (out += part.toString()));
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (!line.startsWith('{')) {
        err += `${line}\n`;
        return;
      }
      events++;
      if (events === options.killAfter) child.kill('SIGKILL');
    });
    child.once('close', (code) => resolve({ code, out, err, events }));
  });
}
