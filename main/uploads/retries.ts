/** When the chunks of an upload that failed are tried again. */
export class Retries {
  readonly #now: () => number;
  readonly #times = new Set<{ readonly at: number }>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Remembers a pause while it lasts. */
  async during<T>(ms: number, pause: () => Promise<T>): Promise<T> {
    const time = { at: this.#now() + ms };
    this.#times.add(time);
    try {
      return await pause();
    } finally {
      this.#times.delete(time);
    }
  }

  /** ms since 1970 of the next attempt; null when none is waited for */
  next(): number | null {
    return this.#times.size === 0 ? null : Math.min(...[...this.#times].map(({ at }) => at));
  }
}
