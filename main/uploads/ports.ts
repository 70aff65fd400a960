import type { ChunkState, UploadState } from '@shared/ipc/types';
import type { ChunkRecord, ChunkTotals, PauseReason, UploadRecord } from '@shared/library/records';
import type { Reduction, ReductionCodec } from '@shared/tiff/reduce';
import type { PixelWindow, RasterDescription } from '@shared/tiff/types';

export interface LedgerReads {
  list(): readonly UploadRecord[];
  get(id: string): UploadRecord | null;
  chunks(uploadId: string): readonly ChunkRecord[];
  /** What the chunks of each upload come to, by the upload's id; of one upload alone where it is named. */
  totals(uploadId?: string): ReadonlyMap<string, ChunkTotals>;
}

/** The record of every upload on disk; what was written is there for good once its promise is kept. */
export interface Ledger extends LedgerReads {
  insert(upload: UploadRecord, chunks: readonly ChunkRecord[]): Promise<void>;
  update(id: string, change: UploadChange): Promise<void>;
  updateChunk(uploadId: string, index: number, change: ChunkChange): Promise<void>;
  remove(id: string): Promise<void>;
  /**
   * Makes this process the one that works on the upload, until `until` (ms since 1970); false while another one that is alive
   * holds it.
   */
  lease(id: string, pid: number, until: number): Promise<boolean>;
  release(id: string, pid: number): Promise<void>;
}

export interface UploadChange {
  readonly mosaicId?: string | null;
  readonly mosaicName?: string;
  readonly state?: UploadState;
  readonly pausedBy?: PauseReason | null;
  readonly position?: number;
  readonly error?: UploadRecord['error'];
  readonly finishedAt?: string | null;
}

export interface ChunkChange {
  readonly bytes?: number;
  readonly exact?: boolean;
  readonly state?: ChunkState;
  readonly attempts?: number;
  readonly sha1?: string | null;
  readonly imageId?: string | null;
  readonly usable?: boolean;
  readonly error?: ChunkRecord['error'];
}

/** An image as the server lists it. Null where it does not say. */
export interface ListedImage {
  readonly id: string;
  readonly filename: string;
  readonly bytes: number | null;
  readonly width: number | null;
  readonly height: number | null;
  /** hex */
  readonly sha1: string | null;
  readonly crs: string | null;
  readonly bands: number | null;
  /** units of the CRS */
  readonly pixelSize: number | null;
  readonly readiness: 'usable' | 'waiting' | 'failed';
  /** The server's own words for a failed one. */
  readonly problem: string | null;
  readonly uploadedAt: string | null;
}

export interface OutgoingFile {
  readonly filename: string;
  /** bytes, exact */
  readonly size: number;
  /** Makes the client's request where the bytes are. */
  readonly courier: Courier;
}

/** Hands a request of the client's to whoever has the bytes; both are the client's own affair, in plain values. */
export type Courier = (request: unknown, signal: AbortSignal | undefined) => Promise<unknown>;

/** How a chunk ends: with its SHA-1 (lower-case hex) where that was computed on the way. */
export interface ChunkEnd {
  readonly sha1: string | null;
}

/**
 * Asked before bytes of a chunk leave: how many of so many may, at least one. With the last piece of the chunk it is told the
 * end, once, before any byte of that piece leaves; then none may be asked for, where all were allowed before.
 */
export type Pass = (bytes: number, end: ChunkEnd | null) => Promise<number>;

/** What uploads need of an account's server. Failures are `AppError`s; those of requests also fit `RequestFailure`. */
export interface ImageServer {
  createMosaic(
    request: { name: string; tags: readonly string[] },
    signal: AbortSignal,
  ): Promise<{ id: string }>;
  mosaicsTagged(tag: string, signal: AbortSignal): Promise<readonly { id: string }[]>;
  mosaicName(mosaicId: string, signal: AbortSignal): Promise<string>;
  /** All images, also those that are not ready yet. */
  images(mosaicId: string, signal: AbortSignal): Promise<readonly ListedImage[]>;
  send(mosaicId: string, file: OutgoingFile, signal: AbortSignal): Promise<{ imageId: string | null }>;
  removeImage(imageId: string, signal: AbortSignal): Promise<void>;
  removeMosaic(mosaicId: string, signal: AbortSignal): Promise<void>;
  /** bytes; null where the server does not say */
  freeStorage(signal: AbortSignal): Promise<number | null>;
}

/** How far a request had come when it failed: what decides whether it may be repeated. */
export interface RequestFailure extends Error {
  readonly kind: string;
  readonly phase: 'connect' | 'send' | 'wait' | 'receive' | 'answered';
  /** HTTP status, null where no answer came */
  readonly status: number | null;
  /** ms that the server asks to wait */
  readonly retryAfterMs: number | null;
  /** The server may have done it all the same. */
  readonly ambiguous: boolean;
  /** May succeed later without anybody changing anything. */
  readonly passing: boolean;
}

/** What a source file is: enough to notice that it was changed. */
export interface SourceIdentity {
  /** bytes */
  readonly size: number;
  /** ms since 1970 */
  readonly mtimeMs: number;
  /** hex, of samples of the content */
  readonly hash: string;
}

export interface PlanLimits {
  /** bytes that chunks should have */
  readonly targetBytes: number;
  /** bytes that no chunk exceeds */
  readonly maxBytes: number;
  /** px that no side exceeds */
  readonly maxSide: number;
  /** What is given up; nothing where absent or null. */
  readonly reduction?: Reduction | null;
}

export interface PlannedChunk {
  readonly name: string;
  readonly window: PixelWindow;
  /** The size, or about so many where it is not known before the chunk is made. */
  readonly bytes: number;
  readonly exact: boolean;
  readonly verbatim: boolean;
}

export interface SourcePlan {
  readonly chunks: readonly PlannedChunk[];
  /** Windows that hold nothing and are not sent. */
  readonly skipped: readonly PixelWindow[];
}

/** What a chunk came to that was made. */
export interface MadeChunk {
  readonly bytes: number;
  /** lower-case hex */
  readonly sha1: string;
}

/** Some bytes of a chunk; `end` is null but with the last of them. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly end: ChunkEnd | null;
}

/** Memory to read into; null where there is none that large. */
export interface Buffers {
  take(length: number): Uint8Array | null;
}

/** A raster that is being uploaded, planned chunk by chunk. */
interface PlannedSource {
  readonly description: RasterDescription;
  readonly identity: SourceIdentity;
  plan(limits: PlanLimits, signal: AbortSignal): Promise<SourcePlan>;
  /** What the raster is reduced to, with its numbers. Throws `tiff.*`. */
  reduction(codec: ReductionCodec, signal: AbortSignal): Promise<Reduction>;
  /** Makes a chunk whose size is not known, and holds it until it is dropped: reading it does not make it again. */
  make(chunkName: string, signal: AbortSignal): Promise<MadeChunk>;
  drop(chunkName: string): Promise<void>;
  /** Lower-case hex SHA-1 of a chunk of the last plan. Throws `uploads.source_changed`, `tiff.*`. */
  sha1(chunkName: string, signal: AbortSignal): Promise<string>;
  /** Whether the file is still what it was when it was opened. Throws `uploads.source_changed`, `uploads.source_missing`. */
  checkUnchanged(): Promise<void>;
  close(): Promise<void>;
}

/** One whose bytes are here. */
export interface ReadSource extends PlannedSource {
  /** The bytes of a chunk of the last plan, in pieces of at most 1 MiB. Throws `uploads.source_changed`, `tiff.*`. */
  read(chunkName: string, signal: AbortSignal, buffers?: Buffers): AsyncIterable<Piece>;
}

/** One whose bytes are read, and sent, by another thread. */
export interface UploadSource extends PlannedSource {
  /** Sends a chunk of `size` bytes from where they are read. Fails as reading does, and as `pass` does. */
  courier(chunkName: string, size: number, pass: Pass): Courier;
}

/** Throws `tiff.*`, `rasters.*`. */
export type OpenSource = (path: string) => Promise<UploadSource>;
/** Throws `tiff.*`, `rasters.*`. */
export type OpenReadSource = (path: string) => Promise<ReadSource>;

/** ms throughout; the defaults are for people and real networks. */
export interface Timing {
  /** First upper bound of a random delay before a repetition; doubles with each. */
  readonly backoffMs: number;
  readonly longestBackoffMs: number;
  /** When to look for a chunk whose fate is not known, after the first look. */
  readonly settleMs: readonly number[];
  /** First pause between looks at images that the server prepares; grows. */
  readonly prepareMs: number;
  readonly longestPrepareMs: number;
  /** How long this process holds an upload without saying so again. */
  readonly leaseMs: number;
}

export const usualTiming: Timing = {
  backoffMs: 1_000,
  longestBackoffMs: 60_000,
  settleMs: [1_000, 2_000, 4_000, 8_000],
  prepareMs: 500,
  longestPrepareMs: 10_000,
  leaseMs: 15_000,
};

/** For a server on this computer: what it does not list at once it does not have. */
export const localTiming: Partial<Timing> = {
  backoffMs: 250,
  longestBackoffMs: 5_000,
  settleMs: [50, 150, 300, 500],
  prepareMs: 200,
  longestPrepareMs: 1_000,
};
