import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { m } from '@shared/i18n';
import type { Model } from '@shared/ipc/types';
import type { WorkflowDef } from '@shared/api';
import {
  Accounts,
  AccountStatusService,
  EngineHost,
  keychainSecrets,
  loadKeytar,
  localAccountId,
  Sessions,
  type EngineProcess,
  type ServerStatus,
} from './accounts';
import { BaseMaps } from './basemaps';
import { Connections, engineAnswers } from './connections';
import { LocalData } from './localData';
import { openLibrary, type Library } from './library';
import { createLogging, type Logging } from './logging';
import { createMapflowClient, verifyLogin, type MapflowClient } from './mapflow';
import { MosaicList } from './mosaicList';
import { isLoopback, Network } from './network';
import { EngineQuality, Quality } from './quality';
import { localPace, Processings, Projects, remotePace, Watch, type ResultKeeper } from './processings';
import {
  BandwidthSettings,
  directLedger,
  localTiming,
  mapflowImageServer,
  Uploads,
  type LedgerWriter,
  type OpenSource,
} from './uploads';

export interface ServicesOptions {
  /** The folder of everything that the program keeps. */
  readonly dataDir: string;
  readonly version: string;
  /** Path of the compiled SQLite binding, where the usual one does not fit the runtime. */
  readonly nativeBinding?: string | undefined;
  /** Each entry of the log, for a terminal. */
  readonly echoLog?: ((line: string) => void) | undefined;
  readonly startEngine: () => EngineProcess;
  /** The computer's proxy for an address; null for the direct way. */
  readonly systemProxy: (url: URL) => Promise<string | null>;
  /** Whether this computer has any network; yes where it cannot be told. */
  readonly isOnline?: () => boolean;
  readonly openSource: OpenSource;
  /** Writes the ledger of uploads elsewhere than on this loop; here when absent. */
  readonly ledgerWriter?: LedgerWriter;
  readonly results: ResultKeeper;
}

export interface Services {
  readonly logging: Logging;
  readonly library: Library;
  readonly engine: EngineHost;
  readonly connections: Connections;
  readonly localData: LocalData;
  readonly accounts: Accounts;
  readonly sessions: Sessions<MapflowClient>;
  readonly status: AccountStatusService;
  readonly uploads: Uploads;
  readonly bandwidth: BandwidthSettings;
  readonly processings: Processings;
  readonly projects: Projects;
  readonly mosaics: MosaicList;
  readonly watch: Watch;
  readonly baseMaps: BaseMaps;
  readonly quality: Quality;
  /** Tiles of the engine's probabilities. */
  readonly probabilities: Pick<EngineQuality, 'tile'>;
  /** Stops all work, keeps what is under way, and closes the library. */
  close(): Promise<void>;
}

/** Where things lie in the data folder. */
export function placesIn(dataDir: string) {
  return {
    library: join(dataDir, 'library', 'library.db'),
    results: join(dataDir, 'library', 'results'),
    logs: join(dataDir, 'logs'),
    engine: join(dataDir, 'engine'),
    samples: join(dataDir, 'samples'),
    baseMaps: join(dataDir, 'basemaps'),
    overviews: join(dataDir, 'cache', 'overviews'),
  };
}

/** Builds and joins the services; knows nothing of a window. Throws `library.*` when the library cannot be opened. */
export function createServices(options: ServicesOptions): Services {
  const places = placesIn(options.dataDir);
  const logging = createLogging({
    folder: places.logs,
    ...(options.echoLog ? { echo: options.echoLog } : {}),
  });
  const library = openLibrary(places.library, {
    nativeBinding: options.nativeBinding,
    log: logging.area('library'),
    durability: options.ledgerWriter ? 'relaxed' : 'full',
  });
  const protect = (secret: string): (() => void) => logging.redactor.register(secret);
  const userAgent = `${m.app_name()}/${options.version}`;
  const apiLog = logging.area('api');

  const connections = new Connections(library.settings);
  const localData = new LocalData(library.settings);
  const network = new Network({
    wish: () => connections.settings(),
    systemProxy: options.systemProxy,
    log: logging.area('network'),
  });
  const { agentFor, routeFor } = network;
  const secrets = keychainSecrets(loadKeytar);
  const engine = new EngineHost({
    spawn: options.startEngine,
    dataDir: places.engine,
    protect,
    log: logging.area('engine'),
    catalog: () => connections.settings().catalogFolders,
    localData: () => localData.paths(),
    answer: engineAnswers(network, secrets, protect, logging.area('engine')),
  });
  localData.onPaths(() => engine.localDataChanged());
  engine.onLocalData((datasets) => {
    localData.found(datasets);
    if (accounts.active().id === localAccountId) void status.refresh();
  });
  connections.onFolders(() => {
    engine.catalogChanged();
    if (accounts.active().id === localAccountId) void status.refresh();
  });
  const accounts = new Accounts({
    store: library.accounts,
    secrets,
    verify: async (baseUrl, token) => {
      const login = await verifyLogin(baseUrl, token, { userAgent, agentFor, log: apiLog });
      return { ...login, email: login.status.email };
    },
    protect,
    log: logging.area('accounts'),
    localName: m.local_account_name(),
  });
  const sessions = new Sessions({
    accounts,
    engine,
    createClient: (client) => createMapflowClient({ ...client, userAgent, agentFor, routeFor, log: apiLog }),
  });
  const status = new AccountStatusService({
    accounts,
    fetch: (account, signal) => sessions.with(account.id, (client) => fetchStatus(client, signal)),
  });
  const withClient = <T>(accountId: string, work: (client: MapflowClient) => Promise<T>): Promise<T> =>
    sessions.with(accountId, work);
  const mosaics = new MosaicList(withClient, library.mosaics);
  const bandwidth = new BandwidthSettings(library.settings);
  const uploads = new Uploads({
    ledger: options.ledgerWriter?.over(library.uploads) ?? directLedger(library.uploads),
    serverOf: (accountId) => mapflowImageServer((work) => withClient(accountId, work)),
    openSource: options.openSource,
    limitsOf: (accountId) => status.limits(accountId),
    modelsOf: (accountId) => status.models(accountId),
    localFreeBytes: async (accountId) => (accountId === localAccountId ? freeBytesOf(options.dataDir) : null),
    bandwidth: () => bandwidth.get(),
    timingFor: (accountId) => (accountId === localAccountId ? localTiming : {}),
    log: logging.area('uploads'),
  });
  const processings = new Processings({
    withClient,
    store: library.processings,
    outbox: library.outbox,
    versions: library.resultVersions,
    results: options.results,
    resultsFolder: places.results,
    billingOf: (accountId) => status.billing(accountId),
    footprintOf: (accountId, mosaicId) => mosaics.footprint(accountId, mosaicId),
    styleOf: (accountId, modelName) => status.styleOf(accountId, modelName),
    program: `${m.app_name().toLowerCase()}/${options.version}`,
    log: logging.area('processings'),
  });
  const engineQuality = new EngineQuality(() => engine.endpoint());
  const quality = new Quality({ engine: engineQuality, kept: processings, localAccount: localAccountId });
  const projects = new Projects({ withClient, store: library.projects });
  const watch = new Watch({
    accounts: () => watchedAccounts(accounts, processings),
    paceOf: (accountId) => (accountId === localAccountId ? localPace : remotePace),
    isBusy: (accountId) => processings.isBusy(accountId),
    mayReach: (accountId) => {
      const baseUrl = accounts.list().find(({ id }) => id === accountId)?.baseUrl ?? null;
      return baseUrl === null || isLoopback(new URL(baseUrl)) || (options.isOnline?.() ?? true);
    },
    refresh: (accountId) => processings.refresh(accountId),
    log: logging.area('processings'),
  });

  const baseMaps = new BaseMaps({
    store: library.baseMaps,
    folder: places.baseMaps,
    userAgent,
    agentFor,
    log: logging.area('basemaps'),
  });

  engine.onChange(({ state }) => {
    if (state === 'starting') return;
    if (accounts.active().id === localAccountId) void status.refresh();
    if (state !== 'running') return;
    uploads.wake();
    void watch.look(localAccountId);
  });
  accounts.onChange(({ kind, accountId }) => {
    if (kind === 'signed_in' || kind === 'added') void uploads.signedIn(accountId);
    if (kind !== 'removed' && kind !== 'signed_out') void watch.look(accountId);
  });

  return {
    logging,
    library,
    engine,
    connections,
    localData,
    accounts,
    sessions,
    status,
    uploads,
    bandwidth,
    processings,
    projects,
    mosaics,
    watch,
    baseMaps,
    quality,
    probabilities: engineQuality,
    close: async () => {
      status.close();
      await Promise.all([uploads.close(), watch.close()]);
      engine.stop();
      sessions.close();
      network.close();
      library.close();
    },
  };
}

/** bytes that this user may still write where a folder lies */
async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** The active account, and those whose server still works for us. */
function watchedAccounts(accounts: Accounts, processings: Processings): readonly string[] {
  const active = accounts.active().id;
  return accounts
    .list()
    .filter((account) => account.signedIn && (account.id === active || processings.isBusy(account.id)))
    .map((account) => account.id);
}

async function fetchStatus(client: MapflowClient, signal: AbortSignal): Promise<ServerStatus> {
  const [user, storage] = await Promise.all([
    client.user.status({ signal }),
    client.storage.usage({ signal }).catch(() => null),
  ]);
  return {
    billedInCredits: user.billingType === 'CREDITS',
    credits: user.remainingCredits,
    models: user.models.map(toModel),
    styles: Object.fromEntries(user.models.map((model) => [model.name, model.styleName ?? ''])),
    maxUploadBytes: storage?.maxUploadFileSize ?? null,
    maxUploadSide: storage?.maxPixelCount ?? null,
    storageUsedBytes: storage?.usedBytes ?? null,
    storageLimitBytes: storage?.limitBytes ?? user.memoryLimit,
  };
}

function toModel({ id, name, description, pricePerSqKm, blocks, available }: WorkflowDef): Model {
  return { id, name, description, pricePerSqKm, blocks, available };
}
