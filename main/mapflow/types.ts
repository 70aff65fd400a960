import type { Agent } from 'node:http';
import type {
  Aoi,
  CatalogPage,
  CatalogRequest,
  CostRequest,
  CreateMosaicRequest,
  CreateProcessingRequest,
  CreateProcessingV1Request,
  CreateProjectRequest,
  Image,
  ImageStatus,
  Mosaic,
  MosaicStatus,
  Page,
  PreviewSize,
  Processing,
  ProcessingsPageRequest,
  Project,
  ProjectsPageRequest,
  RateRequest,
  RejectRequest,
  Stats,
  StatsRequest,
  StorageUsage,
  TileAddress,
  TileJson,
  UpdateMosaicRequest,
  UpdateProcessingRequest,
  UpdateProjectRequest,
  UploadReceipt,
  UserStatus,
} from '@shared/api';
import type { Log } from '@shared/log';

/** How a token is written into the Authorization header. */
export type AuthScheme = 'Bearer' | 'Basic';

/** Which form of the API a server expects where the reference and the live service differ. */
export type Dialect = 'reference' | 'live';

/** The agent for a request, undefined for Node's own; `fresh` asks for a connection that no other request uses. */
export type AgentFor = (url: URL, fresh: boolean) => Agent | undefined | Promise<Agent | undefined>;

/** The way to an address as plain values, for another thread that makes a request in our place: it finds its agent by them. */
export type RouteFor = (url: URL) => Promise<unknown>;

export interface MapflowClientOptions {
  /** For example `https://api.mapflow.ai/rest`. */
  readonly baseUrl: string;
  /** Asked before each request, so that a new sign-in takes effect at once. Never logged, never stored here. */
  readonly token: () => string | Promise<string>;
  readonly scheme?: AuthScheme;
  readonly dialect?: Dialect;
  /** `name/version`, sent as User-Agent. */
  readonly userAgent?: string;
  readonly log?: Log;
  /** The way through a proxy or with further certificate authorities; Node's own connections without it. */
  readonly agentFor?: AgentFor;
  /** The same way for requests that are made where their files are. */
  readonly routeFor?: RouteFor;
  /** ms without a byte moving before a call is given up; default 60,000 */
  readonly idleMs?: number;
  /** Repetitions of an idempotent call after a passing failure; default 3 */
  readonly retries?: number;
  /** Tests replace the clock and the dice. */
  readonly wait?: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly random?: () => number;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** ms without a byte moving, in place of the client's. */
  readonly idleMs?: number;
}

/** Hands a request to the thread where the file is, which makes it with `carry`, and tells the outcome. */
export type Courier = (request: unknown, signal: AbortSignal | undefined) => Promise<unknown>;

/**
 * A file as it goes over the wire: exactly `size` bytes come out of `body`, which is read at the network's pace; or it lies in
 * another thread, which sends it.
 */
export type UploadFile = {
  readonly filename: string;
  /** bytes */
  readonly size: number;
} & ({ readonly body: AsyncIterable<Uint8Array> } | { readonly courier: Courier });

export interface UploadOptions extends CallOptions {
  /** Bytes of the file handed to the network so far. */
  readonly onProgress?: (sentBytes: number) => void;
  /** ms to wait for the answer once the last byte is sent; default 300,000 */
  readonly answerMs?: number;
}

/** A download; `body` must be read to its end or left by `break`, which closes the connection. */
export interface Download {
  /** bytes, null where the server does not say or compresses */
  readonly size: number | null;
  readonly contentType: string;
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * The API. Every call throws `AppError` kinds `api.*` (as an `ApiFailure` where a request was made): `api.unreachable`,
 * `api.refused`, `api.name_not_found`, `api.certificate`, `api.stalled`, `api.connection_lost`, `api.cancelled`,
 * `api.unauthorized`, `api.unexpected_answer`, …, and a kind for each code of the service.
 */
export interface MapflowClient {
  readonly baseUrl: string;
  readonly dialect: Dialect;
  readonly scheme: AuthScheme;
  readonly user: UserApi;
  readonly projects: ProjectsApi;
  readonly processings: ProcessingsApi;
  readonly mosaics: MosaicsApi;
  readonly images: ImagesApi;
  readonly storage: StorageApi;
  readonly catalog: CatalogApi;
  readonly layers: LayersApi;
  /** Closes all connections; calls under way end with `api.connection_lost`. */
  close(): void;
}

export interface UserApi {
  status(options?: CallOptions): Promise<UserStatus>;
  /** The version of the QGIS plugin that the server expects, as it says. */
  version(options?: CallOptions): Promise<string>;
}

export interface ProjectsApi {
  create(request: CreateProjectRequest, options?: CallOptions): Promise<Project>;
  update(projectId: string, request: UpdateProjectRequest, options?: CallOptions): Promise<Project>;
  list(options?: CallOptions): Promise<readonly Project[]>;
  page(request?: ProjectsPageRequest, options?: CallOptions): Promise<Page<Project>>;
  get(projectId: string, options?: CallOptions): Promise<Project>;
  default(options?: CallOptions): Promise<Project>;
  delete(projectId: string, options?: CallOptions): Promise<void>;
}

export interface ProcessingsApi {
  /** Costs credits: never repeated by the client. Put an id of your own into `meta` to find it after a lost answer. */
  create(request: CreateProcessingRequest, options?: CallOptions): Promise<Processing>;
  createV1(request: CreateProcessingV1Request, options?: CallOptions): Promise<Processing>;
  get(processingId: string, options?: CallOptions): Promise<Processing>;
  getV1(processingId: string, options?: CallOptions): Promise<Processing>;
  list(options?: CallOptions): Promise<readonly Processing[]>;
  listV1(options?: CallOptions): Promise<readonly Processing[]>;
  listByProject(projectId: string, options?: CallOptions): Promise<readonly Processing[]>;
  page(projectId: string, request?: ProcessingsPageRequest, options?: CallOptions): Promise<Page<Processing>>;
  /** credits */
  cost(request: CostRequest, options?: CallOptions): Promise<number>;
  /** The result as GeoJSON text, streamed. */
  result(processingId: string, options?: CallOptions & { readonly aoiId?: string }): Promise<Download>;
  aois(processingId: string, options?: CallOptions): Promise<readonly Aoi[]>;
  /** Restarts the failed parts; costs credits, never repeated by the client. */
  restart(processingId: string, options?: CallOptions): Promise<void>;
  update(processingId: string, request: UpdateProcessingRequest, options?: CallOptions): Promise<void>;
  delete(processingId: string, options?: CallOptions): Promise<void>;
  rate(processingId: string, request: RateRequest, options?: CallOptions): Promise<void>;
  accept(processingId: string, options?: CallOptions): Promise<void>;
  reject(processingId: string, request: RejectRequest, options?: CallOptions): Promise<void>;
  stats(request?: StatsRequest, options?: CallOptions): Promise<Stats>;
  statsCsv(request?: StatsRequest, options?: CallOptions): Promise<string>;
}

export interface MosaicsApi {
  create(request: CreateMosaicRequest, options?: CallOptions): Promise<Mosaic>;
  get(mosaicId: string, options?: CallOptions): Promise<Mosaic>;
  /** All, or those that carry every one of the tags. */
  list(options?: CallOptions & { readonly tags?: readonly string[] }): Promise<readonly Mosaic[]>;
  update(mosaicId: string, request: UpdateMosaicRequest, options?: CallOptions): Promise<void>;
  delete(mosaicId: string, options?: CallOptions): Promise<void>;
  status(mosaicId: string, options?: CallOptions): Promise<MosaicStatus>;
}

export interface ImagesApi {
  /** Sent once, never repeated: `ApiFailure.ambiguous` tells whether the server may have stored it all the same. */
  upload(mosaicId: string, file: UploadFile, options?: UploadOptions): Promise<UploadReceipt>;
  createMosaicAndUpload(
    mosaic: { readonly name: string; readonly tags?: readonly string[] },
    file: UploadFile,
    options?: UploadOptions,
  ): Promise<UploadReceipt>;
  link(mosaicId: string, url: string, options?: CallOptions): Promise<UploadReceipt>;
  /** Images whose data the server has; others appear in `mosaics.status` alone. */
  list(mosaicId: string, options?: CallOptions): Promise<readonly Image[]>;
  get(imageId: string, options?: CallOptions): Promise<Image>;
  rename(imageId: string, name: string, options?: CallOptions): Promise<void>;
  delete(imageId: string, options?: CallOptions): Promise<void>;
  status(imageId: string, options?: CallOptions): Promise<ImageStatus>;
  /** A JPEG of at most 256 (s) or 1024 (l) px a side. */
  preview(imageId: string, size: PreviewSize, options?: CallOptions): Promise<Uint8Array>;
}

export interface StorageApi {
  usage(options?: CallOptions): Promise<StorageUsage>;
}

export interface CatalogApi {
  search(request: CatalogRequest, options?: CallOptions): Promise<CatalogPage>;
  /** The picture of a found image at the address that it gives; without the token where another server shows it. */
  preview(previewUrl: string, options?: CallOptions): Promise<Picture>;
}

/** A picture as it came. */
export interface Picture {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

/** Layers of tiles at the addresses that answers give. The token goes along to the profile's own server alone. */
export interface LayersApi {
  /** Throws `api.unexpected_answer` where there is no TileJSON. */
  tileJson(url: string, options?: CallOptions): Promise<TileJson>;
  /** A tile by the layer's template (`{y}` or `{-y}`; `tms` counts from the south); null where the layer has nothing. */
  tile(
    template: string,
    address: TileAddress,
    options?: CallOptions & { readonly scheme?: 'xyz' | 'tms' },
  ): Promise<Picture | null>;
}
