import { AppError, toErrorData, type ErrorData } from '@shared/errors';
import type { Upload, UploadChunk } from '@shared/ipc/types';
import type { ChunkRecord, ChunkTotals, PauseReason, UploadRecord } from '@shared/library/records';
import type { ReductionCodec } from '@shared/tiff/reduce';
import { Announcer } from './announcer';
import type { ListedImage, UploadChange } from './ports';
import { gatherRasters } from './gather';
import { reordered } from './order';
import { Runs, type RunsPorts } from './runs';
import { newMosaicTag, Starting, type PreviewUpload, type StartUpload, type UploadPreview } from './starting';
import { noChunks } from './totals';
import { describeUpload, isFinished, isResumable } from './view';

export interface UploadsPorts extends RunsPorts {
  /** What the account's server takes: bytes and px a side of one file. */
  readonly limitsOf: (accountId: string) => { readonly maxBytes: number; readonly maxSide: number };
  /** Names of the models that the account may use; their resolutions are compared with the raster's. */
  readonly modelsOf?: (accountId: string) => readonly string[];
  /** bytes free on this computer's disk where it is this disk that fills; null where it is not. */
  readonly localFreeBytes?: (accountId: string) => Promise<number | null>;
}

export interface StartMany {
  readonly accountId: string;
  /** Files, and folders of files. */
  readonly paths: readonly string[];
  /** One for all. */
  readonly mosaic: { readonly id: string } | { readonly name: string };
  readonly targetBytes?: number | undefined;
  readonly reduce?: ReductionCodec | null | undefined;
}

export interface StartedMany {
  readonly uploads: readonly Upload[];
  readonly failures: readonly { readonly path: string; readonly error: ErrorData }[];
}

export interface UploadListener {
  onUpload?(upload: Upload): void;
  onChunk?(chunk: ChunkRecord): void;
  onRemoved?(uploadId: string): void;
}

/** The queue of uploads. What is under way when the program ends goes on when it starts again. */
export class Uploads {
  readonly #ports: UploadsPorts;
  readonly #runs: Runs;
  readonly #announcer: Announcer;
  readonly #starting: Starting;
  readonly #listeners = new Set<UploadListener>();

  constructor(ports: UploadsPorts) {
    this.#ports = ports;
    this.#starting = new Starting(ports);
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
    const totals = this.#ports.ledger.totals();
    return this.#ports.ledger.list().map((upload) => this.#describe(upload, totals));
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
  preview(wanted: PreviewUpload, signal: AbortSignal = new AbortController().signal): Promise<UploadPreview> {
    return this.#starting.preview(wanted, signal);
  }

  /**
   * Plans an upload, writes it down and begins. The same file on its way into the same mosaic is continued, not doubled.
   * Throws the first finding that stands against it, `tiff.*`, `rasters.*`.
   */
  async start(wanted: StartUpload): Promise<Upload> {
    const planned = await this.#starting.plan(wanted);
    if ('known' in planned) {
      await this.resume(planned.known.id);
      return this.get(planned.known.id);
    }
    const { upload, chunks } = planned;
    await this.#ports.ledger.insert(upload, chunks);
    this.#announcer.now(upload.id);
    this.#runs.begin(upload.id);
    return this.get(upload.id);
  }

  /**
   * Begins the upload of files and of the rasters in folders, all into one mosaic. A file that cannot be uploaded is told; the
   * others are on their way all the same. Throws `uploads.too_many_files`.
   */
  async startMany({ accountId, paths, mosaic, targetBytes, reduce }: StartMany): Promise<StartedMany> {
    const { files, failures } = await gatherRasters(paths);
    const choice = 'id' in mosaic ? mosaic : { ...mosaic, tag: newMosaicTag() };
    const uploads: Upload[] = [];
    const refused: { path: string; error: ErrorData }[] = [];
    for (const path of files) {
      try {
        uploads.push(await this.start({ accountId, path, mosaic: choice, targetBytes, reduce }));
      } catch (error) {
        refused.push({ path, error: toErrorData(error) });
      }
    }
    return { uploads, failures: [...failures, ...refused] };
  }

  /** Moves an upload before another one of the queue, or to its end. What is on its way already goes on. */
  async move(uploadId: string, before: string | null): Promise<void> {
    const queue = this.#ports.ledger.list().filter((upload) => !isFinished(upload));
    const moves = reordered(queue, uploadId, before);
    await Promise.all(moves.map(({ id, position }) => this.#change(id, { position })));
  }

  /** Images of a mosaic that the server could not prepare, whoever sent them. */
  async failedImages(
    accountId: string,
    mosaicId: string,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<readonly ListedImage[]> {
    const images = await this.#ports.serverOf(accountId).images(mosaicId, signal);
    return images.filter((image) => image.readiness === 'failed');
  }

  /** Removes those from the mosaic; answers with their number. */
  async removeFailedImages(accountId: string, mosaicId: string): Promise<number> {
    const { signal } = new AbortController();
    const server = this.#ports.serverOf(accountId);
    const failed = await this.failedImages(accountId, mosaicId, signal);
    for (const { id } of failed) await server.removeImage(id, signal);
    return failed.length;
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

  /** The network is back: whatever waits tries now. */
  wake(): void {
    this.#runs.wake();
  }

  /** The computer goes to sleep: its connections will be dead when it wakes up, so nothing is left on its way. */
  async suspend(): Promise<void> {
    await this.#runs.stopAll();
  }

  /** Forgets all that have ended well. */
  async clearHistory(accountId: string): Promise<void> {
    for (const upload of this.#ports.ledger.list()) {
      if (upload.accountId === accountId && isFinished(upload) && upload.state !== 'failed')
        await this.remove(upload.id);
    }
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

  #record(uploadId: string): UploadRecord {
    const upload = this.#ports.ledger.get(uploadId);
    if (!upload) throw new AppError('uploads.not_found');
    return this.#asItIs(upload);
  }

  /** What the ledger says, or that it stopped where the ledger could not be told so. */
  #asItIs(upload: UploadRecord): UploadRecord {
    const error = this.#runs.untold(upload.id);
    return error === null ? upload : { ...upload, state: 'failed', error };
  }

  async #change(uploadId: string, change: UploadChange): Promise<void> {
    await this.#ports.ledger.update(uploadId, change);
    this.#announcer.now(uploadId);
  }

  #describe(upload: UploadRecord, known?: ReadonlyMap<string, ChunkTotals>): Upload {
    const { id } = upload;
    const totals = this.#runs.totals(id) ?? (known ?? this.#ports.ledger.totals(id)).get(id) ?? noChunks;
    return describeUpload(this.#asItIs(upload), totals, {
      rate: this.#runs.rate(upload.id),
      retryAt: this.#runs.retryAt(upload.id),
    });
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
