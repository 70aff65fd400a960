import { availableParallelism } from 'node:os';
import { setImmediate as breathe } from 'node:timers/promises';
import { AppError, toErrorData } from '@shared/errors';
import type { UploadState } from '@shared/ipc/types';
import type { ChunkTotals, UploadRecord } from '@shared/library/records';
import { ChunkStates } from './chunkStates';
import { Delivery } from './delivery';
import { isRequestFailure, judge } from './failures';
import { LateChecksums } from './lateChecksums';
import { SharedListing } from './listing';
import { byName, findChunk } from './match';
import type { RunPorts } from './runPorts';
import type { ListedImage, UploadChange, UploadSource } from './ports';
import { backoff } from './wait';

/** Failures of one kind in a row before the upload gives up and says so. */
const mostAttempts = 8;
/** How often chunks that the server confirmed and then lost are sent again. */
const mostRounds = 3;

/** bytes a second; a line that is faster keeps two processors busy, one at each end where that is this computer too */
const fastRate = 100_000_000;
/** With so many processors there is one to spare beside those of the line, the window and the system. */
const spareCores = 4;

/** Takes one upload from wherever its ledger says it is to its end: mosaic, chunks, verification, preparation. */
export class UploadRun {
  readonly #ports: RunPorts;
  readonly #signal: AbortSignal;
  readonly #chunks: ChunkStates;
  #upload: UploadRecord;
  #outage: Promise<void> | null = null;

  constructor(upload: UploadRecord, ports: RunPorts, signal: AbortSignal) {
    this.#upload = upload;
    this.#ports = ports;
    this.#signal = signal;
    this.#chunks = new ChunkStates(ports.ledger, ports.ledger.chunks(upload.id), (chunk) =>
      ports.onChunk(chunk),
    );
  }

  /** What its chunks come to now. */
  totals(): ChunkTotals {
    return this.#chunks.totals();
  }

  /** Rejects with what stopped it; the chunks' states are in the ledger by then, the upload's is the caller's to set. */
  async run(): Promise<void> {
    const source = await this.#openSource();
    const { meter, log } = this.#ports;
    const isBusy = (): boolean => availableParallelism() < spareCores && (meter.rate() ?? 0) > fastRate;
    const checksums = new LateChecksums({ chunks: this.#chunks, source, log, isBusy });
    try {
      const mosaicId = await this.#insist(() => this.#ensureMosaic());
      const listing = new SharedListing(() => this.#ports.server.images(mosaicId, this.#signal));
      const delivery = new Delivery({
        upload: this.#upload,
        mosaicId,
        source,
        chunks: this.#chunks,
        checksums,
        listing,
        signal: this.#signal,
        ports: this.#ports,
        mostAttempts,
        insist: (work) => this.#insist(work),
        untilReachable: () => this.#untilReachable(),
      });
      await this.#meet(await this.#insist(() => listing.fresh()), delivery);
      for (const { index, state } of this.#chunks.all()) if (state === 'confirmed') checksums.add(index);
      for (let round = 1; ; round++) {
        await this.#become('sending');
        await delivery.sendAll();
        await checksums.settled(this.#signal);
        if (await this.#verify(listing, delivery)) break;
        if (round >= mostRounds) throw new AppError('uploads.lost_at_server', { name: this.#upload.name });
      }
      await this.#removeTwins(mosaicId);
    } finally {
      await checksums.stop();
      await source.close();
    }
  }

  /** The source as it was planned, or `uploads.source_changed`. */
  async #openSource(): Promise<UploadSource> {
    const { sourceSize, sourceMtimeMs, sourceHash, name, path } = this.#upload;
    const { targetBytes, maxBytes, maxSide, reduction } = this.#upload;
    const source = await this.#ports.openSource(path).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.kind !== 'rasters.file_missing') throw error;
      throw new AppError('uploads.source_missing', { name }, { cause: error });
    });
    try {
      const { size, mtimeMs, hash } = source.identity;
      if (size !== sourceSize || hash !== sourceHash) throw new AppError('uploads.source_changed', { name });
      const { chunks } = await source.plan({ targetBytes, maxBytes, maxSide, reduction }, this.#signal);
      const planned = new Map(chunks.map((chunk) => [chunk.name, chunk]));
      const same = this.#chunks.all().every(({ name: chunkName, bytes }) => {
        const chunk = planned.get(chunkName);
        return chunk !== undefined && (!chunk.exact || chunk.bytes === bytes);
      });
      if (!same) throw new AppError('uploads.source_changed', { name });
      // Some file systems keep times to 2 s only.
      if (Math.abs(mtimeMs - sourceMtimeMs) > 2000) await this.#requireSameBytes(source);
      return source;
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  /** A file with a new date is the old one if what was sent of it reads the same. */
  async #requireSameBytes(source: UploadSource): Promise<void> {
    for (const chunk of this.#chunks.all()) {
      if (chunk.sha1 === null) continue;
      if ((await source.sha1(chunk.name, this.#signal)) === chunk.sha1) continue;
      throw new AppError('uploads.source_changed', { name: this.#upload.name });
    }
  }

  /** Several uploads may share a new mosaic: one of them makes it, the others find it. */
  #ensureMosaic(): Promise<string> {
    const { mosaicId, mosaicTag } = this.#upload;
    if (mosaicId !== null) return Promise.resolve(mosaicId);
    return this.#ports.turns.take(mosaicTag, () => this.#findOrMakeMosaic());
  }

  async #findOrMakeMosaic(): Promise<string> {
    const { mosaicName, mosaicTag } = this.#upload;
    const { server } = this.#ports;
    // An earlier request may have got through without an answer: its tag tells.
    const [tagged] = await server.mosaicsTagged(mosaicTag, this.#signal);
    const known = tagged ?? (await this.#mosaicOfTheOthers());
    const request = { name: mosaicName, tags: [mosaicTag] };
    const mosaic = known ?? (await server.createMosaic(request, this.#signal));
    await this.#change({ mosaicId: mosaic.id });
    return mosaic.id;
  }

  /** Where the server cannot be asked for tags, the ledger knows what an upload of the same tag has made. */
  async #mosaicOfTheOthers(): Promise<{ readonly id: string } | null> {
    const { server, ledger } = this.#ports;
    const { accountId, mosaicTag } = this.#upload;
    for (const other of ledger.list()) {
      const { mosaicId: id } = other;
      if (id === null || other.accountId !== accountId || other.mosaicTag !== mosaicTag) continue;
      const name = await server.mosaicName(id, this.#signal).catch((error: unknown) => {
        if (isRequestFailure(error) && error.status === 404) return null;
        throw error;
      });
      if (name !== null) return { id };
    }
    return null;
  }

  /** A creation that some proxy delivered twice left another mosaic of our tag, in which nothing is. */
  async #removeTwins(mosaicId: string): Promise<void> {
    const { server, ledger, log } = this.#ports;
    const tagged = await this.#insist(() => server.mosaicsTagged(this.#upload.mosaicTag, this.#signal));
    for (const { id } of tagged) {
      if (id === mosaicId) continue;
      const isUsed = ledger.list().some((other) => other.mosaicId === id);
      const images = await this.#insist(() => server.images(id, this.#signal));
      if (isUsed || images.length > 0) continue;
      log.warn('removing an empty second copy of a mosaic', { mosaic: id });
      await this.#insist(() => server.removeMosaic(id, this.#signal));
    }
  }

  /** What the server has already, from an earlier run or an earlier upload of the same file, is not sent again. */
  async #meet(images: readonly ListedImage[], delivery: Delivery): Promise<void> {
    const listed = byName(images);
    for (const { index, name, exact } of this.#chunks.all()) {
      // Whether what is there is the chunk can be told once the chunk is made.
      if (!exact && listed.has(name.normalize()))
        await delivery.learn(index).finally(() => delivery.forget(index));
      const { image, foreign } = findChunk(this.#chunks.at(index), listed);
      if (image?.readiness === 'failed') {
        await this.#insist(() => this.#ports.server.removeImage(image.id, this.#signal));
        await this.#chunks.change(index, { state: 'planned', imageId: null, usable: false, error: null });
      } else if (image && (await delivery.isSame(index, image))) {
        await this.#note(index, image);
      } else if (image || foreign.length > 0) {
        await delivery.clear(index, image ? [image, ...foreign] : foreign);
      } else if (['sending', 'failed'].includes(this.#chunks.at(index).state)) {
        // The last bytes of a chunk that is still 'sending' were never handed over.
        await this.#chunks.change(index, { state: 'planned', error: null });
      }
      await breathe();
    }
  }

  /** Until every chunk is in the mosaic once, and usable. False when some are not there and have to be sent again. */
  async #verify(listing: SharedListing, delivery: Delivery): Promise<boolean> {
    const { timing, waiting } = this.#ports;
    await this.#become('verifying');
    let misses = 0;
    let pause = timing.prepareMs;
    for (;;) {
      const listed = byName(await this.#insist(() => listing.fresh()));
      const missing: number[] = [];
      let unready = 0;
      for (const { index } of this.#chunks.all()) {
        const { image, extra, foreign } = findChunk(this.#chunks.at(index), listed);
        await delivery.clear(index, [...extra, ...foreign]);
        if (!image) missing.push(index);
        else if (!(await this.#observe(index, image))) unready++;
      }
      if (missing.length > 0) {
        const delay = timing.settleMs[misses++];
        if (delay === undefined) {
          for (const index of missing) await this.#chunks.change(index, { state: 'planned', imageId: null });
          return false;
        }
        await waiting.pause(delay, this.#signal);
      } else if (unready > 0) {
        await this.#become('preparing');
        await waiting.pause(pause, this.#signal);
        pause = Math.min(timing.longestPrepareMs, pause * 1.5);
      } else {
        return true;
      }
    }
  }

  /** Notes what the server says of a chunk's image; true when it is usable. */
  async #observe(index: number, image: ListedImage): Promise<boolean> {
    const chunk = this.#chunks.at(index);
    if (image.readiness === 'failed') {
      const params = { name: chunk.name, reason: image.problem ?? '' };
      const error = new AppError('uploads.image_rejected', params);
      await this.#chunks.change(index, { state: 'failed', imageId: image.id, error: toErrorData(error) });
      throw error;
    }
    await this.#note(index, image);
    return image.readiness === 'usable';
  }

  async #note(index: number, image: ListedImage): Promise<void> {
    const { imageId, usable, state } = this.#chunks.at(index);
    const usableNow = image.readiness === 'usable';
    if (imageId === image.id && usable === usableNow && state === 'confirmed') return;
    await this.#chunks.change(index, {
      state: 'confirmed',
      imageId: image.id,
      usable: usableNow,
      error: null,
    });
  }

  /** Repeats harmless work through outages and passing failures. */
  async #insist<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ;) {
      try {
        return await work();
      } catch (error) {
        const verdict = judge(error, this.#signal);
        if (verdict.kind === 'offline') {
          await this.#untilReachable();
        } else if (verdict.kind === 'passing' && attempt < mostAttempts) {
          const { timing, random, waiting } = this.#ports;
          await waiting.pause(backoff(attempt++, timing, verdict.retryAfterMs, random), this.#signal);
        } else {
          throw error;
        }
      }
    }
  }

  /** One wait for all who meet the same outage; ends when the server answers anything. */
  #untilReachable(): Promise<void> {
    this.#outage ??= this.#waitOutOutage().finally(() => (this.#outage = null));
    return this.#outage;
  }

  async #waitOutOutage(): Promise<void> {
    const { server, timing, random, waiting, log } = this.#ports;
    const before = this.#upload.state;
    log.info('the server is out of reach', { upload: this.#upload.id });
    await this.#become('offline');
    for (let attempt = 0; ; attempt++) {
      await waiting.pause(backoff(attempt, timing, null, random), this.#signal);
      try {
        await server.freeStorage(this.#signal);
        break;
      } catch (error) {
        const verdict = judge(error, this.#signal);
        if (verdict.kind === 'aborted') throw error;
        if (verdict.kind !== 'offline') break;
      }
    }
    await this.#become(before === 'offline' ? 'sending' : before);
  }

  async #become(state: UploadState): Promise<void> {
    if (this.#upload.state !== state) await this.#change({ state });
  }

  async #change(change: UploadChange): Promise<void> {
    await this.#ports.ledger.update(this.#upload.id, change);
    this.#upload = { ...this.#upload, ...change };
    this.#ports.onUpload();
  }
}
