import { join } from 'node:path';
import { toErrorData } from '@shared/errors';
import type { Log, LogData } from '@shared/log';
import type { LocalDataset } from './localData/index';
import { networkCount, nodeRasters, openDatabase, threadCount } from './nodeParts';
import { Questions } from './questions';
import { startEngine, type Engine } from './server';
import { ThreadPool } from './tasks/threadPool';

/**
 * The engine as a process of the application. The parent sends `{dataDir, token, catalog}` once and hears `{port}`, or
 * `{error}`; then `{log}` for each entry. `{catalog}` registers other folders, `{localData}` other files, whose findings
 * come back as `{localData}`. What the engine has to know it asks with
 * `{ask}` and hears as `{answer}`. Token and key come by message, so that no list of processes and no environment shows them.
 */
interface ParentPort {
  on(event: 'message', listener: (message: { readonly data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

interface EngineConfig {
  readonly dataDir: string;
  readonly token: string;
  readonly catalog?: readonly string[];
  readonly localData?: readonly string[];
}

const parent = (process as { readonly parentPort?: ParentPort }).parentPort;

if (!parent) throw new Error('the engine process is started by the application');
listen(parent);

function listen(port: ParentPort): void {
  let engine: Promise<Engine> | null = null;
  const questions = new Questions((message) => port.postMessage(message));
  port.on('message', ({ data }) => {
    if (questions.heard(data)) return;
    if (engine) {
      if (hasCatalog(data)) engine.then(({ setCatalog }) => setCatalog(data.catalog)).catch(() => undefined);
      if (hasLocalData(data)) engine.then((on) => on.setLocalData(data.localData)).catch(() => undefined);
      return;
    }
    if (!isConfig(data)) return;
    engine = start(data, port, questions);
    engine.then(
      (started) => port.postMessage({ port: started.port }),
      (error: unknown) => {
        port.postMessage({ error: toErrorData(error) });
        process.exit(1);
      },
    );
  });
}

function start(
  { dataDir, token, catalog, localData }: EngineConfig,
  port: ParentPort,
  questions: Questions,
): Promise<Engine> {
  return startEngine({
    dataDir,
    token,
    catalog: catalog ?? [],
    localData: localData ?? [],
    onLocalData: (datasets) => port.postMessage({ localData: datasets.map(withoutImage) }),
    openDatabase,
    rasters: nodeRasters(false),
    runner: new ThreadPool(join(__dirname, 'pixel-thread.cjs'), threadCount(), networkCount()),
    ...questions.ports,
    log: parentLog(port),
  });
}

function hasCatalog(value: unknown): value is { readonly catalog: readonly string[] } {
  return typeof value === 'object' && value !== null && 'catalog' in value && Array.isArray(value.catalog);
}

function hasLocalData(value: unknown): value is { readonly localData: readonly string[] } {
  return (
    typeof value === 'object' && value !== null && 'localData' in value && Array.isArray(value.localData)
  );
}

/** What the window shows of a dataset. */
function withoutImage({ image: _, ...shown }: LocalDataset): Omit<LocalDataset, 'image'> {
  return shown;
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
