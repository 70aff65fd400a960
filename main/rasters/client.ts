import { AppError } from '@shared/errors';
import type { PixelValues } from '@shared/ipc/desk';
import type { SampledBand } from '@shared/tiff/statistics';
import type { TilePixels } from '@shared/tiff/tiles/average';
import type { RasterDescription } from '@shared/tiff/types';
import { createRpcClient, type RpcCallOptions, type RpcClient, type RpcPort } from '@shared/rpc';
import type { FileIdentity } from './fileSource';
import type { PixelRequest, RasterMethods, ReadBlocksRequest, ReadRangesRequest } from './rasterService';

/** A worker process that was just started. */
export interface WorkerLink {
  readonly port: RpcPort;
  /** Calls back once, when the process ends, however it ends. */
  onExit(listener: () => void): void;
  kill(): void;
}

export type SpawnWorker = () => WorkerLink;

export interface OpenedRaster {
  /** Opaque; good until `close`. */
  readonly id: string;
  readonly description: RasterDescription;
  readonly identity: FileIdentity;
}

interface Known {
  readonly path: string;
  readonly identity: FileIdentity;
  overviews: string | null;
  /** In which run of the worker it is open. */
  run: number;
}

interface Run {
  readonly number: number;
  readonly link: WorkerLink;
  readonly client: RpcClient<RasterMethods>;
  alive: boolean;
}

/**
 * The main process's end of the raster worker. Starts it when first needed; when it dies, starts it again, opens what was open
 * and repeats what was under way, once. What fails a second time is told as `rasters.worker_died`.
 */
export class RasterWorkerClient {
  readonly #known = new Map<string, Known>();
  #run: Run | null = null;
  #runs = 0;
  #nextId = 1;
  #closed = false;

  constructor(private readonly spawn: SpawnWorker) {}

  /** Starts the worker before there is anything to do. */
  warmUp(): void {
    if (!this.#closed) this.#start();
  }

  /** Throws `rasters.*`, `tiff.*`. */
  async open(path: string, options: RpcCallOptions = {}): Promise<OpenedRaster> {
    const id = `raster-${this.#nextId++}`;
    return this.#withRetry(async (run) => {
      const { description, identity } = await run.client.call('open', { id, path }, options);
      this.#known.set(id, { path, identity, overviews: null, run: run.number });
      return { id, description, identity };
    });
  }

  /** Reads overviews of an open raster out of a file from now on; its description with them. */
  async attach(id: string, overviews: string): Promise<RasterDescription> {
    const description = await this.#onRaster(id, (run) => run.client.call('attach', { id, overviews }));
    const known = this.#known.get(id);
    if (known) known.overviews = overviews;
    return description;
  }

  async close(id: string): Promise<void> {
    const known = this.#known.get(id);
    this.#known.delete(id);
    const run = this.#run;
    if (known && run?.alive && known.run === run.number) await run.client.call('close', { id });
  }

  /** The file behind an open raster; null for an id that is not open. */
  pathOf(id: string): string | null {
    return this.#known.get(id)?.path ?? null;
  }

  readBlocks(request: ReadBlocksRequest, options: RpcCallOptions = {}): Promise<(Uint8Array | null)[]> {
    return this.#onRaster(request.id, (run) => run.client.call('readBlocks', request, options));
  }

  /** See RasterService. */
  storedBlocks(id: string, level: number): Promise<Uint8Array | null> {
    return this.#onRaster(id, (run) => run.client.call('storedBlocks', { id, level }));
  }

  /** See RasterService. */
  preview(id: string, bands: readonly number[] | null): Promise<TilePixels | null> {
    return this.#onRaster(id, (run) => run.client.call('preview', { id, bands }));
  }

  /** See blockReads. */
  readRanges(request: ReadRangesRequest): Promise<(Uint8Array | null)[]> {
    return this.#withRetry((run) => run.client.call('readRanges', request));
  }

  statistics(id: string, options: RpcCallOptions = {}): Promise<SampledBand[]> {
    return this.#onRaster(id, (run) => run.client.call('statistics', { id }, options));
  }

  pixel(request: PixelRequest, options: RpcCallOptions = {}): Promise<PixelValues> {
    return this.#onRaster(request.id, (run) => run.client.call('pixel', request, options));
  }

  /** Progress: {done, total} in bytes. */
  saveCog(id: string, target: string, options: RpcCallOptions = {}): Promise<number> {
    return this.#onRaster(id, (run) => run.client.call('saveCog', { id, target }, options));
  }

  /** Progress: {done, total} in rows. */
  hashBands(id: string, options: RpcCallOptions = {}): Promise<string[]> {
    return this.#onRaster(id, (run) => run.client.call('hashBands', { id }, options));
  }

  hashFile(id: string, options: RpcCallOptions = {}): Promise<string> {
    return this.#onRaster(id, (run) => run.client.call('hashFile', { id }, options));
  }

  /** Ends the worker; everything after that fails with `rasters.worker_died`. */
  shutDown(): void {
    this.#closed = true;
    this.#run?.link.kill();
  }

  #onRaster<T>(id: string, task: (run: Run) => Promise<T>): Promise<T> {
    return this.#withRetry(async (run) => {
      const known = this.#known.get(id);
      if (!known) throw new AppError('rasters.not_open');
      if (known.run !== run.number) {
        const { path, identity, overviews } = known;
        await run.client.call('open', { id, path, identity, ...(overviews ? { overviews } : {}) });
        known.run = run.number;
      }
      return task(run);
    });
  }

  async #withRetry<T>(task: (run: Run) => Promise<T>): Promise<T> {
    const first = this.#start();
    try {
      return await task(first);
    } catch (error) {
      if (first.alive || this.#closed) throw error;
      return task(this.#start());
    }
  }

  #start(): Run {
    if (this.#closed) throw new AppError('rasters.worker_died');
    if (this.#run?.alive) return this.#run;
    const link = this.spawn();
    const run: Run = {
      number: ++this.#runs,
      link,
      client: createRpcClient<RasterMethods>(link.port),
      alive: true,
    };
    link.onExit(() => {
      run.alive = false;
      run.client.fail(new AppError('rasters.worker_died'));
    });
    this.#run = run;
    return run;
  }
}
