import { Worker } from 'node:worker_threads';
import { utilityProcess } from 'electron';
import type { RpcPort } from '@shared/rpc';
import { messagePort } from './parentPort';

/** A process or thread that was just started, as the clients of workers want it. */
export interface Link {
  readonly port: RpcPort;
  onExit(listener: () => void): void;
  kill(): void;
}

/** A process beside the window, without its privileges. Messages wait until it is up. */
export function startProcess(file: string, name: string): Link {
  const child = utilityProcess.fork(file, [], { serviceName: name, stdio: 'inherit' });
  return {
    port: {
      postMessage: (message) => child.postMessage(message),
      onMessage: (listener) => void child.on('message', listener),
    },
    onExit: (listener) => void child.once('exit', listener),
    kill: () => void child.kill(),
  };
}

/** A thread of this process. */
export function startThread(file: string, data: unknown = null): Link {
  const worker = new Worker(file, { workerData: data });
  // What ends it is told by its exit.
  worker.on('error', () => undefined);
  worker.unref();
  return {
    port: messagePort(worker),
    onExit: (listener) => void worker.once('exit', listener),
    kill: () => void worker.terminate(),
  };
}
