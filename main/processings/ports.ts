import type {
  CreateProcessingRequest,
  CostRequest,
  Processing as ServerProcessing,
  Project,
} from '@shared/api';
import type { Geometry } from 'geojson';
import type { Project as KnownProject, ResultSummary } from '@shared/ipc/types';
import type { OrderRecord, OutboxRecord, ProcessingRecord, VersionRecord } from '@shared/library/records';

interface Options {
  readonly signal?: AbortSignal | undefined;
}

/** The part of the API's client that processings use. */
export interface MapflowProcessings {
  readonly projects: {
    list(options?: Options): Promise<readonly Project[]>;
    default(options?: Options): Promise<Project>;
    create(request: { name: string; description?: string }, options?: Options): Promise<Project>;
    update(projectId: string, request: { name?: string }, options?: Options): Promise<Project>;
  };
  readonly processings: {
    create(request: CreateProcessingRequest, options?: Options): Promise<ServerProcessing>;
    get(processingId: string, options?: Options): Promise<ServerProcessing>;
    list(options?: Options): Promise<readonly ServerProcessing[]>;
    listByProject(projectId: string, options?: Options): Promise<readonly ServerProcessing[]>;
    cost(request: CostRequest, options?: Options): Promise<number>;
    result(
      processingId: string,
      options?: Options,
    ): Promise<{ readonly size: number | null; readonly body: AsyncIterable<Uint8Array> }>;
    aois(processingId: string, options?: Options): Promise<readonly { readonly geometry: Geometry | null }[]>;
    restart(processingId: string, options?: Options): Promise<void>;
    update(processingId: string, request: { name?: string }, options?: Options): Promise<void>;
    delete(processingId: string, options?: Options): Promise<void>;
  };
}

/** Runs work with the client of an account; throws `accounts.signed_out`, `engine.stopped` where there is none. */
export type WithClient = <T>(
  accountId: string,
  work: (client: MapflowProcessings) => Promise<T>,
) => Promise<T>;

/** Processings and orders on disk. */
export interface ProcessingStore {
  list(): readonly ProcessingRecord[];
  get(id: string): ProcessingRecord | null;
  put(record: ProcessingRecord): void;
  remove(id: string): void;
  orders(accountId: string): readonly OrderRecord[];
  putOrder(order: OrderRecord): void;
}

/** Results at other thresholds, beside those as they came. */
export interface VersionStore {
  list(processingId: string): readonly VersionRecord[];
  current(processingId: string): VersionRecord | null;
  add(version: Omit<VersionRecord, 'current'>): void;
  use(processingId: string, number: number): void;
  remove(processingId: string, number: number): void;
  removeAll(processingId: string): void;
}

export interface ProjectStore {
  list(accountId: string): readonly KnownProject[];
  replaceAll(accountId: string, projects: readonly KnownProject[]): void;
  put(accountId: string, project: KnownProject): void;
}

export interface OutboxStore {
  list(accountId: string): readonly OutboxRecord[];
  add(entry: Omit<OutboxRecord, 'seq' | 'error'>): number;
  fail(seq: number, error: NonNullable<OutboxRecord['error']>): void;
  remove(seq: number): void;
}

/** Turns a downloaded result into a GeoPackage, elsewhere than on this loop. */
export interface ResultKeeper {
  ingest(wanted: {
    readonly geojsonPath: string;
    readonly gpkgPath: string;
    readonly layerName: string;
    readonly styleName: string;
    /** Kept in the file: which processing, which model, when. */
    readonly metadata: Readonly<Record<string, unknown>>;
  }): Promise<ResultSummary>;
  /** Lets go of a result that is about to be deleted. */
  close(gpkgPath: string): Promise<void>;
}
