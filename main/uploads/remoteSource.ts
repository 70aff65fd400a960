import type { RpcClient } from '@shared/rpc';
import type { Courier, OpenSource, Pass, UploadSource } from './ports';
import { ReaderThread, type ReaderLink } from './readerThread';
import type { Leaving, OpenedSource, SourceMethods } from './sourceHost';

/**
 * Opens sources in a thread, which reads and sends their chunks. A
 * second thread was slower with a receiver on the same two cores (500 MB/s against 600; 800 against 1,000 where the receiver did next to
 * nothing).
 */
export class SourceReader {
  readonly #thread: ReaderThread;

  constructor(spawn: () => ReaderLink) {
    this.#thread = new ReaderThread(spawn);
  }

  readonly open: OpenSource = async (path) => {
    const client = this.#thread.client();
    return new RemoteSource(client, await client.call('open', { path }));
  };

  close(): void {
    this.#thread.close();
  }
}

class RemoteSource implements UploadSource {
  constructor(
    private readonly client: RpcClient<SourceMethods>,
    private readonly opened: OpenedSource,
  ) {}

  get description(): UploadSource['description'] {
    return this.opened.description;
  }

  get identity(): UploadSource['identity'] {
    return this.opened.identity;
  }

  plan(...[limits, signal]: Parameters<UploadSource['plan']>): ReturnType<UploadSource['plan']> {
    return this.client.call('plan', { id: this.opened.id, limits }, { signal });
  }

  reduction(
    ...[codec, signal]: Parameters<UploadSource['reduction']>
  ): ReturnType<UploadSource['reduction']> {
    return this.client.call('reduction', { id: this.opened.id, codec }, { signal });
  }

  make(...[chunkName, signal]: Parameters<UploadSource['make']>): ReturnType<UploadSource['make']> {
    return this.client.call('make', { id: this.opened.id, chunkName }, { signal });
  }

  async drop(chunkName: string): Promise<void> {
    await this.client.call('drop', { id: this.opened.id, chunkName }).catch(() => undefined);
  }

  sha1(...[chunkName, signal]: Parameters<UploadSource['sha1']>): Promise<string> {
    return this.client.call('sha1', { id: this.opened.id, chunkName }, { signal });
  }

  /** The thread that reads a chunk sends it too; here it is only told what may leave. */
  courier(chunkName: string, size: number, pass: Pass): Courier {
    return async (request, signal) => {
      const { client } = this;
      const { id } = this.opened;
      const abort = new AbortController();
      const stop = (): void => abort.abort(signal?.reason);
      if (signal?.aborted) stop();
      signal?.addEventListener('abort', stop);
      const allow = async ({ deliveryId, bytes, end }: Leaving): Promise<void> => {
        await client.call('pass', { deliveryId, bytes: await pass(bytes, end) });
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
    return this.client.call('checkUnchanged', { id: this.opened.id });
  }

  async close(): Promise<void> {
    await this.client.call('close', { id: this.opened.id }).catch(() => undefined);
  }
}
