/** Results on this computer: the main process's end of the results worker. */
import { copyFile, open, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '@shared/errors';
import type { FeatureRow, IdentifiedFeature, ResultSummary } from '@shared/ipc/types';
import { createRpcClient, type RpcCallOptions, type RpcClient, type RpcPort } from '@shared/rpc';
import type {
  IdentifyRequest,
  IngestReport,
  IngestRequest,
  PageRequest,
  ResultsMethods,
  TileRequest,
} from './methods';

export type * from './methods';

/** A worker process that was just started. */
export interface WorkerLink {
  readonly port: RpcPort;
  /** Calls back once, when the process ends, however it ends. */
  onExit(listener: () => void): void;
  kill(): void;
}

export type SpawnWorker = () => WorkerLink;

export interface IngestOptions {
  readonly signal?: AbortSignal;
  /** The share of the GeoJSON that is read, 0–1. */
  readonly onProgress?: (share: number) => void;
}

interface Run {
  readonly client: RpcClient<ResultsMethods>;
  readonly link: WorkerLink;
  alive: boolean;
}

/**
 * Keeps and reads results in a process of its own. It is started when first needed; when it dies, it is started again and what was
 * under way is repeated, once: every method can be. Then `results.worker_stopped` is thrown.
 */
export class ResultsService {
  #run: Run | null = null;
  #closed = false;

  constructor(private readonly spawn: SpawnWorker) {}

  /**
   * Turns a GeoJSON file into a GeoPackage. Throws `results.not_geojson`, `results.other_crs`, `results.feature_too_large`,
   * `results.disk_full`, `results.cannot_write`, `results.missing`.
   */
  ingest(request: IngestRequest, { signal, onProgress }: IngestOptions = {}): Promise<IngestReport> {
    const report = (data: unknown): void => onProgress?.(data as number);
    return this.#call('ingest', request, { signal, onProgress: report });
  }

  /** Throws `results.missing`, `results.damaged`, `results.not_geopackage`; so does every method below. */
  summary(path: string): Promise<ResultSummary> {
    return this.#call('summary', { path });
  }

  /** A Mapbox vector tile, layer `vector_layer`; null where nothing lies. */
  tile(request: TileRequest, options: { readonly signal?: AbortSignal } = {}): Promise<Uint8Array | null> {
    return this.#call('tile', request, options);
  }

  /** Throws `results.no_such_field`. */
  page(request: PageRequest): Promise<FeatureRow[]> {
    return this.#call('page', request);
  }

  identify(request: IdentifyRequest): Promise<IdentifiedFeature[]> {
    return this.#call('identify', request);
  }

  /** Writes a result as GeoJSON. Throws `results.disk_full`, `results.cannot_write`. */
  exportGeoJson(path: string, to: string, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return this.#call('exportGeoJson', { path, to }, options);
  }

  /** Copies the GeoPackage; the copy appears under its name when it is whole and on disk. */
  async exportGeoPackage(path: string, to: string): Promise<void> {
    const unfinished = `${to}.part`;
    try {
      await copyFile(path, unfinished);
      const file = await open(unfinished, 'r+');
      await file.sync().finally(() => file.close());
      await rename(unfinished, to);
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => undefined);
      throw copyFailure(error, to);
    }
  }

  /** Lets go of a file that is to be deleted or replaced. */
  async close(path: string): Promise<void> {
    if (this.#run?.alive) await this.#call('close', { path });
  }

  /** Ends the worker; what comes afterwards fails with `results.worker_stopped`. */
  shutDown(): void {
    this.#closed = true;
    this.#run?.link.kill();
  }

  async #call<K extends keyof ResultsMethods>(
    method: K,
    input: Parameters<ResultsMethods[K]>[0],
    options: RpcCallOptions = {},
  ): Promise<Awaited<ReturnType<ResultsMethods[K]>>> {
    const attempt = (run: Run): Promise<unknown> => run.client.call(method, input as never, options);
    const first = this.#start();
    try {
      return (await attempt(first)) as Awaited<ReturnType<ResultsMethods[K]>>;
    } catch (error) {
      if (first.alive || this.#closed || options.signal?.aborted) throw error;
      return (await attempt(this.#start())) as Awaited<ReturnType<ResultsMethods[K]>>;
    }
  }

  #start(): Run {
    if (this.#closed) throw new AppError('results.worker_stopped');
    if (this.#run?.alive) return this.#run;
    const link = this.spawn();
    const run: Run = { link, client: createRpcClient<ResultsMethods>(link.port), alive: true };
    link.onExit(() => {
      run.alive = false;
      run.client.fail(new AppError('results.worker_stopped'));
    });
    this.#run = run;
    return run;
  }
}

function copyFailure(error: unknown, to: string): AppError {
  const { code, path } = error as { code?: string; path?: string };
  const name = basename(to);
  const details = { details: String(error), cause: error };
  if (code === 'ENOSPC') return new AppError('results.disk_full', { name }, details);
  if (code === 'ENOENT' && path !== undefined && path !== `${to}.part`) {
    return new AppError('results.missing', { name: basename(path) }, details);
  }
  return new AppError('results.cannot_write', { name }, details);
}
