import { randomUUID } from 'node:crypto';
import { AppError } from '@shared/errors';
import type { Finding, Upload, UploadChunk } from '@shared/ipc/types';
import type { ChunkRecord, PauseReason, UploadRecord } from '@shared/library/records';
import { Announcer } from './announcer';
import { newUpload } from './newUpload';
import type { PlanLimits, UploadChange } from './ports';
import { preflight, totalBytes } from './preflight';
import { Runs, type RunsPorts } from './runs';
import { describeUpload, isFinished, isResumable } from './view';

export interface UploadsPorts extends RunsPorts {
  /** What the account's server takes: bytes and px a side of one file. */
  readonly limitsOf: (accountId: string) => { readonly maxBytes: number; readonly maxSide: number };
}

export interface StartUpload {
  readonly accountId: string;
  readonly path: string;
  readonly mosaic: { readonly id: string } | { readonly name: string };
  /** bytes; default 64 MiB */
  readonly targetBytes?: number | undefined;
}

export interface UploadPreview {
  readonly chunkCount: number;
  readonly skippedCount: number;
  readonly totalBytes: number;
  readonly verbatim: boolean;
  readonly findings: readonly Finding[];
}

export interface UploadListener {
  onUpload?(upload: Upload): void;
  onChunk?(chunk: ChunkRecord): void;
  onRemoved?(uploadId: string): void;
}

const usualTarget = 64 * 1024 * 1024;
/** ms to wait for a server's word on what it has room for */
const quotaPatienceMs = 5_000;

/** The queue of uploads. What is under way when the program ends goes on when it starts again. */
export class Uploads {
  readonly #ports: UploadsPorts;
  readonly #runs: Runs;
  readonly #announcer: Announcer;
  readonly #listeners = new Set<UploadListener>();

  constructor(ports: UploadsPorts) {
    this.#ports = ports;
    this.#runs = new Runs(ports, {
      onUpload: (id) => this.#announcer.now(id),
      onChunk: (chunk) => this.#tellChunk(chunk),
    });
    this.#announcer = new Announcer(
      (id) => this.#announce(id),
      () => this.#runs.ids(),
    );
  }

  listen(listener: UploadListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  list(): readonly Upload[] {
    return this.#ports.ledger.list().map((upload) => this.#describe(upload));
  }

  /** Throws `uploads.not_found`. */
  get(uploadId: string): Upload {
    return this.#describe(this.#record(uploadId));
  }

  chunks(uploadId: string): readonly UploadChunk[] {
    return this.#ports.ledger.chunks(uploadId).map(({ index, x, y, width, height, bytes, state }) => ({
      index,
      window: { x, y, width, height },
      bytes,
      state,
    }));
  }

  /** What an upload would be, and what stands against it. Nothing is written. */
  async preview(
    wanted: {
      readonly accountId: string;
      readonly path: string;
      readonly mosaicId: string | null;
      readonly targetBytes?: number | undefined;
    },
    signal: AbortSignal = new AbortController().signal,
  ): Promise<UploadPreview> {
    const { accountId, path, mosaicId, targetBytes = usualTarget } = wanted;
    const source = await this.#ports.openSource(path);
    try {
      const plan = await source.plan(this.#limits(accountId, targetBytes), signal);
      const server = this.#ports.serverOf(accountId);
      // A server that does not answer now is no reason not to show the rest.
      const images = mosaicId ? await server.images(mosaicId, signal).catch(() => []) : [];
      const mosaicName = mosaicId ? await server.mosaicName(mosaicId, signal).catch(() => null) : null;
      const freeBytes = await this.#freeBytes(accountId);
      return {
        chunkCount: plan.chunks.length,
        skippedCount: plan.skipped.length,
        totalBytes: totalBytes(plan),
        verbatim: plan.chunks.every((chunk) => chunk.verbatim),
        findings: preflight({ raster: source.description, plan, images, mosaicName, freeBytes }),
      };
    } finally {
      await source.close();
    }
  }

  /**
   * Plans an upload, writes it down and begins. The same file on its way into the same mosaic is continued, not doubled.
   * Throws the first finding that stands against it, `tiff.*`, `rasters.*`.
   */
  async start(wanted: StartUpload): Promise<Upload> {
    const { accountId, path, mosaic } = wanted;
    const { signal } = new AbortController();
    const limits = this.#limits(accountId, wanted.targetBytes ?? usualTarget);
    const source = await this.#ports.openSource(path);
    try {
      const { identity, description: raster } = source;
      const known = this.#underWay(wanted, identity.hash, limits);
      if (known) {
        await this.resume(known.id);
        return this.get(known.id);
      }
      const plan = await source.plan(limits, signal);
      const freeBytes = await this.#freeBytes(accountId);
      const against = preflight({ raster, plan, images: [], mosaicName: null, freeBytes }).find(
        (finding) => finding.level === 'stop',
      );
      if (against) throw new AppError(against.kind, against.params);
      const name =
        'name' in mosaic ? mosaic.name : await this.#ports.serverOf(accountId).mosaicName(mosaic.id, signal);
      const { upload, chunks } = newUpload({
        id: randomUUID(),
        accountId,
        path,
        mosaic: { id: 'id' in mosaic ? mosaic.id : null, name },
        identity,
        plan,
        limits,
        position: Math.max(0, ...this.#ports.ledger.list().map((other) => other.position)) + 1,
        createdAt: new Date().toISOString(),
      });
      await this.#ports.ledger.insert(upload, chunks);
      this.#announcer.now(upload.id);
      this.#runs.begin(upload.id);
      return this.get(upload.id);
    } finally {
      await source.close();
    }
  }

  /** Stops sending; what is confirmed stays, what is half sent is sent again later. */
  async pause(uploadId: string, by: PauseReason = 'user'): Promise<void> {
    const upload = this.#record(uploadId);
    if (isFinished(upload) || upload.state === 'paused') return;
    await this.#runs.stop(uploadId);
    if (!isFinished(this.#record(uploadId))) await this.#change(uploadId, { state: 'paused', pausedBy: by });
  }

  async resume(uploadId: string): Promise<void> {
    const upload = this.#record(uploadId);
    if (this.#runs.has(uploadId) || isFinished(upload)) return;
    await this.#change(uploadId, { state: 'waiting', pausedBy: null, error: null });
    this.#runs.begin(uploadId);
  }

  /** Tries again what failed or was cancelled. */
  async retry(uploadId: string): Promise<void> {
    const upload = this.#record(uploadId);
    if (upload.state !== 'failed' && upload.state !== 'cancelled') return;
    if (upload.error?.kind === 'uploads.mosaic_gone') await this.#forgetMosaic(uploadId);
    await this.#change(uploadId, { state: 'waiting', pausedBy: null, error: null, finishedAt: null });
    this.#runs.begin(uploadId);
  }

  /** Gives an upload up. What the server has already stays there. */
  async cancel(uploadId: string): Promise<void> {
    if (this.#record(uploadId).state === 'done') return;
    await this.#runs.stop(uploadId);
    await this.#change(uploadId, {
      state: 'cancelled',
      pausedBy: null,
      finishedAt: new Date().toISOString(),
    });
  }

  /** Forgets an upload that has ended. Throws `uploads.still_running`. */
  async remove(uploadId: string): Promise<void> {
    const upload = this.#record(uploadId);
    if (!isFinished(upload)) throw new AppError('uploads.still_running', { name: upload.name });
    await this.#ports.ledger.remove(uploadId);
    for (const listener of this.#listeners) listener.onRemoved?.(uploadId);
  }

  async pauseAll(): Promise<void> {
    await Promise.all(this.#ports.ledger.list().map((upload) => this.pause(upload.id)));
  }

  async resumeAll(): Promise<void> {
    for (const upload of this.#ports.ledger.list())
      if (upload.state === 'paused') await this.resume(upload.id);
  }

  /** Goes on with everything that was under way when the program ended. */
  resumeInterrupted(): void {
    for (const upload of this.#ports.ledger.list()) if (isResumable(upload)) this.#runs.begin(upload.id);
  }

  /** The account has signed in again: what waited for that goes on. */
  async signedIn(accountId: string): Promise<void> {
    for (const upload of this.#ports.ledger.list()) {
      if (upload.accountId === accountId && upload.pausedBy === 'signed_out') await this.resume(upload.id);
    }
  }

  /** The network is back, or the computer woke up: whatever waits tries now. */
  wake(): void {
    this.#runs.wake();
  }

  /** Resolves once the upload has ended or is paused. */
  async ended(uploadId: string): Promise<Upload> {
    await this.#runs.ended(uploadId);
    return this.get(uploadId);
  }

  /** Stops all work; it goes on at the next start. */
  async close(): Promise<void> {
    await this.#runs.close();
    this.#announcer.close();
  }

  /** The upload of this very file into this very mosaic that has not ended. */
  #underWay(wanted: StartUpload, hash: string, limits: PlanLimits): UploadRecord | undefined {
    const { accountId, path, mosaic } = wanted;
    return this.#ports.ledger
      .list()
      .find(
        (upload) =>
          !isFinished(upload) &&
          upload.accountId === accountId &&
          upload.path === path &&
          upload.sourceHash === hash &&
          upload.targetBytes === limits.targetBytes &&
          ('id' in mosaic ? upload.mosaicId === mosaic.id : upload.mosaicName === mosaic.name),
      );
  }

  async #forgetMosaic(uploadId: string): Promise<void> {
    await this.#change(uploadId, { mosaicId: null });
    for (const { index } of this.#ports.ledger.chunks(uploadId)) {
      await this.#ports.ledger.updateChunk(uploadId, index, {
        state: 'planned',
        imageId: null,
        usable: false,
      });
    }
  }

  /** Null where the server does not say at once: then it will say so itself. */
  #freeBytes(accountId: string): Promise<number | null> {
    const soon = AbortSignal.timeout(quotaPatienceMs);
    return this.#ports
      .serverOf(accountId)
      .freeStorage(soon)
      .catch(() => null);
  }

  #limits(accountId: string, targetBytes: number): PlanLimits {
    const { maxBytes, maxSide } = this.#ports.limitsOf(accountId);
    return { targetBytes: Math.min(targetBytes, maxBytes), maxBytes, maxSide };
  }

  #record(uploadId: string): UploadRecord {
    const upload = this.#ports.ledger.get(uploadId);
    if (!upload) throw new AppError('uploads.not_found');
    return upload;
  }

  async #change(uploadId: string, change: UploadChange): Promise<void> {
    await this.#ports.ledger.update(uploadId, change);
    this.#announcer.now(uploadId);
  }

  #describe(upload: UploadRecord): Upload {
    return describeUpload(upload, this.#ports.ledger.chunks(upload.id), this.#runs.rate(upload.id));
  }

  #announce(uploadId: string): void {
    const upload = this.#ports.ledger.get(uploadId);
    if (!upload) return;
    const described = this.#describe(upload);
    for (const listener of this.#listeners) listener.onUpload?.(described);
  }

  #tellChunk(chunk: ChunkRecord): void {
    for (const listener of this.#listeners) listener.onChunk?.(chunk);
    this.#announcer.soon(chunk.uploadId);
  }
}
