import { parentPort, type Transferable } from 'node:worker_threads';
import type { RpcPort } from '@shared/rpc';

/** What Electron puts on `process` in a utility process. */
interface UtilityParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/** The port to whoever started this utility process or worker thread. */
export function parentRpcPort(): RpcPort {
  const utility = (process as { readonly parentPort?: UtilityParentPort }).parentPort;
  if (utility) {
    return {
      // A utility process copies what it sends: nothing can be transferred.
      postMessage: (message) => utility.postMessage(message),
      onMessage: (listener) => utility.on('message', ({ data }) => listener(data)),
    };
  }
  if (!parentPort) throw new Error('started without a parent');
  return messagePort(parentPort);
}

interface NodePort {
  postMessage(message: unknown, transfer?: readonly Transferable[]): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

/** A MessagePort or Worker of worker_threads. */
export function messagePort(port: NodePort): RpcPort {
  return {
    postMessage: (message, transfer) => port.postMessage(message, transfer),
    onMessage: (listener) => void port.on('message', listener),
  };
}
