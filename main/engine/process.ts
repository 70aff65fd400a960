import { join } from 'node:path';
import { toErrorData } from '@shared/errors';
import type { Log, LogData } from '@shared/log';
import { nodeRasters, openDatabase, threadCount } from './nodeParts';
import { startEngine } from './server';
import { ThreadPool } from './tasks/threadPool';

/**
 * The engine as a process of the application. The parent sends `{dataDir, token}` once and hears `{port}`, or `{error}`; then
 * `{log}` for each entry. The token comes by message, so that no list of processes and no environment shows it.
 */
interface ParentPort {
  on(event: 'message', listener: (message: { readonly data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

interface EngineConfig {
  readonly dataDir: string;
  readonly token: string;
}

const parent = (process as { readonly parentPort?: ParentPort }).parentPort;

if (!parent) throw new Error('the engine process is started by the application');
listen(parent);

function listen(port: ParentPort): void {
  let started = false;
  port.on('message', ({ data }) => {
    if (started || !isConfig(data)) return;
    started = true;
    start(data, port).then(
      (enginePort) => port.postMessage({ port: enginePort }),
      (error: unknown) => {
        port.postMessage({ error: toErrorData(error) });
        process.exit(1);
      },
    );
  });
}

async function start({ dataDir, token }: EngineConfig, port: ParentPort): Promise<number> {
  const engine = await startEngine({
    dataDir,
    token,
    openDatabase,
    rasters: nodeRasters(false),
    runner: new ThreadPool(join(__dirname, 'pixel-thread.cjs'), threadCount()),
    log: parentLog(port),
  });
  return engine.port;
}

function isConfig(value: unknown): value is EngineConfig {
  return (
    typeof value === 'object' &&
    value !== null &&
    'dataDir' in value &&
    typeof value.dataDir === 'string' &&
    'token' in value &&
    typeof value.token === 'string'
  );
}

/** Entries go to the one logger of the application. */
function parentLog(port: ParentPort): Log {
  const write = (level: keyof Log) => (message: string, data?: LogData) => {
    port.postMessage({ log: { level, message, ...(data === undefined ? {} : { data }) } });
  };
  return { debug: () => undefined, info: write('info'), warn: write('warn'), error: write('error') };
}
