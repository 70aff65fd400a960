/**
 * What the library keeps, as the services that use it see it. Times are ISO 8601 in UTC. Snapshots of the server's objects
 * are kept as the window's types have them; nothing here ever holds a secret.
 */
import type { ErrorData } from '../errors';
import type {
  AccountKind,
  ChunkState,
  Mosaic,
  MosaicImage,
  Processing,
  Project,
  ResultSummary,
  UploadState,
} from '../ipc/types';
import type { Reduction } from '../tiff/reduce';
import type { Draft } from '../ipc/contract';

/** How a token is presented; the live service takes Basic, the reference says Bearer. */
export type AuthScheme = 'Bearer' | 'Basic';
/** Which forms of requests a server understands. */
export type Dialect = 'reference' | 'live';

export interface AccountRecord {
  readonly id: string;
  readonly kind: AccountKind;
  readonly name: string;
  readonly baseUrl: string | null;
  readonly email: string | null;
  readonly scheme: AuthScheme;
  readonly dialect: Dialect;
  readonly signedIn: boolean;
  readonly createdAt: string;
}

export interface RecentRaster {
  readonly path: string;
  readonly name: string;
  readonly openedAt: string;
}

export type PauseReason = 'user' | 'signed_out';

export interface UploadRecord {
  readonly id: string;
  readonly accountId: string;
  /** Of the source, absolute. */
  readonly path: string;
  readonly name: string;
  /** Null until the mosaic exists at the server. */
  readonly mosaicId: string | null;
  readonly mosaicName: string;
  /** Marks a mosaic that this upload creates, so that it is found again when the answer was lost. */
  readonly mosaicTag: string;
  readonly state: UploadState;
  readonly pausedBy: PauseReason | null;
  /** What the source was when it was planned: bytes, ms since 1970, and a hash of samples of its content. */
  readonly sourceSize: number;
  readonly sourceMtimeMs: number;
  readonly sourceHash: string;
  /** With these the same source yields the same plan: bytes, bytes, px a side. */
  readonly targetBytes: number;
  readonly maxBytes: number;
  readonly maxSide: number;
  /** What is given up for fewer bytes, as the user chose; null where every chunk holds the source's own samples. */
  readonly reduction: Reduction | null;
  /** Order in the queue. */
  readonly position: number;
  readonly error: ErrorData | null;
  readonly createdAt: string;
  readonly finishedAt: string | null;
}

export interface ChunkRecord {
  readonly uploadId: string;
  readonly index: number;
  /** The file name at the server; the same for the same pixels of the same source. */
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  /** False while `bytes` is an estimate: of a chunk that was not made yet. */
  readonly exact: boolean;
  readonly state: ChunkState;
  /** Sends begun so far. */
  readonly attempts: number;
  /** Lower-case hex of the bytes, known once they were read through. */
  readonly sha1: string | null;
  /** The image at the server, known once it was listed. */
  readonly imageId: string | null;
  /** Whether the server has finished preparing the image. */
  readonly usable: boolean;
  readonly error: ErrorData | null;
  readonly changedAt: string;
}

/** What the chunks of an upload come to. */
export interface ChunkTotals {
  readonly chunks: number;
  readonly bytes: number;
  readonly confirmed: number;
  readonly bytesConfirmed: number;
  readonly failed: number;
  readonly sending: number;
}

/** A processing that is being bought: written before the request, so that a lost answer is looked for, not paid twice. */
export interface OrderRecord {
  /** Ours; travels in the processing's `meta`. */
  readonly id: string;
  readonly accountId: string;
  readonly projectId: string;
  readonly draft: Draft;
  /** sending: a request may be at the server; lost: no answer came and it was not found yet. */
  readonly state: 'sending' | 'lost' | 'created' | 'refused';
  readonly processingId: string | null;
  readonly createdAt: string;
}

export interface ProcessingRecord {
  readonly accountId: string;
  readonly id: string;
  /** The latest that the server said, in the window's form. */
  readonly snapshot: ProcessingSnapshot;
  readonly resultState: Processing['resultState'];
  readonly result: ResultSummary | null;
  readonly resultError: ErrorData | null;
  /** Names the style that the result is drawn with. */
  readonly styleName: string;
}

/** A result at another threshold than its model's own, kept beside the one as it came. */
export interface VersionRecord {
  readonly processingId: string;
  /** Counts up from 1. */
  readonly number: number;
  /** 0–1 */
  readonly threshold: number;
  /** m², of all features */
  readonly area: number;
  readonly result: ResultSummary;
  readonly createdAt: string;
  /** The one in use; none is where the result as it came is. */
  readonly current: boolean;
}

export type ProcessingSnapshot = Omit<Processing, 'resultState' | 'result' | 'resultError'>;

export interface DraftRecord {
  readonly id: string;
  readonly accountId: string;
  readonly body: unknown;
  readonly updatedAt: string;
}

/** An edit made offline, waiting for its turn. */
export interface OutboxRecord {
  readonly seq: number;
  readonly accountId: string;
  readonly kind: string;
  readonly targetId: string;
  /** What to set. */
  readonly body: unknown;
  /** What it was when the user changed it; another value at the server is a conflict. */
  readonly base: unknown;
  readonly error: ErrorData | null;
  readonly createdAt: string;
}

export type { Mosaic, MosaicImage, Project };
