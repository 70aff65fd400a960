import { AppError } from '@shared/errors';
import type { RpcClient } from '@shared/rpc';
import type { Courier, OpenSource, Pass, PlanLimits, UploadSource } from './ports';
import { ReaderThread, type ReaderLink } from './readerThread';
import type { Leaving, OpenedSource, SourceMethods } from './sourceHost';

/**
 * Opens sources in threads, which read, hash and send their chunks: as many at once as there are threads. One is the rule: with a
 * receiver on the same two cores a second one sent no faster (320 and 295 MB/s against 340).
 */
export class SourceReader {
  readonly #threads: readonly ReaderThread[];

  constructor(spawn: () => ReaderLink, threads = 1) {
    this.#threads = Array.from({ length: threads }, () => new ReaderThread(spawn));
  }

  readonly open: OpenSource = async (path) => {
    const [first, ...others] = this.#threads;
    if (!first) throw new Error('a reader has a thread at least');
    const client = first.client();
    return new RemoteSource(path, client, await client.call('open', { path }), others);
  };

  close(): void {
    for (const thread of this.#threads) thread.close();
  }
}

/** A source that is open in a thread. */
interface Place {
  readonly client: RpcClient<SourceMethods>;
  readonly id: number;
}

class RemoteSource implements UploadSource {
  readonly #first: Place;
  /** Opened and planned in the other threads once they have something to send. */
  readonly #others: (Promise<Place> | null)[];
  #limits: PlanLimits | null = null;
  #turn = 0;

  constructor(
    private readonly path: string,
    client: RpcClient<SourceMethods>,
    private readonly opened: OpenedSource,
    private readonly otherThreads: readonly ReaderThread[],
  ) {
    this.#first = { client, id: opened.id };
    this.#others = otherThreads.map(() => null);
  }

  get description(): UploadSource['description'] {
    return this.opened.description;
  }

  get identity(): UploadSource['identity'] {
    return this.opened.identity;
  }

  async plan(
    ...[limits, signal]: Parameters<UploadSource['plan']>
  ): Promise<Awaited<ReturnType<UploadSource['plan']>>> {
    const { client, id } = this.#first;
    await this.#closeOthers();
    this.#limits = limits;
    return client.call('plan', { id, limits }, { signal });
  }

  reduction(
    ...[codec, signal]: Parameters<UploadSource['reduction']>
  ): ReturnType<UploadSource['reduction']> {
    const { client, id } = this.#first;
    return client.call('reduction', { id, codec }, { signal });
  }

  make(...[chunkName, signal]: Parameters<UploadSource['make']>): ReturnType<UploadSource['make']> {
    const { client, id } = this.#first;
    return client.call('make', { id, chunkName }, { signal });
  }

  async drop(chunkName: string): Promise<void> {
    const { client, id } = this.#first;
    await client.call('drop', { id, chunkName }).catch(() => undefined);
  }

  sha1(...[chunkName, signal]: Parameters<UploadSource['sha1']>): Promise<string> {
    const { client, id } = this.#first;
    return client.call('sha1', { id, chunkName }, { signal });
  }

  /** The thread that reads a chunk sends it too; here it is only told what may leave. */
  courier(chunkName: string, size: number, pass: Pass): Courier {
    return async (request, signal) => {
      const { client, id } = await this.#nextPlace();
      const abort = new AbortController();
      const stop = (): void => abort.abort(signal?.reason);
      if (signal?.aborted) stop();
      signal?.addEventListener('abort', stop);
      const allow = async ({ deliveryId, bytes, sha1 }: Leaving): Promise<void> => {
        await client.call('pass', { deliveryId, bytes: await pass(bytes, sha1) });
      };
      const onProgress = (data: unknown): void => {
        allow(data as Leaving).catch((error: unknown) => abort.abort(error));
      };
      try {
        return await client.call(
          'deliver',
          { id, chunkName, size, request },
          { signal: abort.signal, onProgress },
        );
      } finally {
        signal?.removeEventListener('abort', stop);
      }
    };
  }

  checkUnchanged(): Promise<void> {
    const { client, id } = this.#first;
    return client.call('checkUnchanged', { id });
  }

  async close(): Promise<void> {
    const { client, id } = this.#first;
    await this.#closeOthers();
    await client.call('close', { id }).catch(() => undefined);
  }

  /** The threads take turns, but for chunks that are made: those lie where they were made. */
  #nextPlace(): Promise<Place> | Place {
    const turn = this.#turn++ % (this.#others.length + 1);
    const thread = this.otherThreads[turn - 1];
    if (!thread || !this.#limits || this.#limits.reduction) return this.#first;
    return (this.#others[turn - 1] ??= this.#openIn(thread, this.#limits));
  }

  /** The same source with the same plan. Throws `uploads.source_changed` where the file is another one by now. */
  async #openIn(thread: ReaderThread, limits: PlanLimits): Promise<Place> {
    const client = thread.client();
    const { id, identity } = await client.call('open', { path: this.path });
    const place = { client, id };
    try {
      const { size, mtimeMs, hash } = this.identity;
      if (identity.size !== size || identity.mtimeMs !== mtimeMs || identity.hash !== hash)
        throw new AppError('uploads.source_changed', { name: this.description.name });
      await client.call('plan', { id, limits });
      return place;
    } catch (error) {
      await closeAt(place);
      throw error;
    }
  }

  async #closeOthers(): Promise<void> {
    const places = this.#others.splice(0, Infinity, ...this.#others.map(() => null));
    for (const place of places) await place?.then(closeAt).catch(() => undefined);
  }
}

async function closeAt({ client, id }: Place): Promise<void> {
  await client.call('close', { id }).catch(() => undefined);
}
