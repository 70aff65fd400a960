import { createAdaptorServer } from '@hono/node-server';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '@shared/errors';
import { silentLog, type Log } from '@shared/log';
import { LocalCatalog } from './catalog/localCatalog';
import { Files } from './files';
import { createApp } from './http/app';
import { defaultLimits, type EngineLimits } from './limits';
import { LocalData, type LocalDataset } from './localData/index';
import { findModel, listModels } from './models/index';
import { Preparation } from './processing/preparation';
import { ProcessingQueue } from './processing/queue';
import type { RasterAccess } from './rasterAccess';
import { directRoute, type RouteFor } from './remote/route';
import { passingKey, Sealing, type SealingKey } from './sealing';
import type { ModelCatalogue, Services } from './services';
import { createStore, type OpenDatabase, type Store } from './store';
import type { TaskRunner } from './tasks/types';
import { ResultTiles } from './tiles/resultTiles';

/** ms; longer than a client waits between two questions, so that none meets a connection that is just being closed */
const idleConnectionMs = 60_000;

export interface EngineOptions {
  /** Where everything is kept; made when it is not there. */
  readonly dataDir: string;
  /** What every request must show, as Bearer or Basic. */
  readonly token: string;
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Only this computer is ever listened to. */
  readonly host?: '127.0.0.1' | '::1';
  readonly openDatabase: OpenDatabase;
  readonly rasters: RasterAccess;
  /** Where pixels are worked on; closed with the engine. */
  readonly runner: TaskRunner;
  readonly limits?: Partial<EngineLimits>;
  readonly models?: ModelCatalogue;
  /** Folders of GeoTIFFs that the catalogue offers. */
  readonly catalog?: readonly string[];
  /** Extracts of OpenStreetMap (GeoJSON, GeoPackage) and surface models (GeoTIFF) that steps draw on. */
  readonly localData?: readonly string[];
  /** Hears what was found in them, whenever that changes. */
  readonly onLocalData?: (datasets: readonly LocalDataset[]) => void;
  /** What seals the passwords of tile services on the disk; without it they do not outlive this start. */
  readonly sealingKey?: SealingKey;
  /** How tile services are reached; the direct way without it. */
  readonly routeFor?: RouteFor;
  readonly log?: Log;
}

export interface Engine {
  /** `http://127.0.0.1:PORT/rest` */
  readonly url: string;
  readonly port: number;
  /** Registers these folders as providers of the catalogue, and no others. */
  setCatalog(folders: readonly string[]): void;
  /** Registers these extracts of OpenStreetMap and surface models, and no others; resolves when they have been looked at. */
  setLocalData(paths: readonly string[]): Promise<void>;
  /** Finishes what answers, stops what runs (it goes on at the next start), closes the database. */
  close(): Promise<void>;
}

export const builtInModels: ModelCatalogue = { list: listModels, find: findModel };

/** Starts the local engine. Throws `engine.port_in_use`, `engine.cannot_start`, `engine.data_in_use`. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const log = options.log ?? silentLog;
  const host = options.host ?? '127.0.0.1';
  const files = new Files(options.dataDir);
  const store = await openData(files, options).catch(async (error: unknown) => {
    await options.runner.close();
    throw error;
  });
  const limits = { ...defaultLimits, ...options.limits };
  const models = options.models ?? builtInModels;
  const { rasters } = options;
  const catalog = new LocalCatalog({ store, files, rasters, runner: options.runner, limits, log });
  catalog.setFolders(options.catalog ?? []);
  const localData = new LocalData(options.runner, log, options.onLocalData);
  localData.set(options.localData ?? []);
  const sealing = new Sealing(options.sealingKey ?? passingKey());
  const routeFor: RouteFor = options.routeFor ?? (() => Promise.resolve(directRoute));
  const queue = new ProcessingQueue(
    store,
    files,
    options.runner,
    { rasters, limits, models, catalog, sealing, routeFor, localData },
    log,
  );
  const preparation = new Preparation(store, files, options.runner, log);
  const tiles = new ResultTiles(options.openDatabase, store, files, options.runner);
  let url = '';
  const services: Services = {
    store,
    files,
    limits,
    models,
    catalog,
    localData,
    sealing,
    routeFor,
    rasters,
    queue,
    preparation,
    tiles,
    runner: options.runner,
    log,
    baseUrl: () => url,
  };
  const app = createApp(services, options.token);
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
  // Uploads take as long as they take; a connection that sends nothing is closed by the idle timeout instead.
  server.requestTimeout = 0;
  server.keepAliveTimeout = idleConnectionMs;
  server.timeout = 10 * 60_000;
  const port = await listen(server, options.port ?? 0, host).catch(async (error: unknown) => {
    store.close();
    await options.runner.close();
    throw error;
  });
  url = `http://${host === '::1' ? '[::1]' : host}:${String(port)}/rest`;
  log.info('engine listens', { url });
  preparation.wake();
  queue.wake();

  return {
    url,
    port,
    setCatalog: (folders) => catalog.setFolders(folders),
    setLocalData: (paths) => {
      localData.set(paths);
      return localData.settled();
    },
    close: async () => {
      await stopListening(server);
      await Promise.all([queue.close(), preparation.close()]);
      await options.runner.close();
      tiles.close();
      store.close();
      log.info('engine stopped', {});
    },
  };
}

/** The database first: it makes sure that no other engine works in the folder. */
async function openData(files: Files, options: EngineOptions): Promise<Store> {
  await files.makeFolders();
  const store = createStore(options.openDatabase, files.database);
  await files.sweep({
    images: new Set([...store.images.all(), ...store.scenes.all()].map(({ id }) => id)),
    results: new Set(store.processings.list().map(({ id }) => id)),
  });
  return store;
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const kind = error.code === 'EADDRINUSE' ? 'engine.port_in_use' : 'engine.cannot_start';
      reject(new AppError(kind, { port }, { details: error.message, cause: error }));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** Requests under way get a moment to end. */
function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), 1000);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
