import type { Log } from '@shared/log';
import type { ChunkStates } from './chunkStates';
import type { UploadSource } from './ports';

export interface LateChecksumsParts {
  readonly chunks: ChunkStates;
  readonly source: UploadSource;
  readonly log: Log;
  /** Whether sending needs all processors. */
  readonly isBusy: () => boolean;
}

/**
 * The checksums of chunks that arrived, computed one after another: while others are on their way where there is a processor to
 * spare, else once they have left. Sending waits for none. Without its checksum a chunk still is compared with the server's by
 * name, size and dimensions.
 */
export class LateChecksums {
  readonly #parts: LateChecksumsParts;
  readonly #abort = new AbortController();
  #waiting: number[] = [];
  #last: Promise<void> = Promise.resolve();

  constructor(parts: LateChecksumsParts) {
    this.#parts = parts;
  }

  /** Writes the chunk's checksum down in a while, if it has none by then. */
  add(index: number): void {
    this.#waiting.push(index);
    if (!this.#parts.isBusy()) this.#begin();
  }

  /** Once all that were asked for are in the ledger, or could not be computed. Throws the signal's reason when it is aborted. */
  settled(signal: AbortSignal): Promise<void> {
    this.#begin();
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(signal.reason as Error);
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
      void this.#last.then(() => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
    });
  }

  /** Gives up what is not done. */
  async stop(): Promise<void> {
    this.#abort.abort(new Error('the upload ends'));
    await this.#last;
  }

  #begin(): void {
    for (const index of this.#waiting) this.#last = this.#last.then(() => this.#compute(index));
    this.#waiting = [];
  }

  async #compute(index: number): Promise<void> {
    const { chunks, source, log } = this.#parts;
    const { name, sha1 } = chunks.at(index);
    const { signal } = this.#abort;
    if (signal.aborted || sha1 !== null) return;
    try {
      await chunks.change(index, { sha1: await source.sha1(name, signal) });
    } catch (error) {
      if (!signal.aborted) log.warn('a chunk has no checksum', { chunk: name, error });
    }
  }
}
