import { AppError, toErrorData } from '@shared/errors';
import type { ChunkRecord, UploadRecord } from '@shared/library/records';
import type { ChunkStates } from './chunkStates';
import { judge, mayHaveArrived } from './failures';
import type { LateChecksums } from './lateChecksums';
import type { SharedListing } from './listing';
import { byName, findChunk } from './match';
import type { ListedImage, Pass, UploadSource } from './ports';
import type { RunPorts } from './runPorts';
import { backoff } from './wait';

export interface DeliveryParts {
  readonly upload: UploadRecord;
  readonly mosaicId: string;
  readonly source: UploadSource;
  readonly chunks: ChunkStates;
  readonly checksums: LateChecksums;
  readonly listing: SharedListing;
  readonly signal: AbortSignal;
  readonly ports: RunPorts;
  readonly mostAttempts: number;
  /** Repeats harmless work through outages. */
  readonly insist: <T>(work: () => Promise<T>) => Promise<T>;
  readonly untilReachable: () => Promise<void>;
}

/** Gets chunks into the mosaic, each exactly once as far as one can know, whatever the network does. */
export class Delivery {
  readonly #parts: DeliveryParts;
  /** ms of the monotonic clock; a server that asked for patience is left alone until then. */
  #notBefore = 0;
  /** What stopped the sending; nothing new is begun after it. */
  #failure: { readonly error: unknown } | null = null;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  /** Sends all chunks that are not confirmed; the first failure that will not pass stops the rest from being begun. */
  async sendAll(): Promise<void> {
    const { chunks, ports } = this.#parts;
    const pending = chunks
      .all()
      .filter((chunk) => chunk.state !== 'confirmed')
      .map((chunk) => chunk.index);
    this.#failure = null;
    const work = async (): Promise<void> => {
      for (let index = pending.shift(); index !== undefined && !this.#failure; index = pending.shift()) {
        try {
          await this.#deliver(index);
        } catch (error) {
          this.#failure ??= { error };
        } finally {
          await this.forget(index);
        }
      }
    };
    await Promise.all(Array.from({ length: ports.parallelism.most }, work));
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure.error;
  }

  async #deliver(index: number): Promise<void> {
    const { chunks } = this.#parts;
    for (let attempt = 0; !this.#failure && chunks.at(index).state !== 'confirmed';) {
      if (chunks.at(index).state === 'ambiguous' && (await this.#settle(index))) return;
      try {
        await this.#send(index);
        return;
      } catch (error) {
        attempt = await this.#recover(index, error, attempt);
      }
    }
  }

  /** A slot. Whoever waits for one may hear meanwhile that the server wants to be left alone. */
  async #turn(): Promise<() => void> {
    const { ports, signal, upload } = this.#parts;
    const position = (): number => ports.ledger.get(upload.id)?.position ?? upload.position;
    for (;;) {
      await this.#bePatient();
      const release = await ports.slots.acquire(position, signal);
      if (this.#failure || this.#notBefore <= performance.now()) return release;
      release();
    }
  }

  /** A network that is back does not shorten what a server asked for. */
  async #bePatient(): Promise<void> {
    const { ports, signal } = this.#parts;
    for (;;) {
      const left = Math.ceil(this.#notBefore - performance.now());
      if (left <= 0) return;
      await ports.retries.during(left, () => ports.waiting.pause(left, signal));
    }
  }

  /** Waits until another attempt makes sense, and counts it; or gives the chunk up by throwing the error on. */
  async #recover(index: number, error: unknown, attempt: number): Promise<number> {
    const { chunks, ports, signal, mostAttempts, untilReachable } = this.#parts;
    const verdict = judge(error, signal);
    if (verdict.kind === 'aborted' || verdict.kind === 'signed_out') throw error;
    if (verdict.kind === 'offline') {
      await untilReachable();
      return attempt;
    }
    ports.log.info('a chunk did not get through', { chunk: chunks.at(index).name, attempt, error });
    if (verdict.kind === 'passing' && attempt + 1 < mostAttempts) {
      ports.parallelism.suffered();
      const delay = backoff(attempt, ports.timing, verdict.retryAfterMs, ports.random);
      if (verdict.throttled) this.#notBefore = performance.now() + delay;
      await ports.retries.during(delay, () => ports.waiting.pause(delay, signal));
      return attempt + 1;
    }
    if (chunks.at(index).state === 'ambiguous' && (await this.#settle(index))) return attempt;
    await chunks.change(index, { state: 'failed', error: toErrorData(error) });
    throw error;
  }

  /**
   * One request. The ledger says 'sending' before it begins, and 'ambiguous' before the last byte is handed over: whatever
   * ends the program in between, it knows afterwards whether the server can have the chunk.
   */
  async #send(index: number): Promise<void> {
    const { checksums, chunks, ports, signal, source, mosaicId } = this.#parts;
    const release = await this.#turn();
    let handedOver = false;
    try {
      if (this.#failure) return;
      await source.checkUnchanged();
      await this.learn(index);
      const before = chunks.at(index);
      const chunk = await chunks.change(index, {
        state: 'sending',
        attempts: before.attempts + 1,
        error: null,
      });
      const pass: Pass = async (bytes, end) => {
        if (end) {
          await source.checkUnchanged();
          await chunks.change(index, { state: 'ambiguous', ...(end.sha1 === null ? {} : end) });
          handedOver = true;
        }
        if (bytes === 0) return 0;
        const allowed = await ports.bandwidth.take(bytes, signal);
        ports.meter.add(allowed);
        return allowed;
      };
      const courier = source.courier(chunk.name, chunk.bytes, pass);
      const file = { filename: chunk.name, size: chunk.bytes, courier };
      const { imageId } = await ports.server.send(mosaicId, file, signal);
      // An answer to a file that was not sent whole was not given by the server.
      if (!handedOver) throw new AppError('uploads.answered_early', { name: chunk.name });
      await chunks.change(index, { state: 'confirmed', imageId });
      checksums.add(index);
      ports.parallelism.arrived(chunk.bytes);
    } catch (error) {
      const { state } = chunks.at(index);
      const certain = !handedOver || !mayHaveArrived(error);
      if (certain && (state === 'sending' || state === 'ambiguous'))
        await chunks.change(index, { state: 'planned' });
      throw error;
    } finally {
      release();
    }
  }

  /**
   * Finds out whether a chunk arrived: looks, and looks again while the server may still be storing it. True when it is there;
   * else the chunk is planned anew.
   */
  async #settle(index: number): Promise<boolean> {
    const { chunks, ports, signal, insist, listing } = this.#parts;
    for (const delay of [0, ...this.#patience(chunks.at(index))]) {
      await ports.waiting.pause(delay, signal);
      const listed = byName(await insist(() => listing.fresh()));
      const { image, foreign } = findChunk(chunks.at(index), listed);
      await this.clear(index, foreign);
      if (!image || !(await this.isSame(index, image))) continue;
      await chunks.change(index, {
        state: 'confirmed',
        imageId: image.id,
        usable: image.readiness === 'usable',
      });
      return true;
    }
    await chunks.change(index, { state: 'planned' });
    return false;
  }

  /** What was sent long ago is listed by now, or never will be. */
  #patience(chunk: ChunkRecord): readonly number[] {
    const { settleMs } = this.#parts.ports.timing;
    const whole = settleMs.reduce((sum, ms) => sum + ms, 0);
    return Date.now() - Date.parse(chunk.changedAt) > whole ? [] : settleMs;
  }

  /** Whether an image that agrees in name and size is the chunk byte for byte, where the server tells its checksum. */
  async isSame(index: number, image: ListedImage): Promise<boolean> {
    const { chunks, source, signal } = this.#parts;
    const chunk = chunks.at(index);
    if (image.sha1 === null) return true;
    const sha1 = chunk.sha1 ?? (await source.sha1(chunk.name, signal));
    if (chunk.sha1 === null) await chunks.change(index, { sha1 });
    return image.sha1.toLowerCase() === sha1;
  }

  /**
   * Makes a chunk that is reduced, and writes down what it came to before any of it leaves: from then on its size and checksum
   * are what the server's are compared with. It is held until it is forgotten.
   */
  async learn(index: number): Promise<void> {
    const { chunks, source, signal, upload } = this.#parts;
    if (upload.reduction === null) return;
    const { name, exact, bytes, sha1 } = chunks.at(index);
    const made = await source.make(name, signal);
    if (exact && bytes === made.bytes && sha1 === made.sha1) return;
    await chunks.change(index, { ...made, exact: true });
  }

  /** Frees what `learn` holds. */
  async forget(index: number): Promise<void> {
    const { chunks, source, upload } = this.#parts;
    if (upload.reduction !== null) await source.drop(chunks.at(index).name);
  }

  /** Removes what we sent and should not be there: second deliveries, and files that arrived damaged. */
  async clear(index: number, images: readonly ListedImage[]): Promise<void> {
    const { chunks, ports, signal, insist, upload } = this.#parts;
    const chunk = chunks.at(index);
    if (images.length === 0) return;
    if (chunk.attempts === 0)
      throw new AppError('uploads.name_taken', { name: chunk.name, mosaic: upload.mosaicName });
    for (const image of images) {
      ports.log.warn('removing a second or damaged copy of a chunk', { chunk: chunk.name, image: image.id });
      await insist(() => ports.server.removeImage(image.id, signal));
    }
  }
}
