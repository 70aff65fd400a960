import { rm } from 'node:fs/promises';
import type { Processing as ServerProcessing } from '@shared/api';
import { AppError, toErrorData } from '@shared/errors';
import type { Draft } from '@shared/ipc/contract';
import type { Processing, Quote, ResultSummary } from '@shared/ipc/types';
import type { ProcessingRecord, VersionRecord } from '@shared/library/records';
import type { Log } from '@shared/log';
import { isAway, isGone, isUnsupported } from './failures';
import { fetchResult, resultPath } from './fetchResult';
import { Versions, type NewVersion } from './versions';
import { Ordering, type OrderingPorts } from './ordering';
import type { OutboxStore, ProcessingStore, ResultKeeper, VersionStore, WithClient } from './ports';
import { Renaming } from './renaming';
import { isRunning, sameSnapshot, takeSnapshot, toProcessing } from './snapshot';

export interface ProcessingsPorts extends Omit<OrderingPorts, 'store'> {
  readonly withClient: WithClient;
  readonly store: ProcessingStore;
  readonly outbox: OutboxStore;
  readonly versions: VersionStore;
  readonly results: ResultKeeper;
  /** Where results are kept, one GeoPackage each. */
  readonly resultsFolder: string;
  /** Names the style of a model's results; `default` where unknown. */
  readonly styleOf: (accountId: string, modelName: string) => string;
  readonly log: Log;
}

export interface ProcessingsListener {
  onProcessing?(processing: Processing): void;
  onRemoved?(processingId: string): void;
  /** A result was fetched and kept. */
  onResult?(processing: Processing): void;
}

/** ms: a server may take so long to list what it has just created */
const newbornMs = 10 * 60_000;

/** Draft, price, create, watch, fetch; and what is known of all of it without a server. */
export class Processings {
  readonly #ports: ProcessingsPorts;
  readonly #ordering: Ordering;
  readonly #renaming: Renaming;
  readonly #versions: Versions;
  readonly #listeners = new Set<ProcessingsListener>();
  readonly #fetching = new Map<string, Promise<void>>();

  constructor(ports: ProcessingsPorts) {
    this.#ports = ports;
    this.#ordering = new Ordering(ports);
    this.#renaming = new Renaming(ports);
    this.#versions = new Versions(ports.versions, ports.results, ports.resultsFolder);
  }

  listen(listener: ProcessingsListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Everything that is known, of all accounts, newest first; needs no server. */
  list(): readonly Processing[] {
    return this.#ports.store.list().map((record) => this.#view(record));
  }

  /** Throws `processings.not_found`. */
  get(processingId: string): Processing {
    return this.#view(this.#record(processingId));
  }

  /** The GeoPackage of the version of a kept result that is in use. Throws `processings.no_result`. */
  resultFile(processingId: string): string {
    const record = this.#record(processingId);
    if (record.resultState !== 'ready') {
      throw new AppError('processings.no_result', { name: record.snapshot.name });
    }
    return this.#versions.file(processingId);
  }

  /** The result as it came; null while it is not kept. */
  original(processingId: string): ResultSummary | null {
    const { resultState, result } = this.#record(processingId);
    return resultState === 'ready' ? result : null;
  }

  /** What was kept of it at other thresholds. */
  versions(processingId: string): readonly VersionRecord[] {
    return this.#ports.versions.list(processingId);
  }

  /** Keeps GeoJSON as a version of the result, and uses it. Throws what fetching a result throws of the disk. */
  async keepVersion(processingId: string, wanted: NewVersion): Promise<void> {
    await this.#versions.keep(this.#record(processingId), wanted);
    this.#tell(this.#record(processingId));
  }

  /** 0: the result as it came. */
  useVersion(processingId: string, number: number): void {
    this.#ports.versions.use(this.#record(processingId).id, number);
    this.#tell(this.#record(processingId));
  }

  /** Deletes a version other than the result as it came, which is used where the deleted one was. */
  async removeVersion(processingId: string, number: number): Promise<void> {
    await this.#versions.remove(this.#record(processingId).id, number);
    this.#tell(this.#record(processingId));
  }

  price(accountId: string, draft: Draft): Promise<Quote> {
    return this.#ordering.price(accountId, draft);
  }

  /** See `Ordering.buy`. */
  async create(accountId: string, draft: Draft, acceptedCredits: number | null): Promise<Processing> {
    const { processing } = await this.#ordering.buy(accountId, draft, acceptedCredits);
    return this.#adopt(accountId, processing, draft);
  }

  /** True while there is something of this account to look after. */
  isBusy(accountId: string): boolean {
    return (
      this.#ordering.open(accountId).length > 0 ||
      this.#ports.store
        .list()
        .some(
          (record) =>
            record.accountId === accountId &&
            (isRunning(record.snapshot) || record.resultState === 'fetching'),
        )
    );
  }

  /** Asks the server for all processings of an account, takes over what changed, and fetches results that are due. */
  async refresh(accountId: string): Promise<void> {
    const listed = await this.#listAll(accountId);
    const renamed = await this.#renaming.flush(accountId, listed);
    await this.#adoptLost(accountId, listed);
    const seen = new Set<string>();
    for (const server of listed) {
      seen.add(server.id);
      this.#take(accountId, { ...server, name: renamed.get(server.id) ?? server.name });
    }
    for (const record of this.#ports.store.list()) {
      if (record.accountId !== accountId) continue;
      const isOld = Date.now() - Date.parse(record.snapshot.createdAt) > newbornMs;
      if (!seen.has(record.id) && record.resultState !== 'ready' && isOld) await this.#forget(record.id);
      else if (record.resultState === 'fetching') void this.#fetch(record.id);
    }
  }

  /** Fetches a result, again if it was fetched before; resolves once it is kept. */
  async fetchResult(processingId: string): Promise<void> {
    const record = this.#record(processingId);
    if (record.snapshot.status !== 'OK') {
      throw new AppError('processings.not_finished', { name: record.snapshot.name });
    }
    if (record.resultState !== 'fetching')
      this.#put({ ...record, resultState: 'fetching', resultError: null });
    await this.#fetch(processingId);
    const { resultError } = this.#record(processingId);
    if (resultError)
      throw new AppError(resultError.kind, resultError.params, { details: resultError.details ?? '' });
  }

  /** Resolves once nothing is being fetched. */
  async idle(): Promise<void> {
    while (this.#fetching.size > 0) await Promise.all(this.#fetching.values());
  }

  /** Runs the failed parts again; only with the server at hand, for it may cost. */
  async restart(processingId: string): Promise<void> {
    const { accountId } = this.#record(processingId);
    await this.#ports.withClient(accountId, ({ processings }) => processings.restart(processingId));
    await this.refresh(accountId);
  }

  async rename(processingId: string, name: string): Promise<Processing> {
    const record = this.#record(processingId);
    await this.#renaming.rename(record.snapshot, name);
    this.#put({ ...record, snapshot: { ...record.snapshot, name } });
    return this.get(processingId);
  }

  /** Deletes it at the server, then here, with its result. Throws when the server cannot be asked. */
  async remove(processingId: string): Promise<void> {
    const { accountId } = this.#record(processingId);
    try {
      await this.#ports.withClient(accountId, ({ processings }) => processings.delete(processingId));
    } catch (error) {
      // Of an account that was signed out nothing but our copy is within reach.
      const orphaned = error instanceof AppError && error.kind === 'accounts.not_found';
      if (!isGone(error) && !orphaned) throw error;
    }
    await this.#forget(processingId);
  }

  async #listAll(accountId: string): Promise<readonly ServerProcessing[]> {
    return this.#ports.withClient(accountId, async ({ processings, projects }) => {
      try {
        return await processings.list();
      } catch (error) {
        if (!isUnsupported(error)) throw error;
      }
      const all: ServerProcessing[] = [];
      for (const project of await projects.list()) all.push(...(await processings.listByProject(project.id)));
      return all;
    });
  }

  async #adoptLost(accountId: string, listed: readonly ServerProcessing[]): Promise<void> {
    for (const order of this.#ordering.open(accountId)) {
      const found = await this.#ordering.find(order, listed);
      if (!found) continue;
      this.#ordering.settle(order, found);
      this.#adopt(accountId, found, order.draft);
    }
  }

  #adopt(accountId: string, server: ServerProcessing, draft: Draft): Processing {
    const snapshot = {
      ...takeSnapshot(accountId, server, null),
      aoi: draft.aoi,
      name: server.name || draft.name,
    };
    const record = this.#fresh(accountId, snapshot);
    this.#put(snapshot.status === 'OK' ? { ...record, resultState: 'fetching' } : record);
    if (snapshot.status === 'OK') void this.#fetch(server.id);
    return this.get(server.id);
  }

  #fresh(accountId: string, snapshot: ProcessingRecord['snapshot']): ProcessingRecord {
    return {
      accountId,
      id: snapshot.id,
      snapshot,
      resultState: 'none',
      result: null,
      resultError: null,
      styleName: this.#ports.styleOf(accountId, snapshot.modelName),
    };
  }

  /** What we saw running is fetched when it ends; older ones wait until somebody wants them. */
  #take(accountId: string, server: ServerProcessing): void {
    const known = this.#ports.store.get(server.id);
    const taken = takeSnapshot(accountId, server, known?.snapshot ?? null);
    const snapshot = { ...taken, name: this.#renaming.nameOf(taken) };
    if (!known) {
      this.#put(this.#fresh(accountId, snapshot));
      return;
    }
    if (sameSnapshot(known.snapshot, snapshot)) return;
    const ended = isRunning(known.snapshot) && snapshot.status === 'OK';
    const again = !isRunning(known.snapshot) && isRunning(snapshot);
    const styleName = this.#ports.styleOf(accountId, snapshot.modelName);
    this.#put({
      ...known,
      snapshot,
      styleName,
      ...(ended ? { resultState: 'fetching' as const, resultError: null } : {}),
      ...(again ? { resultState: 'none' as const, result: null, resultError: null } : {}),
    });
  }

  #fetch(processingId: string): Promise<void> {
    const running = this.#fetching.get(processingId);
    if (running) return running;
    const work = this.#fetchNow(processingId).finally(() => this.#fetching.delete(processingId));
    this.#fetching.set(processingId, work);
    return work;
  }

  /** A server that is away leaves the result due; the next refresh tries again. */
  async #fetchNow(processingId: string): Promise<void> {
    const { withClient, results, resultsFolder: folder, store, log } = this.#ports;
    try {
      await this.#learnArea(processingId);
      const result = await fetchResult(this.#record(processingId), { withClient, results, folder });
      this.#put({ ...this.#record(processingId), resultState: 'ready', result, resultError: null });
      const processing = this.get(processingId);
      for (const listener of this.#listeners) listener.onResult?.(processing);
    } catch (error) {
      const record = store.get(processingId);
      if (!record) return;
      if (isAway(error)) {
        log.info('a result waits for its server', { processing: processingId, error });
        return;
      }
      log.warn('a result could not be fetched', { processing: processingId, error });
      this.#put({ ...record, resultState: 'failed', resultError: toErrorData(error) });
    }
  }

  /** The area of a processing that was made elsewhere; it is shown beside the result. */
  async #learnArea(processingId: string): Promise<void> {
    const record = this.#record(processingId);
    if (record.snapshot.aoi) return;
    const aois = await this.#ports
      .withClient(record.accountId, ({ processings }) => processings.aois(processingId))
      .catch(() => []);
    const parts = aois.flatMap(({ geometry }) => {
      if (geometry?.type === 'Polygon') return [geometry.coordinates];
      return geometry?.type === 'MultiPolygon' ? geometry.coordinates : [];
    });
    if (parts.length === 0) return;
    const aoi = { type: 'MultiPolygon', coordinates: parts } as const;
    this.#put({ ...this.#record(processingId), snapshot: { ...record.snapshot, aoi } });
  }

  async #forget(processingId: string): Promise<void> {
    const path = resultPath(this.#ports.resultsFolder, processingId);
    this.#ports.store.remove(processingId);
    await this.#versions.forget(processingId);
    await this.#ports.results.close(path).catch(() => undefined);
    await rm(path, { force: true });
    for (const listener of this.#listeners) listener.onRemoved?.(processingId);
  }

  #put(record: ProcessingRecord): void {
    this.#ports.store.put(record);
    this.#tell(record);
  }

  #tell(record: ProcessingRecord): void {
    const processing = this.#view(record);
    for (const listener of this.#listeners) listener.onProcessing?.(processing);
  }

  #view(record: ProcessingRecord): Processing {
    return toProcessing(record, this.#ports.versions.current(record.id));
  }

  #record(processingId: string): ProcessingRecord {
    const record = this.#ports.store.get(processingId);
    if (!record) throw new AppError('processings.not_found');
    return record;
  }
}
