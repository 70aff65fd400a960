import type { TileRoute } from './remote/route';
import type { EngineOptions } from './server';

/** What the engine's process asks of the application. */
export type Question =
  /** The key that seals passwords, in base64. */
  | { readonly what: 'key' }
  /** How an address is reached: a `TileRoute`. */
  | { readonly what: 'route'; readonly url: string };

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Questions to the parent by message, each with a number that its answer carries. */
export class Questions {
  readonly #asked = new Map<number, Asked>();
  #next = 1;

  constructor(private readonly send: (message: unknown) => void) {}

  ask(question: Question): Promise<unknown> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.send({ ask: { id, ...question } });
    });
  }

  /** What the engine takes of the application, each asked when it is needed. */
  readonly ports: Pick<EngineOptions, 'sealingKey' | 'routeFor'> = {
    sealingKey: async () => Buffer.from(String(await this.ask({ what: 'key' })), 'base64'),
    routeFor: async (url) => (await this.ask({ what: 'route', url: url.href })) as TileRoute,
  };

  /** True for a message that was an answer. */
  heard(message: unknown): boolean {
    if (typeof message !== 'object' || message === null || !('answer' in message)) return false;
    const { id, value } = message.answer as { readonly id: number; readonly value?: unknown };
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (value === undefined) asked?.reject(new Error('the application has no answer'));
    else asked?.resolve(value);
    return true;
  }
}
