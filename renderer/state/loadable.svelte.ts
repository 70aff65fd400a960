import { toErrorData, type ErrorData } from '@shared/errors';

export type Phase = 'idle' | 'loading' | 'ready' | 'failed';

/**
 * Something that is read from main, with every state that a list must draw. A value once read stays while it is read
 * anew; of several readings at once the latest asked for counts.
 */
export class Loadable<T> {
  #phase = $state<Phase>('idle');
  #value = $state.raw<T | null>(null);
  #error = $state.raw<ErrorData | null>(null);
  #turn = 0;

  get phase(): Phase {
    return this.#phase;
  }

  get value(): T | null {
    return this.#value;
  }

  get error(): ErrorData | null {
    return this.#error;
  }

  /** True until there is something to show, be it a failure. */
  get pending(): boolean {
    return this.#value === null && this.#phase !== 'failed';
  }

  /** Never throws: a failure is kept as `error`. */
  async load(read: () => Promise<T>): Promise<void> {
    const turn = ++this.#turn;
    this.#phase = 'loading';
    this.#error = null;
    try {
      const value = await read();
      if (turn === this.#turn) this.set(value);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#error = toErrorData(error);
      this.#phase = 'failed';
    }
  }

  set(value: T): void {
    this.#turn += 1;
    this.#value = value;
    this.#error = null;
    this.#phase = 'ready';
  }

  clear(): void {
    this.#turn += 1;
    this.#value = null;
    this.#error = null;
    this.#phase = 'idle';
  }
}
