import { z } from 'zod';
import { call, type InputOf, type OutputOf } from './define';
import { qualityContract } from './quality';
import { deskContract, type DeskEvents, type KeptLayer } from './desk';
import type {
  Bandwidth,
  Account,
  AccountStatus,
  AppInfo,
  BandStatistics,
  ConnectionSettings,
  EngineState,
  LocalDataset,
  FeatureRow,
  IdentifiedFeature,
  LogEntry,
  OverviewJob,
  Mosaic,
  MosaicImage,
  Processing,
  Project,
  Quote,
  RasterInfo,
  RecentFile,
  ResultSummary,
  Settings,
  TaskView,
  StartedUploads,
  Upload,
  UploadChunk,
  UploadPlanView,
} from './types';
import type { ErrorData } from '../errors';
import type { CommandId } from '../commands';
import type { GrowingState } from '../tiff/overviews';

const id = z.string().min(1).max(200);
const name = z.string().trim().min(1).max(255);
const path = z.string().min(1).max(4096);
const position = z.array(z.number()).min(2).max(4);
const ring = z.array(position).min(4);

export const aoiSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Polygon'), coordinates: z.array(ring).min(1) }),
  z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(z.array(ring).min(1)).min(1) }),
]);

/** A processing before it is priced and created. */
export const draftSchema = z.object({
  name,
  /** Null: the account's default project. */
  projectId: id.nullable(),
  modelId: id,
  blocks: z.array(z.object({ name, enabled: z.boolean() })).max(50),
  source: z.object({ kind: z.literal('mosaic'), mosaicId: id }),
  aoi: aoiSchema,
  /** When the imagery was taken, in UTC; absent where nobody told. */
  capturedAt: z.iso.datetime().optional(),
});

/** Bytes that a chunk of an upload aims at; 64 MiB when left out. */
const chunkBytes = z.int().min(65536).optional();

/** Reduced to a few bands of 8 bits, on request alone. */
const reduce = z.enum(['jpeg', 'deflate']).nullable().optional();

/** bytes per second */
const rate = z.int().min(1_000).max(1e12).nullable();
const minuteOfDay = z.int().min(0).max(1439);
const bandwidth = z.object({
  limit: rate,
  night: z.object({ from: minuteOfDay, to: minuteOfDay, limit: rate }).nullable(),
});

const none = z.undefined();

/**
 * Every channel between the window and main. One file types both sides; main checks sender and schema before a handler
 * runs (main/ipc/handle.ts).
 */
export const contract = {
  'app.info': call(none).returns<AppInfo>(),
  'app.openExternal': call(z.object({ url: z.url({ protocol: /^https$/ }) })).returns<void>(),
  'app.showInFolder': call(z.object({ path })).returns<void>(),
  'app.recentLog': call(none).returns<readonly LogEntry[]>(),

  'settings.get': call(none).returns<Settings>(),
  'settings.update': call(
    z.object({
      theme: z.enum(['system', 'light', 'dark']).optional(),
      layout: z.record(z.string(), z.unknown()).optional(),
    }),
  ).returns<Settings>(),

  'connections.get': call(none).returns<ConnectionSettings>(),
  /** Shows the system's dialog; nothing changes when it is cancelled. */
  'connections.addFolder': call(none).returns<ConnectionSettings>(),
  'connections.removeFolder': call(z.object({ path })).returns<ConnectionSettings>(),
  'connections.setProxy': call(
    z.object({ proxy: z.string().trim().min(1).max(500) }),
  ).returns<ConnectionSettings>(),
  'connections.chooseCertificates': call(none).returns<ConnectionSettings>(),
  'connections.forgetCertificates': call(none).returns<ConnectionSettings>(),

  'localData.list': call(none).returns<readonly LocalDataset[]>(),
  /** Shows the system's dialog; nothing changes when it is cancelled. */
  'localData.add': call(none).returns<readonly LocalDataset[]>(),
  'localData.remove': call(z.object({ path })).returns<readonly LocalDataset[]>(),

  'accounts.list': call(none).returns<readonly Account[]>(),
  /** Signs in at the server before anything is kept. */
  'accounts.add': call(
    z.object({ name, baseUrl: z.url({ protocol: /^https?$/ }), token: z.string().trim().min(1).max(8192) }),
  ).returns<Account>(),
  /** A new token for a profile whose session has ended; verified before it is kept. */
  'accounts.signIn': call(
    z.object({ accountId: id, token: z.string().trim().min(1).max(8192) }),
  ).returns<Account>(),
  'accounts.activate': call(z.object({ accountId: id })).returns<Account>(),
  /** Deletes the secret, then the profile. */
  'accounts.signOut': call(z.object({ accountId: id })).returns<void>(),
  'accounts.status': call(none).returns<AccountStatus>(),
  'accounts.refresh': call(none).returns<AccountStatus>(),

  'engine.state': call(none).returns<EngineState>(),
  'engine.start': call(none).returns<EngineState>(),
  'engine.stop': call(none).returns<EngineState>(),

  /** Shows the system's dialog; empty when cancelled. One bad file does not hide the good ones. */
  'rasters.openDialog': call(none).returns<OpenedRasters>(),
  /** `remembered` ones were open at the last end: they are no news for the recent files. */
  'rasters.open': call(
    z.object({ paths: z.array(path).min(1).max(1000), remembered: z.boolean().optional() }),
  ).returns<OpenedRasters>(),
  'rasters.close': call(z.object({ rasterId: id })).returns<void>(),
  'rasters.recent': call(none).returns<readonly RecentFile[]>(),
  /** Stored bytes of blocks, null for sparse ones; at most 64 a call. */
  'rasters.readBlocks': call(
    z.object({
      rasterId: id,
      kind: z.enum(['image', 'mask']),
      level: z.int().min(0).max(64),
      indices: z.array(z.int().min(0)).min(1).max(64),
    }),
  ).returns<readonly (Uint8Array | null)[]>(),
  /** Which blocks of a level the file holds: one bit each, lowest first; null where they are too many to tell. */
  'rasters.storedBlocks': call(
    z.object({ rasterId: id, level: z.int().min(0).max(64) }),
  ).returns<Uint8Array | null>(),
  /**
   * The samples of a coarse picture of a raster (`planPreview`, for these zero-based bands or null for all but alpha); null
   * where none is planned.
   */
  'rasters.preview': call(
    z.object({ rasterId: id, bands: z.array(z.int().min(0)).min(1).max(64).nullable() }),
  ).returns<Uint8Array | Float32Array | null>(),
  /** The overviews that are being built, as far as they are; null where none are. */
  'rasters.growing': call(z.object({ rasterId: id })).returns<GrowingState | null>(),
  /** As `rasters.readBlocks`, of a level of these; fails with `overviews.not_made` for what is not there yet. */
  'rasters.readGrowing': call(
    z.object({
      rasterId: id,
      kind: z.enum(['image', 'mask']),
      level: z.int().min(0).max(64),
      indices: z.array(z.int().min(0)).min(1).max(64),
    }),
  ).returns<readonly (Uint8Array | null)[]>(),
  'rasters.statistics': call(z.object({ rasterId: id })).returns<readonly BandStatistics[]>(),
  /** The synthetic scene: made on first use, then opened. */
  'rasters.openSample': call(none).returns<OpenedRasters>(),

  /** Asks where to save, and writes it as a COG with its overviews; the path written, null when cancelled. */
  'rasters.saveCog': call(z.object({ rasterId: id })).returns<string | null>(),
  'rasters.cancelSaveCog': call(z.object({ rasterId: id })).returns<void>(),

  'overviews.list': call(none).returns<readonly OverviewJob[]>(),
  'overviews.pause': call(z.object({ rasterId: id })).returns<void>(),
  /** Also begins again what failed or was cancelled. */
  'overviews.resume': call(z.object({ rasterId: id })).returns<void>(),
  /** Forgets what is built so far. */
  'overviews.cancel': call(z.object({ rasterId: id })).returns<void>(),

  'mosaics.list': call(none).returns<readonly Mosaic[]>(),
  'mosaics.images': call(z.object({ mosaicId: id })).returns<readonly MosaicImage[]>(),
  'mosaics.remove': call(z.object({ mosaicId: id })).returns<void>(),

  'uploads.plan': call(
    z.object({ rasterId: id, mosaicId: id.nullable(), targetBytes: chunkBytes, reduce }),
  ).returns<UploadPlanView>(),
  /** Into a mosaic that exists, or a new one of that name. */
  'uploads.start': call(
    z.object({
      rasterId: id,
      mosaic: z.union([z.object({ id }), z.object({ name })]),
      targetBytes: chunkBytes,
      reduce,
    }),
  ).returns<Upload>(),
  'uploads.list': call(none).returns<readonly Upload[]>(),
  'uploads.chunks': call(z.object({ uploadId: id })).returns<readonly UploadChunk[]>(),
  'uploads.pause': call(z.object({ uploadId: id })).returns<void>(),
  'uploads.resume': call(z.object({ uploadId: id })).returns<void>(),
  'uploads.cancel': call(z.object({ uploadId: id })).returns<void>(),
  /** Tries again what failed; what is confirmed stays. */
  'uploads.retry': call(z.object({ uploadId: id })).returns<void>(),
  'uploads.pauseAll': call(none).returns<void>(),
  'uploads.resumeAll': call(none).returns<void>(),
  /** Files, and folders of files, into one mosaic. */
  'uploads.startFiles': call(
    z.object({
      paths: z.array(path).min(1).max(10_000),
      mosaic: z.union([z.object({ id }), z.object({ name })]),
      targetBytes: chunkBytes,
      reduce,
    }),
  ).returns<StartedUploads>(),
  /** Before another one of the queue; null: to its end. */
  'uploads.move': call(z.object({ uploadId: id, before: id.nullable() })).returns<void>(),
  /** Forgets those that are done or cancelled. */
  'uploads.clearHistory': call(none).returns<void>(),
  /** Images of a mosaic that the server could not prepare; answers with their number. */
  'uploads.removeFailedImages': call(z.object({ mosaicId: id })).returns<number>(),
  /** The window has noticed it: whatever waits tries now. */
  'uploads.networkIsBack': call(none).returns<void>(),
  'uploads.bandwidth': call(none).returns<Bandwidth>(),
  'uploads.setBandwidth': call(bandwidth).returns<Bandwidth>(),
  /** Forgets a finished, failed or cancelled one. */
  'uploads.remove': call(z.object({ uploadId: id })).returns<void>(),

  'projects.list': call(none).returns<readonly Project[]>(),
  'projects.create': call(
    z.object({ name, description: z.string().max(2000).default('') }),
  ).returns<Project>(),
  'projects.rename': call(z.object({ projectId: id, name })).returns<Project>(),

  'processings.price': call(draftSchema).returns<Quote>(),
  /** `acceptedCredits` is the price that the user saw; another price at the server is an error, not a purchase. */
  'processings.create': call(
    z.object({ draft: draftSchema, acceptedCredits: z.number().nullable() }),
  ).returns<Processing>(),
  'processings.list': call(none).returns<readonly Processing[]>(),
  'processings.restart': call(z.object({ processingId: id })).returns<void>(),
  'processings.remove': call(z.object({ processingId: id })).returns<void>(),
  'processings.rename': call(z.object({ processingId: id, name })).returns<Processing>(),
  'processings.fetchResult': call(z.object({ processingId: id })).returns<void>(),

  'results.summary': call(z.object({ processingId: id })).returns<ResultSummary>(),
  /** A Mapbox vector tile of the kept result (layer `vector_layer`); null where it is empty. */
  'results.tile': call(
    z.object({ processingId: id, z: z.int().min(0).max(30), x: z.int().min(0), y: z.int().min(0) }),
  ).returns<Uint8Array | null>(),
  'results.page': call(
    z.object({
      processingId: id,
      offset: z.int().min(0),
      limit: z.int().min(1).max(1000),
      sortBy: z.string().max(200).nullable(),
      descending: z.boolean(),
    }),
  ).returns<readonly FeatureRow[]>(),
  'results.identify': call(
    z.object({ processingId: id, lon: z.number(), lat: z.number(), toleranceMetres: z.number().min(0) }),
  ).returns<readonly IdentifiedFeature[]>(),
  /** Asks where to save; null when cancelled, else the path written. */
  'results.export': call(z.object({ processingId: id, format: z.enum(['gpkg', 'geojson']) })).returns<
    string | null
  >(),

  'tasks.list': call(none).returns<readonly TaskView[]>(),

  ...deskContract,
  ...qualityContract,
} as const;

export interface OpenedRasters {
  readonly rasters: readonly RasterInfo[];
  readonly failures: readonly { readonly path: string; readonly error: ErrorData }[];
  /** By raster id: what the user set for it when it lay on the map before. */
  readonly kept?: Readonly<Record<string, KeptLayer['state']>>;
}

export type Channel = keyof typeof contract;
export type Input<C extends Channel> = InputOf<(typeof contract)[C]>;
export type Output<C extends Channel> = OutputOf<(typeof contract)[C]>;
export type Draft = z.output<typeof draftSchema>;

/** What main tells the window of its own accord. */
export interface Events extends DeskEvents {
  'accounts.changed': readonly Account[];
  'accounts.status': AccountStatus;
  'engine.changed': EngineState;
  'localData.changed': readonly LocalDataset[];
  'rasters.opened': OpenedRasters;
  /** How far a COG is written, 0–1; null when it is over. */
  'rasters.saving': { readonly rasterId: string; readonly progress: number | null };
  /** An open raster has other levels than it had. */
  'rasters.changed': RasterInfo;
  /** A few times a second while overviews are built, and when that begins and ends: what changes of `rasters.growing`. */
  'rasters.grown': { readonly rasterId: string } & Pick<GrowingState, 'made' | 'isUnderWay'>;
  /** Each time something of it changes. */
  'overviews.changed': OverviewJob;
  /** The whole upload, each time something of it changes (at most some ten times a second). */
  'uploads.changed': Upload;
  'uploads.removed': { readonly uploadId: string };
  'uploads.chunk': {
    readonly uploadId: string;
    readonly index: number;
    readonly state: UploadChunk['state'];
  };
  'processings.changed': Processing;
  'processings.removed': { readonly processingId: string };
  'tasks.changed': readonly TaskView[];
  'menu.command': CommandId;
  /** Each new entry of the log from level info up. */
  'app.log': LogEntry;
  /** A failure that belongs to no call. */
  'app.problem': ErrorData;
}

export type EventName = keyof Events;

/** What the preload script puts on `window.orthodesk`. */
export interface Bridge {
  call<C extends Channel>(
    channel: C,
    ...input: undefined extends Input<C> ? [] : [Input<C>]
  ): Promise<import('./define').Envelope<Output<C>>>;
  /** Returns the function that ends the subscription. */
  on<E extends EventName>(event: E, listener: (payload: Events[E]) => void): () => void;
  /** The path of a dropped or chosen file; empty when it has none. */
  pathForFile(file: unknown): string;
}
