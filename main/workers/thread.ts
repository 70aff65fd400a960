import { Worker, type MessagePort } from 'node:worker_threads';
import type { RpcPort } from '@shared/rpc';
import { messagePort } from './parentPort';

/** A process or thread that was just started, as the clients of workers want it. */
export interface Link {
  readonly port: RpcPort;
  onExit(listener: () => void): void;
  kill(): void;
}

/** A thread of this process, which keeps the process alive only where that is wanted. Ports in its data are handed over. */
export function startThread(
  file: string,
  data: unknown = null,
  options: { readonly keepsAlive?: boolean; readonly transferred?: readonly MessagePort[] } = {},
): Link {
  const worker = new Worker(file, { workerData: data, transferList: [...(options.transferred ?? [])] });
  // What ends it is told by its exit.
  worker.on('error', () => undefined);
  if (!options.keepsAlive) worker.unref();
  return {
    port: messagePort(worker),
    onExit: (listener) => void worker.once('exit', listener),
    kill: () => void worker.terminate(),
  };
}
