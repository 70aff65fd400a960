import { setMaxListeners } from 'node:events';
import { AppError, toErrorData, type ErrorData } from '@shared/errors';
import type { ChunkRecord, ChunkTotals, UploadRecord } from '@shared/library/records';
import type { Log } from '@shared/log';
import { Bandwidth, noLimits, type BandwidthLimits } from './bandwidth';
import { isRequestFailure, judge } from './failures';
import { Leases } from './leases';
import { Meter } from './meter';
import { Parallelism } from './parallel';
import {
  usualTiming,
  type ImageServer,
  type Ledger,
  type OpenSource,
  type Timing,
  type UploadChange,
} from './ports';
import { Retries } from './retries';
import { UploadRun } from './run';
import { Slots } from './slots';
import { Turns } from './turns';
import { Waiting } from './wait';

export interface RunsPorts {
  readonly ledger: Ledger;
  /** The server of an account, for the length of one upload. */
  readonly serverOf: (accountId: string) => ImageServer;
  readonly openSource: OpenSource;
  /** Patience with the server of an account, where it is not the usual one. */
  readonly timingFor?: (accountId: string) => Partial<Timing>;
  readonly log: Log;
  /** Asked with every portion that is sent. */
  readonly bandwidth?: () => BandwidthLimits;
  readonly random?: () => number;
  /** How pauses are made; tests look at them. */
  readonly waiting?: Waiting;
  readonly pid?: number;
}

/** Why a run was stopped from outside. */
class Stopped extends Error {}

/** How far the work has come, once it has begun. */
interface Progress {
  run: UploadRun | null;
}

/** What one run is watched and stopped by. */
interface RunParts {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly meter: Meter;
  readonly retries: Retries;
}

interface ActiveRun {
  readonly abort: AbortController;
  readonly progress: Progress;
  readonly meter: Meter;
  readonly retries: Retries;
  /** Resolves once nothing of the run goes on. */
  readonly ended: Promise<void>;
}

/** What is being uploaded now. An account's uploads share its slots: the first in the queue is served first. */
export class Runs {
  readonly #ports: RunsPorts;
  readonly #onUpload: (uploadId: string) => void;
  readonly #onChunk: (chunk: ChunkRecord) => void;
  readonly #waiting: Waiting;
  /** Not woken by what wakes those who wait for a server. */
  readonly #pacing = new Waiting();
  readonly #active = new Map<string, ActiveRun>();
  readonly #accounts = new Map<string, { readonly slots: Slots; readonly parallelism: Parallelism }>();
  readonly #leases: Leases;
  readonly #untold = new Map<string, ErrorData>();
  readonly #bandwidth: Bandwidth;
  readonly #turns = new Turns();
  readonly #renewal: NodeJS.Timeout;
  #closed = false;

  constructor(
    ports: RunsPorts,
    tell: { onUpload: (uploadId: string) => void; onChunk: (chunk: ChunkRecord) => void },
  ) {
    this.#ports = ports;
    this.#waiting = ports.waiting ?? new Waiting();
    this.#onUpload = tell.onUpload;
    this.#onChunk = tell.onChunk;
    this.#bandwidth = new Bandwidth({
      limits: ports.bandwidth ?? (() => noLimits),
      pause: (ms, signal) => this.#pacing.pause(ms, signal),
    });
    this.#leases = new Leases(ports.ledger, usualTiming.leaseMs, ports.pid);
    this.#renewal = setInterval(() => void this.#renew(), usualTiming.leaseMs / 3);
    this.#renewal.unref();
  }

  ids(): Iterable<string> {
    return this.#active.keys();
  }

  has(uploadId: string): boolean {
    return this.#active.has(uploadId);
  }

  /** What the chunks of an upload come to while it is worked on here; null when the ledger has to be asked. */
  totals(uploadId: string): ChunkTotals | null {
    return this.#active.get(uploadId)?.progress.run?.totals() ?? null;
  }

  /** bytes per second, null when nothing is being sent */
  rate(uploadId: string): number | null {
    return this.#active.get(uploadId)?.meter.rate() ?? null;
  }

  /** ms since 1970 of the next attempt after a failure; null when none is waited for */
  retryAt(uploadId: string): number | null {
    return this.#active.get(uploadId)?.retries.next() ?? null;
  }

  /** Why an upload stopped, where that could not be written down: a full disk; null for none. */
  untold(uploadId: string): ErrorData | null {
    return this.#untold.get(uploadId) ?? null;
  }

  /** Resolves once the upload has ended or is stopped. */
  async ended(uploadId: string): Promise<void> {
    await this.#active.get(uploadId)?.ended;
  }

  begin(uploadId: string): void {
    if (this.#closed || this.#active.has(uploadId)) return;
    this.#untold.delete(uploadId);
    const abort = new AbortController();
    // Every chunk on its way, and everything that waits, listens.
    setMaxListeners(0, abort.signal);
    const meter = new Meter();
    const retries = new Retries();
    const progress: Progress = { run: null };
    const ended = this.#run(uploadId, { signal: abort.signal, progress, meter, retries }).finally(() =>
      this.#end(uploadId),
    );
    this.#active.set(uploadId, { abort, progress, meter, retries, ended });
  }

  async #end(uploadId: string): Promise<void> {
    await this.#leases.release(uploadId).catch((error: unknown) => {
      this.#ports.log.warn('a lease could not be given back', { upload: uploadId, error });
    });
    this.#active.delete(uploadId);
    this.#onUpload(uploadId);
  }

  /** Resolves once nothing of it goes on; the ledger says how far it came. */
  async stop(uploadId: string): Promise<void> {
    const run = this.#active.get(uploadId);
    run?.abort.abort(new Stopped('stopped'));
    await run?.ended;
  }

  wake(): void {
    this.#waiting.wake();
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#active.keys()].map((id) => this.stop(id)));
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#renewal);
    await this.stopAll();
  }

  async #run(uploadId: string, parts: RunParts): Promise<void> {
    const { signal } = parts;
    try {
      await this.#takeLease(uploadId, signal);
      try {
        await this.#runOnce(uploadId, parts);
      } catch (error) {
        // The reader is started anew; what the network was doing is in the ledger.
        if (!(error instanceof AppError) || error.kind !== 'uploads.reader_stopped') throw error;
        this.#ports.log.warn('the reader of an upload stopped', { upload: uploadId });
        await this.#runOnce(uploadId, parts);
      }
      await this.#change(uploadId, { state: 'done', error: null, finishedAt: new Date().toISOString() });
      this.#ports.log.info('uploaded', { upload: uploadId });
    } catch (error) {
      await this.#afterFailure(uploadId, error, signal).catch((failure: unknown) => {
        this.#ports.log.error('the end of an upload could not be written down', {
          upload: uploadId,
          failure,
        });
        this.#untold.set(uploadId, toErrorData(failure));
      });
    }
  }

  #runOnce(uploadId: string, { signal, progress, meter, retries }: RunParts): Promise<void> {
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
        retries,
        bandwidth: this.#bandwidth,
        turns: this.#turns,
        waiting: this.#waiting,
        timing: { ...usualTiming, ...this.#ports.timingFor?.(upload.accountId) },
        random,
        log,
        onUpload: () => this.#onUpload(uploadId),
        onChunk: this.#onChunk,
      },
      signal,
    );
    progress.run = run;
    return run.run();
  }

  async #afterFailure(uploadId: string, error: unknown, signal: AbortSignal): Promise<void> {
    const verdict = judge(error, signal);
    if (verdict.kind === 'aborted') return;
    const upload = this.#record(uploadId);
    if (verdict.kind === 'signed_out') {
      await this.#change(uploadId, { state: 'paused', pausedBy: 'signed_out', error: toErrorData(error) });
      return;
    }
    const gone = isRequestFailure(error) && error.status === 404 && upload.mosaicId !== null;
    const told = gone
      ? new AppError('uploads.mosaic_gone', { mosaic: upload.mosaicName }, { cause: error })
      : error;
    this.#ports.log.warn('an upload failed', { upload: uploadId, error });
    await this.#change(uploadId, {
      state: 'failed',
      error: toErrorData(told),
      finishedAt: new Date().toISOString(),
    });
  }

  /** Waits while another process works on the upload. */
  async #takeLease(uploadId: string, signal: AbortSignal): Promise<void> {
    while (!(await this.#leases.take(uploadId))) await this.#waiting.pause(usualTiming.leaseMs / 5, signal);
  }

  async #renew(): Promise<void> {
    for (const id of [...this.#active.keys()]) {
      // A lease that cannot be written is still held: nobody else could write either.
      if (await this.#leases.take(id).catch(() => true)) continue;
      this.#ports.log.warn('another process has taken over an upload', { upload: id });
      void this.stop(id);
    }
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

  async #change(uploadId: string, change: UploadChange): Promise<void> {
    await this.#ports.ledger.update(uploadId, change);
    this.#onUpload(uploadId);
  }
}
