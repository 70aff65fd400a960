import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { AppError, toErrorData } from '@shared/errors';
import { localAccountId, type EngineProcess } from '../accounts';
import { networkCount, nodeRasters, openDatabase, threadCount } from '../engine/nodeParts';
import { Questions } from '../engine/questions';
import { startEngine, type Engine } from '../engine/server';
import { ThreadPool } from '../engine/tasks/threadPool';
import { ResultsHost } from '../library/geopackage';
import { proxyOfEnvironment } from '../network';
import { createServices, type Services } from '../services';
import { SourceReader } from '../uploads';
import { startUploadThreads } from '../workers/uploadThreads';
import { dataFolder } from './place';

export interface DeskOptions {
  /** Folder of the window's data; the platform's own when absent. */
  readonly data?: string | undefined;
  readonly verbose?: boolean | undefined;
}

/** Runs work with the services of the program, in this process, and stops them whatever happens. */
export async function withServices<T>(
  options: DeskOptions,
  work: (services: Services) => Promise<T>,
): Promise<T> {
  const threads = join(__dirname, '..', 'main');
  const reader = new SourceReader(() => startUploadThreads(threads, { keepsAlive: true }));
  const host = new ResultsHost((path, given) => new SqliteDatabase(path, given));
  const context = { signal: new AbortController().signal, progress: () => undefined };
  const services = createServices({
    dataDir: dataFolder(options.data),
    version: __APP_VERSION__,
    nativeBinding: process.env['ORTHODESK_SQLITE_BINDING'],
    ...(options.verbose ? { echoLog: (line) => process.stderr.write(`${line}\n`) } : {}),
    startEngine: engineInThisProcess,
    systemProxy: (url) => Promise.resolve(proxyOfEnvironment(process.env, url)),
    openSource: reader.open,
    results: {
      ingest: (request) => host.ingest(request, context),
      close: async (path) => host.close(path),
    },
  });
  const stop = (): void => void services.close().finally(() => process.exit(130));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await work(services);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await services.close();
    reader.close();
  }
}

/** The engine for a command that uses this computer's own account; the window's own engine is a process. */
function engineInThisProcess(): EngineProcess {
  const listeners: ((message: unknown) => void)[] = [];
  const endings: ((code: number | null) => void)[] = [];
  const tell = (message: unknown): void => listeners.forEach((listener) => listener(message));
  const questions = new Questions(tell);
  let running: Promise<Engine> | null = null;
  return {
    send: (message) => {
      if (questions.heard(message) || !('dataDir' in message)) return;
      const { dataDir, token, catalog, localData } = message;
      const runner = new ThreadPool(
        join(__dirname, '..', 'main', 'pixel-thread.cjs'),
        threadCount(),
        networkCount(),
      );
      running = startEngine({
        dataDir,
        token,
        catalog,
        localData,
        openDatabase,
        rasters: nodeRasters(false),
        runner,
        ...questions.ports,
      });
      running.then(
        ({ port }) => tell({ port }),
        (error: unknown) => {
          tell({ error: toErrorData(error) });
          endings.forEach((listener) => listener(1));
        },
      );
    },
    onMessage: (listener) => void listeners.push(listener),
    onExit: (listener) => void endings.push(listener),
    kill: () => void running?.then((engine) => engine.close()).catch(() => undefined),
  };
}

/** The account that a person means: by name, e-mail address or id; the local engine is started when it is that one. */
export async function accountNamed(services: Services, wanted: string | undefined): Promise<string> {
  const { accounts, engine } = services;
  const all = accounts.list();
  const word = (wanted ?? '').toLowerCase();
  const found = wanted
    ? all.filter(({ id, name, email }) =>
        [id, name, email ?? ''].some((value) => value.toLowerCase() === word),
      )
    : all.filter((account) => account.active);
  const [account, another] = found;
  const names = all.map(({ name }) => name).join(', ');
  if (!account) throw new AppError('cli.no_such_profile', { name: wanted ?? '', names });
  if (another) throw new AppError('cli.ambiguous_profile', { name: wanted ?? '' });
  if (account.id === localAccountId) {
    await engine.start();
    await engine.endpoint();
  }
  return account.id;
}
