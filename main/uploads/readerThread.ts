import { AppError } from '@shared/errors';
import { createRpcClient, type RpcClient, type RpcPort } from '@shared/rpc';
import type { SourceMethods } from './sourceHost';

/** A thread that was just started. */
export interface ReaderLink {
  readonly port: RpcPort;
  /** Calls back once, however it ends. */
  onExit(listener: () => void): void;
  kill(): void;
}

/**
 * A thread that reads sources, started when it is first needed, and again when it died: what it was reading then fails with
 * `uploads.reader_stopped`.
 */
export class ReaderThread {
  readonly #spawn: () => ReaderLink;
  #running: { readonly link: ReaderLink; readonly client: RpcClient<SourceMethods> } | null = null;

  constructor(spawn: () => ReaderLink) {
    this.#spawn = spawn;
  }

  client(): RpcClient<SourceMethods> {
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

  close(): void {
    this.#running?.link.kill();
    this.#running = null;
  }
}
