import { randomBytes } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { toErrorData } from '@shared/errors';
import { errorText, m } from '@shared/i18n';
import type { Log } from '@shared/log';
import { Network, proxyOfEnvironment } from '../network';
import { networkCount, nodeRasters, openDatabase, threadCount } from './nodeParts';
import { startEngine } from './server';
import { ThreadPool } from './tasks/threadPool';

/** The engine as a server of its own: `--port 8080 --data DIR --token T --catalog FOLDER --local-data FILE`. */
async function main(): Promise<void> {
  const { port, dataDir, token, given, catalog, localData } = readArguments();
  const network = new Network({
    wish: () => ({ proxy: 'system', certificates: null }),
    systemProxy: (url) => Promise.resolve(proxyOfEnvironment(process.env, url)),
    log: terminalLog,
  });
  const engine = await startEngine({
    dataDir,
    token,
    port,
    catalog,
    localData,
    routeFor: (url) => network.routeFor(url),
    openDatabase,
    rasters: nodeRasters(false),
    runner: new ThreadPool(join(__dirname, '..', 'main', 'pixel-thread.cjs'), threadCount(), networkCount()),
    log: terminalLog,
  });
  process.stdout.write(`${m.engine_listens({ url: engine.url })}\n`);
  if (!given) process.stdout.write(`${m.engine_token({ token })}\n`);
  process.stdout.write(`${m.engine_data({ folder: dataDir })}\n`);
  const stop = (): void => {
    engine.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

interface Arguments {
  readonly port: number;
  readonly dataDir: string;
  readonly token: string;
  /** False for a token that was made up and must be told. */
  readonly given: boolean;
  /** Folders of GeoTIFFs for the catalogue. */
  readonly catalog: readonly string[];
  /** Extracts of OpenStreetMap and surface models. */
  readonly localData: readonly string[];
}

function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8080' },
      data: { type: 'string' },
      token: { type: 'string' },
      catalog: { type: 'string', multiple: true },
      'local-data': { type: 'string', multiple: true },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(`${m.engine_usage()}\n`);
    process.exit(0);
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) refuse(m.engine_bad_port({ port: values.port }));
  const token = values.token ?? process.env['ORTHODESK_ENGINE_TOKEN'] ?? '';
  return {
    port,
    dataDir: resolve(values.data ?? join(homedir(), '.orthodesk-engine')),
    token: token === '' ? randomBytes(24).toString('base64url') : token,
    given: token !== '',
    catalog: values.catalog ?? [],
    localData: (values['local-data'] ?? []).map((path) => resolve(path)),
  };
}

function refuse(sentence: string): never {
  process.stderr.write(`${sentence}\n${m.engine_usage()}\n`);
  process.exit(2);
}

const terminalLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: (message, data) => process.stderr.write(`${message} ${JSON.stringify(data ?? {})}\n`),
  error: (message, data) => process.stderr.write(`${message} ${JSON.stringify(data ?? {})}\n`),
};

main().catch((error: unknown) => {
  const data = toErrorData(error);
  const { title, advice } = errorText(data);
  process.stderr.write(`${title} ${advice}\n${data.details ?? ''}\n`);
  process.exit(1);
});
