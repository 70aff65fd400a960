import { AppError } from '@shared/errors';
import { createRpcClient, type RpcClient, type RpcPort } from '@shared/rpc';
import type { Courier, OpenSource, Pass, UploadSource } from './ports';
import type { Leaving, OpenedSource, SourceMethods } from './sourceHost';

/** A thread that was just started. */
export interface ReaderLink {
  readonly port: RpcPort;
  /** Calls back once, however it ends. */
  onExit(listener: () => void): void;
  kill(): void;
}

/**
 * Opens sources in a reader thread, which is started when it is first needed, and again when it died: what it was reading
 * then fails with `uploads.reader_stopped`.
 */
export class SourceReader {
  readonly #spawn: () => ReaderLink;
  #running: { readonly link: ReaderLink; readonly client: RpcClient<SourceMethods> } | null = null;

  constructor(spawn: () => ReaderLink) {
    this.#spawn = spawn;
  }

  readonly open: OpenSource = async (path) => {
    const client = this.#client();
    return new RemoteSource(client, await client.call('open', { path }));
  };

  close(): void {
    this.#running?.link.kill();
    this.#running = null;
  }

  #client(): RpcClient<SourceMethods> {
    if (this.#running) return this.#running.client;
    const link = this.#spawn();
    const client = createRpcClient<SourceMethods>(link.port);
    const running = { link, client };
    this.#running = running;
    link.onExit(() => {
      if (this.#running === running) this.#running = null;
      client.fail(new AppError('uploads.reader_stopped'));
    });
    return client;
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
      const abort = new AbortController();
      const stop = (): void => abort.abort(signal?.reason);
      if (signal?.aborted) stop();
      signal?.addEventListener('abort', stop);
      const allow = async ({ deliveryId, bytes, sha1 }: Leaving): Promise<void> => {
        await this.client.call('pass', { deliveryId, bytes: await pass(bytes, sha1) });
      };
      const onProgress = (data: unknown): void => {
        allow(data as Leaving).catch((error: unknown) => abort.abort(error));
      };
      try {
        const { id } = this.opened;
        return await this.client.call(
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
