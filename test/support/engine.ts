import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';

export interface StandaloneEngine {
  /** The base URL, `/rest` included. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

const program = fileURLToPath(new URL('../../dist/engine/standalone.cjs', import.meta.url));

/** Starts the engine as a server of its own, on a free port, and waits until it says where it listens. */
export async function startStandaloneEngine(options: {
  dataDir: string;
  token: string;
}): Promise<StandaloneEngine> {
  const child = spawn(process.execPath, [program, '--port', '0', '--data', options.dataDir], {
    env: { ...process.env, ORTHODESK_ENGINE_TOKEN: options.token },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\/\/127\.0\.0\.1:\d+\/rest/.exec(line)?.[0];
    if (!url) continue;
    return {
      url,
      stop: async () => {
        child.kill('SIGTERM');
        await ended;
      },
    };
  }
  throw new Error('The engine ended before it said where it listens.');
}
