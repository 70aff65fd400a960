import type { Geometry, MultiPolygon, Polygon } from 'geojson';
import type { ErrorData } from '../errors';
import type { PixelWindow, RasterDescription } from '../tiff/types';

/** What the window shows; plain data, made in main, never holding a secret. Times are ISO 8601 in UTC. */

export type Aoi = Polygon | MultiPolygon;
/** [west, south, east, north], degrees */
export type LonLatBox = readonly [number, number, number, number];

export interface AppInfo {
  readonly name: string;
  readonly version: string;
  readonly electron: string;
  readonly chrome: string;
  readonly node: string;
  readonly platform: string;
  /** True on the Electron that serves development and tests only; the window must say so. */
  readonly standIn: boolean;
  readonly locale: string;
}

export type Theme = 'system' | 'light' | 'dark';

export interface Settings {
  readonly theme: Theme;
  /** The renderer's own memory of panel sizes, open tabs and the like; main only keeps it. */
  readonly layout: Readonly<Record<string, unknown>>;
}

/** The ways in and out that a person has set. */
export interface ConnectionSettings {
  /** Folders of GeoTIFFs that the local engine's catalogue offers. */
  readonly catalogFolders: readonly string[];
  /** `system`, `none`, or the address of a proxy. */
  readonly proxy: string;
  /** A PEM file of further certificate authorities. */
  readonly certificates: string | null;
}

/** A file of this computer that steps of the local engine draw on. */
export interface LocalDataset {
  readonly path: string;
  /** An extract of OpenStreetMap, or a surface model. */
  readonly kind: 'osm' | 'surface';
  /** bytes; null where the engine has not looked at it */
  readonly size: number | null;
  readonly bounds: LonLatBox | null;
  /** Buildings of an extract. */
  readonly objects?: number;
  /** m a pixel, of a surface model */
  readonly gsd?: number;
  /** Why it cannot be used. */
  readonly problem?: ErrorData;
}

export type AccountKind = 'local' | 'mapflow';

export interface Account {
  readonly id: string;
  readonly kind: AccountKind;
  readonly name: string;
  /** Null for the local engine, whose address changes with each start. */
  readonly baseUrl: string | null;
  readonly email: string | null;
  readonly active: boolean;
  readonly signedIn: boolean;
}

export interface ModelBlock {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly optional: boolean;
  readonly price: number;
  /** False where the server lists the step but cannot do it; such a step is shown and cannot be chosen. */
  readonly available?: boolean;
  /** Why it cannot be chosen, and what to do. */
  readonly reason?: string;
  /** Where it can run; everywhere when absent. */
  readonly bounds?: readonly LonLatBox[];
  /** What can be told with the processing to make up for the reason: `captured_at`, when the imagery was taken. */
  readonly acceptsParams?: readonly string[];
}

export interface Model {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** credits per km² */
  readonly pricePerSqKm: number;
  readonly blocks: readonly ModelBlock[];
  /** False where the server lists it but cannot run it. */
  readonly available: boolean;
}

/** How the active account stands with its server. */
export interface AccountStatus {
  readonly accountId: string;
  readonly state: 'connecting' | 'online' | 'offline' | 'signed_out';
  /** Whole credits; null where the account is not billed in credits or the server did not say. */
  readonly credits: number | null;
  readonly models: readonly Model[];
  /** bytes of one uploaded file */
  readonly maxUploadBytes: number;
  /** px a side of one uploaded file */
  readonly maxUploadSide: number;
  readonly storageUsedBytes: number | null;
  readonly storageLimitBytes: number | null;
  /** Why it is offline or signed out. */
  readonly error: ErrorData | null;
}

export interface RasterInfo {
  /** Opaque; good until the raster is closed. */
  readonly id: string;
  readonly path: string;
  readonly name: string;
  readonly description: RasterDescription;
  /** Outline in WGS 84; null without a usable georeference. */
  readonly footprint: Polygon | null;
  readonly bbox: LonLatBox | null;
  /** Ground sample distance at the centre, metres a pixel; null where unknown. */
  readonly gsd: number | null;
}

/** Per band, from a sample of blocks. */
export interface BandStatistics {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** The standard deviation. */
  readonly deviation: number;
  /** The 2 % and 98 % cuts. */
  readonly low: number;
  readonly high: number;
  /** Counts in bins of equal width. */
  readonly histogram: readonly number[];
  /** Where the first bin begins and the last one ends. */
  readonly histogramFrom: number;
  readonly histogramTo: number;
}

export interface RecentFile {
  readonly path: string;
  readonly name: string;
  readonly openedAt: string;
  readonly missing: boolean;
}

export interface Mosaic {
  readonly id: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly createdAt: string;
  readonly imageCount: number;
  readonly sizeBytes: number | null;
  readonly footprint: Geometry | null;
}

export interface MosaicImage {
  readonly id: string;
  readonly mosaicId: string;
  readonly filename: string;
  readonly sizeBytes: number;
  readonly uploadedAt: string;
  readonly width: number;
  readonly height: number;
  readonly footprint: Geometry | null;
}

export type FindingLevel = 'ok' | 'warning' | 'stop';

/** One line of the check before an upload; kind and params become words as an error's do. */
export interface Finding {
  readonly level: FindingLevel;
  readonly kind: string;
  readonly params: Readonly<Record<string, string | number>>;
}

export interface UploadPlanView {
  readonly rasterId: string;
  readonly chunkCount: number;
  readonly skippedCount: number;
  readonly totalBytes: number;
  /** False when some chunk must be decoded and re-encoded (without loss). */
  readonly verbatim: boolean;
  /** False where sizes are estimates: chunks that are reduced are made while they are sent. */
  readonly exact: boolean;
  readonly findings: readonly Finding[];
}

export type UploadState =
  'waiting' | 'sending' | 'paused' | 'offline' | 'verifying' | 'preparing' | 'done' | 'failed' | 'cancelled';

export interface Upload {
  readonly id: string;
  readonly accountId: string;
  readonly path: string;
  readonly name: string;
  readonly mosaicId: string | null;
  readonly mosaicName: string;
  readonly state: UploadState;
  readonly bytesTotal: number;
  /** Bytes of confirmed chunks; what is on its way does not count. */
  readonly bytesConfirmed: number;
  readonly chunksTotal: number;
  readonly chunksConfirmed: number;
  readonly chunksFailed: number;
  /** bytes per second, null when nothing is being sent */
  readonly rate: number | null;
  readonly secondsLeft: number | null;
  /** When the next attempt is made while every chunk waits for one after a failure; null otherwise. */
  readonly retryAt: string | null;
  /** How what is sent is compressed where it is reduced to a few bands of 8 bits; null where it is the source's own. */
  readonly reducedTo: 'jpeg' | 'deflate' | null;
  /** Its place in the queue. */
  readonly position: number;
  readonly error: ErrorData | null;
  readonly createdAt: string;
  readonly finishedAt: string | null;
}

/** What came of a drop of files and folders. */
export interface StartedUploads {
  readonly uploads: readonly Upload[];
  readonly failures: readonly { readonly path: string; readonly error: ErrorData }[];
}

/** How fast uploads may be, over the day. */
export interface Bandwidth {
  /** bytes per second; null for as fast as it goes */
  readonly limit: number | null;
  /** Another limit for some hours; null for none. */
  readonly night: {
    /** Minutes since midnight, local time; an end before the begin lies on the next day. */
    readonly from: number;
    readonly to: number;
    readonly limit: number | null;
  } | null;
}

export type ChunkState = 'planned' | 'sending' | 'ambiguous' | 'confirmed' | 'failed';

export interface UploadChunk {
  readonly index: number;
  readonly window: PixelWindow;
  readonly bytes: number;
  readonly state: ChunkState;
}

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly isDefault: boolean;
}

export type ProcessingStatus =
  'UNPROCESSED' | 'IN_PROGRESS' | 'AWAITING' | 'OK' | 'FAILED' | 'CANCELLED' | 'REFUNDED' | (string & {});

export interface Quote {
  /** Whole credits; null where the account is not billed in credits. */
  readonly credits: number | null;
  /** m² */
  readonly area: number;
  /** Credits the account has left; null where unknown. */
  readonly balance: number | null;
}

export interface ResultSummary {
  readonly featureCount: number;
  readonly bbox: LonLatBox | null;
  /** bytes of the GeoPackage */
  readonly sizeBytes: number;
  readonly styleName: string;
  readonly fields: readonly string[];
}

export interface Processing {
  readonly id: string;
  readonly accountId: string;
  readonly projectId: string;
  readonly name: string;
  readonly modelName: string;
  readonly status: ProcessingStatus;
  /** 0–100 */
  readonly percent: number;
  /** m² */
  readonly area: number;
  readonly cost: number | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly messages: readonly ErrorData[];
  /** The area it was run on, where known. */
  readonly aoi: Geometry | null;
  readonly resultState: 'none' | 'fetching' | 'ready' | 'failed';
  readonly result: ResultSummary | null;
  readonly resultError: ErrorData | null;
}

export interface IdentifiedFeature {
  readonly id: number;
  readonly properties: Readonly<Record<string, string | number | boolean | null>>;
  readonly geometry: Geometry;
}

export interface FeatureRow {
  readonly id: number;
  readonly properties: Readonly<Record<string, string | number | boolean | null>>;
  /** Null for a feature without geometry. */
  readonly bbox: LonLatBox | null;
}

export interface EngineState {
  readonly state: 'starting' | 'running' | 'stopped' | 'failed';
  readonly error: ErrorData | null;
}

/** A long task for the status bar. */
export interface TaskView {
  readonly id: string;
  readonly kind: 'upload' | 'processing' | 'result' | 'overviews';
  readonly label: string;
  /** 0–1, null when not known */
  readonly progress: number | null;
}

/** The overviews of an open raster that are being built. */
export interface OverviewJob {
  readonly rasterId: string;
  readonly name: string;
  readonly state: 'waiting' | 'building' | 'paused' | 'done' | 'failed' | 'cancelled';
  /** 0–1 */
  readonly progress: number;
  readonly secondsLeft: number | null;
  readonly error: ErrorData | null;
}

export interface LogEntry {
  readonly time: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly area: string;
  readonly message: string;
}
