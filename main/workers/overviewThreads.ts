import { Worker } from 'node:worker_threads';
import type { FromThread, StartBuildThread } from '../overviews';

/** Starts threads that build overviews, out of their built file. */
export function overviewThreads(file: string): StartBuildThread {
  return (workerData) => {
    const worker = new Worker(file, { workerData });
    // What ends it is told by its exit.
    worker.on('error', () => undefined);
    return {
      post: (order) => worker.postMessage(order),
      onMessage: (listener) => {
        worker.removeAllListeners('message');
        worker.on('message', (message: FromThread) => listener(message));
      },
      onExit: (listener) => {
        worker.removeAllListeners('exit');
        worker.once('exit', listener);
      },
      kill: () => void worker.terminate(),
    };
  };
}
