import { fromErrorData, toErrorData, type ErrorData } from './errors';

/** One end of a channel between processes or threads: an Electron port, a MessagePort of worker_threads, a pair in a test. */
export interface RpcPort {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: unknown) => void): void;
}

/** What a method learns besides its input. */
export interface RpcContext {
  /** Aborted when the caller no longer wants the answer. */
  readonly signal: AbortSignal;
  /** Tells the caller how far it is. */
  readonly progress: (data: unknown) => void;
}

/** The methods of a server by name; each takes one plain value and gives one. */
export type RpcMethods<M> = {
  readonly [K in keyof M]: (input: never, context: RpcContext) => Promise<unknown>;
};

type InputOf<F> = F extends (input: infer I, context: RpcContext) => unknown ? I : never;
type OutputOf<F> = F extends (input: never, context: RpcContext) => Promise<infer O> ? O : never;

type Message =
  | { readonly type: 'call'; readonly id: number; readonly method: string; readonly input: unknown }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'progress'; readonly id: number; readonly data: unknown }
  | { readonly type: 'done'; readonly id: number; readonly output: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly error: ErrorData };

/** Answers the calls that come in at a port. What a method throws travels as its error data. */
export function serveRpc<M extends RpcMethods<M>>(port: RpcPort, methods: M): void {
  const running = new Map<number, AbortController>();
  const send = (message: Message): void => port.postMessage(message);
  port.onMessage((received) => {
    const message = received as Message;
    if (message.type === 'cancel') running.get(message.id)?.abort();
    if (message.type !== 'call') return;
    const { id } = message;
    const method = methods[message.method as keyof M] as unknown as (
      input: unknown,
      context: RpcContext,
    ) => Promise<unknown>;
    const controller = new AbortController();
    running.set(id, controller);
    const context: RpcContext = {
      signal: controller.signal,
      progress: (data) => send({ type: 'progress', id, data }),
    };
    void Promise.resolve()
      .then(() => method(message.input, context))
      .then(
        (output) => send({ type: 'done', id, output }),
        (error: unknown) => send({ type: 'failed', id, error: toErrorData(error) }),
      )
      .finally(() => running.delete(id));
  });
}

export interface RpcCallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (data: unknown) => void;
}

/** The calling end of a port. */
export interface RpcClient<M> {
  /** Rejects with the method's AppError, the signal's reason, or what `fail` was given. */
  call<K extends keyof M & string>(
    method: K,
    input: InputOf<M[K]>,
    options?: RpcCallOptions,
  ): Promise<OutputOf<M[K]>>;
  /** Rejects what is under way and all that comes: the other end is gone. */
  fail(reason: Error): void;
}

interface Pending {
  readonly resolve: (output: unknown) => void;
  readonly reject: (reason: Error) => void;
  readonly onProgress: ((data: unknown) => void) | undefined;
}

export function createRpcClient<M extends RpcMethods<M>>(port: RpcPort): RpcClient<M> {
  const pending = new Map<number, Pending>();
  let nextId = 1;
  let failure: Error | null = null;
  port.onMessage((received) => {
    const message = received as Message;
    const call = pending.get(message.id);
    if (!call) return;
    if (message.type === 'progress') call.onProgress?.(message.data);
    else if (message.type === 'done') call.resolve(message.output);
    else if (message.type === 'failed') call.reject(fromErrorData(message.error));
  });
  return {
    call(method, input, { signal, onProgress } = {}) {
      if (failure) return Promise.reject(failure);
      if (signal?.aborted) return Promise.reject(signal.reason as Error);
      const id = nextId++;
      return new Promise<unknown>((resolve, reject) => {
        const onAbort = (): void => {
          port.postMessage({ type: 'cancel', id } satisfies Message);
          settle(() => reject(signal?.reason as Error));
        };
        const settle = (end: () => void): void => {
          pending.delete(id);
          signal?.removeEventListener('abort', onAbort);
          end();
        };
        pending.set(id, {
          resolve: (output) => settle(() => resolve(output)),
          reject: (reason) => settle(() => reject(reason)),
          onProgress,
        });
        signal?.addEventListener('abort', onAbort);
        port.postMessage({ type: 'call', id, method, input } satisfies Message);
      }) as ReturnType<RpcClient<M>['call']>;
    },
    fail(reason) {
      failure = reason;
      for (const call of [...pending.values()]) call.reject(reason);
    },
  };
}
