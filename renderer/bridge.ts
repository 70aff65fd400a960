import { fromErrorData } from '@shared/errors';
import type { Bridge, Channel, EventName, Events, Input, Output } from '@shared/ipc/contract';

declare global {
  interface Window {
    readonly orthodesk: Bridge;
  }
}

/** Main as the window's state sees it: a call gives its value or throws an AppError. */
export interface Api {
  call<C extends Channel>(
    channel: C,
    ...input: undefined extends Input<C> ? [] : [Input<C>]
  ): Promise<Output<C>>;
  /** Returns the function that ends the subscription. */
  on<E extends EventName>(event: E, listener: (payload: Events[E]) => void): () => void;
  /** The path of a dropped file; empty when it has none. */
  pathForFile(file: File): string;
}

export function createApi(bridge: Bridge): Api {
  return {
    async call(channel, ...input) {
      const envelope = await bridge.call(channel, ...input);
      if (!envelope.ok) throw fromErrorData(envelope.error);
      return envelope.value;
    },
    on: (event, listener) => bridge.on(event, listener),
    pathForFile: (file) => bridge.pathForFile(file),
  };
}
