import { AppError } from '@shared/errors';
import type { Channel, EventName, Events, Input, Output } from '@shared/ipc/contract';
import type { Api } from '../../../renderer/bridge';

type Handler<C extends Channel> = (input: Input<C>) => Output<C> | Promise<Output<C>>;
export type Handlers = { [C in Channel]?: Handler<C> };

/** The border to main, the one thing that these tests fake: answers what it is told and remembers what was asked. */
export class FakeApi implements Api {
  readonly asked: { readonly channel: Channel; readonly input: unknown }[] = [];
  readonly #handlers: Handlers;
  readonly #listeners = new Map<EventName, Set<(payload: never) => void>>();

  constructor(handlers: Handlers = {}) {
    this.#handlers = handlers;
  }

  async call<C extends Channel>(
    channel: C,
    ...input: undefined extends Input<C> ? [] : [Input<C>]
  ): Promise<Output<C>> {
    this.asked.push({ channel, input: input[0] });
    const handler = this.#handlers[channel];
    if (!handler) throw new AppError('app.unexpected', {}, { details: `nobody answers ${channel}` });
    return handler(input[0] as Input<C>);
  }

  on<E extends EventName>(event: E, listener: (payload: Events[E]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  emit<E extends EventName>(event: E, payload: Events[E]): void {
    for (const listener of this.#listeners.get(event) ?? [])
      (listener as (value: Events[E]) => void)(payload);
  }

  pathForFile(file: File): string {
    return `/dropped/${file.name}`;
  }

  timesAsked(channel: Channel): number {
    return this.asked.filter((call) => call.channel === channel).length;
  }
}
