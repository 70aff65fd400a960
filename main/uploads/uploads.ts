import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { basename } from 'node:path';
import { AppError, toErrorData } from '@shared/errors';
import type { Finding, Upload, UploadChunk } from '@shared/ipc/types';
import type { ChunkRecord, PauseReason, UploadRecord } from '@shared/library/records';
import type { Log } from '@shared/log';
import { Announcer } from './announcer';
import { isRequestFailure, judge } from './failures';
import { Meter } from './meter';
import { Parallelism } from './parallel';
import {
  usualTiming,
  type ImageServer,
  type Ledger,
  type OpenSource,
  type PlanLimits,
  type Timing,
} from './ports';
import { preflight, totalBytes } from './preflight';
import { UploadRun } from './run';
import { Slots } from './slots';
import { describeUpload, isFinished, isResumable } from './view';
import { Waiting } from './wait';

export interface UploadsPorts {
  readonly ledger: Ledger;
  /** The server of an account, for the length of one upload. */
  readonly serverOf: (accountId: string) => ImageServer;
  readonly openSource: OpenSource;
  /** What the account's server takes: bytes and px a side of one file. */
  readonly limitsOf: (accountId: string) => { readonly maxBytes: number; readonly maxSide: number };
  readonly log: Log;
  /** Patience with the server of an account, where it is not the usual one. */
  readonly timingFor?: (accountId: string) => Partial<Timing>;
  readonly random?: () => number;
  readonly pid?: number;
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

/** Why a run was stopped from outside. */
class Stopped extends Error {
  constructor(readonly why: 'paused' | 'cancelled' | 'closing') {
    super(why);
  }
}

interface ActiveRun {
  readonly abort: AbortController;
  readonly meter: Meter;
  /** Resolves once nothing of the run goes on. */
  readonly ended: Promise<void>;
}

const quotaPatienceMs = 5_000;
const usualTarget = 64 * 1024 * 1024;

/**
 * The queue of uploads. All of them may run at once, sharing an account's slots: the first in the queue is served first.
 * What is under way when the program ends goes on when it starts again.
 */
export class Uploads {
  readonly #ports: UploadsPorts;
  readonly #waiting = new Waiting();
  readonly #listeners = new Set<UploadListener>();
  readonly #runs = new Map<string, ActiveRun>();
  readonly #accounts = new Map<string, { readonly slots: Slots; readonly parallelism: Parallelism }>();
  readonly #announcer: Announcer;
  readonly #pid: number;
  readonly #renewal: NodeJS.Timeout;
  #closed = false;

  constructor(ports: UploadsPorts) {
    this.#ports = ports;
    this.#announcer = new Announcer(
      (id) => this.#announce(id),
      () => this.#runs.keys(),
    );
    this.#pid = ports.pid ?? process.pid;
    this.#renewal = setInterval(() => this.#renewLeases(), usualTiming.leaseMs / 3);
    this.#renewal.unref();
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
      const freeBytes = await server.freeStorage(signal).catch(() => null);
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
    const { accountId, path } = wanted;
    const signal = new AbortController().signal;
    const limits = this.#limits(accountId, wanted.targetBytes ?? usualTarget);
    const source = await this.#ports.openSource(path);
    try {
      const { identity, description } = source;
      const known = this.#underWay(wanted, identity.hash, limits);
      if (known) {
        this.resume(known.id);
        return this.get(known.id);
      }
      const plan = await source.plan(limits, signal);
      const freeBytes = await this.#freeBytes(accountId);
      const facts = { raster: description, plan, images: [], mosaicName: null, freeBytes };
      const against = preflight(facts).find((finding) => finding.level === 'stop');
      if (against) throw new AppError(against.kind, against.params);
      const { mosaic } = wanted;
      const mosaicName =
        'name' in mosaic ? mosaic.name : await this.#ports.serverOf(accountId).mosaicName(mosaic.id, signal);
      const id = randomUUID();
      const createdAt = new Date().toISOString();
      const upload: UploadRecord = {
        id,
        accountId,
        path,
        name: basename(path),
        mosaicId: 'id' in mosaic ? mosaic.id : null,
        mosaicName,
        mosaicTag: `orthodesk-${id.slice(0, 13)}`,
        state: 'waiting',
        pausedBy: null,
        sourceSize: identity.size,
        sourceMtimeMs: identity.mtimeMs,
        sourceHash: identity.hash,
        ...limits,
        position: Math.max(0, ...this.#ports.ledger.list().map((other) => other.position)) + 1,
        error: null,
        createdAt,
        finishedAt: null,
      };
      const chunks = plan.chunks.map(({ name, window, bytes }, index): ChunkRecord => ({
        uploadId: id,
        index,
        name,
        ...window,
        bytes,
        state: 'planned',
        attempts: 0,
        sha1: null,
        imageId: null,
        usable: false,
        error: null,
        changedAt: createdAt,
      }));
      this.#ports.ledger.insert(upload, chunks);
      this.#announcer.now(id);
      this.#begin(id);
      return this.get(id);
    } finally {
      await source.close();
    }
  }

  /** Stops sending; what is confirmed stays, what is half sent is sent again later. */
  async pause(uploadId: string, by: PauseReason = 'user'): Promise<void> {
    const upload = this.#record(uploadId);
    if (isFinished(upload) || upload.state === 'paused') return;
    await this.#stop(uploadId, 'paused');
    if (!isFinished(this.#record(uploadId))) this.#change(uploadId, { state: 'paused', pausedBy: by });
  }

  resume(uploadId: string): void {
    const upload = this.#record(uploadId);
    if (this.#runs.has(uploadId) || isFinished(upload)) return;
    this.#change(uploadId, { state: 'waiting', pausedBy: null, error: null });
    this.#begin(uploadId);
  }

  /** Tries again what failed or was cancelled. */
  retry(uploadId: string): void {
    const upload = this.#record(uploadId);
    if (upload.state !== 'failed' && upload.state !== 'cancelled') return;
    if (upload.error?.kind === 'uploads.mosaic_gone') {
      this.#change(uploadId, { mosaicId: null });
      for (const { index } of this.#ports.ledger.chunks(uploadId)) {
        this.#ports.ledger.updateChunk(uploadId, index, { state: 'planned', imageId: null, usable: false });
      }
    }
    this.#change(uploadId, { state: 'waiting', pausedBy: null, error: null, finishedAt: null });
    this.#begin(uploadId);
  }

  /** Gives an upload up. What the server has already stays there. */
  async cancel(uploadId: string): Promise<void> {
    if (this.#record(uploadId).state === 'done') return;
    await this.#stop(uploadId, 'cancelled');
    this.#change(uploadId, { state: 'cancelled', pausedBy: null, finishedAt: new Date().toISOString() });
  }

  /** Forgets an upload that has ended. Throws `uploads.still_running`. */
  remove(uploadId: string): void {
    const upload = this.#record(uploadId);
    if (!isFinished(upload)) throw new AppError('uploads.still_running', { name: upload.name });
    this.#ports.ledger.remove(uploadId);
    for (const listener of this.#listeners) listener.onRemoved?.(uploadId);
  }

  async pauseAll(): Promise<void> {
    await Promise.all(this.#ports.ledger.list().map((upload) => this.pause(upload.id)));
  }

  resumeAll(): void {
    for (const upload of this.#ports.ledger.list()) if (upload.state === 'paused') this.resume(upload.id);
  }

  /** Goes on with everything that was under way when the program ended. */
  resumeInterrupted(): void {
    for (const upload of this.#ports.ledger.list()) if (isResumable(upload)) this.#begin(upload.id);
  }

  /** The account has signed in again: what waited for that goes on. */
  signedIn(accountId: string): void {
    for (const upload of this.#ports.ledger.list()) {
      if (upload.accountId === accountId && upload.pausedBy === 'signed_out') this.resume(upload.id);
    }
  }

  /** The network is back, or the computer woke up: whatever waits tries now. */
  wake(): void {
    this.#waiting.wake();
  }

  /** Resolves once the upload has ended or is paused. */
  async ended(uploadId: string): Promise<Upload> {
    await this.#runs.get(uploadId)?.ended;
    return this.get(uploadId);
  }

  /** Stops all work; it goes on at the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#renewal);
    await Promise.all([...this.#runs.keys()].map((id) => this.#stop(id, 'closing')));
    this.#announcer.close();
  }

  #begin(uploadId: string): void {
    if (this.#closed || this.#runs.has(uploadId)) return;
    const abort = new AbortController();
    // Every chunk on its way, and everything that waits, listens.
    setMaxListeners(0, abort.signal);
    const meter = new Meter();
    const ended = this.#run(uploadId, abort.signal, meter).finally(() => {
      this.#runs.delete(uploadId);
      this.#ports.ledger.release(uploadId, this.#pid);
      this.#announcer.now(uploadId);
    });
    this.#runs.set(uploadId, { abort, meter, ended });
  }

  async #run(uploadId: string, signal: AbortSignal, meter: Meter): Promise<void> {
    try {
      await this.#takeLease(uploadId, signal);
      try {
        await this.#runOnce(uploadId, signal, meter);
      } catch (error) {
        // The reader is started anew; what the network was doing is in the ledger.
        if (!(error instanceof AppError) || error.kind !== 'uploads.reader_stopped') throw error;
        this.#ports.log.warn('the reader of an upload stopped', { upload: uploadId });
        await this.#runOnce(uploadId, signal, meter);
      }
      this.#change(uploadId, { state: 'done', error: null, finishedAt: new Date().toISOString() });
      this.#ports.log.info('uploaded', { upload: uploadId });
    } catch (error) {
      this.#afterFailure(uploadId, error, signal);
    }
  }

  #runOnce(uploadId: string, signal: AbortSignal, meter: Meter): Promise<void> {
    const upload = this.#record(uploadId);
    const { ledger, openSource, serverOf, log, random = Math.random } = this.#ports;
    const run = new UploadRun(
      upload,
      {
        ...this.#account(upload.accountId),
        ledger,
        openSource,
        server: serverOf(upload.accountId),
        meter,
        waiting: this.#waiting,
        timing: { ...usualTiming, ...this.#ports.timingFor?.(upload.accountId) },
        random,
        log,
        onUpload: () => this.#announcer.now(uploadId),
        onChunk: (chunk) => this.#tellChunk(chunk),
      },
      signal,
    );
    return run.run();
  }

  #afterFailure(uploadId: string, error: unknown, signal: AbortSignal): void {
    const verdict = judge(error, signal);
    if (verdict.kind === 'aborted') return;
    const upload = this.#record(uploadId);
    if (verdict.kind === 'signed_out') {
      this.#change(uploadId, { state: 'paused', pausedBy: 'signed_out', error: toErrorData(error) });
      return;
    }
    const gone = isRequestFailure(error) && error.status === 404 && upload.mosaicId !== null;
    const told = gone
      ? new AppError('uploads.mosaic_gone', { mosaic: upload.mosaicName }, { cause: error })
      : error;
    this.#ports.log.warn('an upload failed', { upload: uploadId, error });
    this.#change(uploadId, {
      state: 'failed',
      error: toErrorData(told),
      finishedAt: new Date().toISOString(),
    });
  }

  /** Waits while another process works on the upload. */
  async #takeLease(uploadId: string, signal: AbortSignal): Promise<void> {
    while (!this.#lease(uploadId)) await this.#waiting.pause(usualTiming.leaseMs / 5, signal);
  }

  #lease(uploadId: string): boolean {
    return this.#ports.ledger.lease(uploadId, this.#pid, Date.now() + usualTiming.leaseMs, isAlive);
  }

  #renewLeases(): void {
    for (const id of this.#runs.keys()) {
      if (this.#lease(id)) continue;
      this.#ports.log.warn('another process has taken over an upload', { upload: id });
      void this.#stop(id, 'closing');
    }
  }

  async #stop(uploadId: string, why: Stopped['why']): Promise<void> {
    const run = this.#runs.get(uploadId);
    run?.abort.abort(new Stopped(why));
    await run?.ended;
  }

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

  #account(accountId: string): { readonly slots: Slots; readonly parallelism: Parallelism } {
    const known = this.#accounts.get(accountId);
    if (known) return known;
    const slots = new Slots(0);
    const parallelism = new Parallelism({ onChange: (level) => slots.resize(level) });
    slots.resize(parallelism.level);
    const account = { slots, parallelism };
    this.#accounts.set(accountId, account);
    return account;
  }

  #record(uploadId: string): UploadRecord {
    const upload = this.#ports.ledger.get(uploadId);
    if (!upload) throw new AppError('uploads.not_found');
    return upload;
  }

  #change(uploadId: string, change: Parameters<Ledger['update']>[1]): void {
    this.#ports.ledger.update(uploadId, change);
    this.#announcer.now(uploadId);
  }

  #describe(upload: UploadRecord): Upload {
    const rate = this.#runs.get(upload.id)?.meter.rate() ?? null;
    return describeUpload(upload, this.#ports.ledger.chunks(upload.id), rate);
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

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
