/** The most recently used results of a function that reads; failures are forgotten so that a retry can succeed. */
export class RecentPromises<V> {
  readonly #kept = new Map<number, Promise<V>>();

  constructor(
    readonly limit: number,
    readonly make: (key: number) => Promise<V>,
  ) {}

  get(key: number): Promise<V> {
    const known = this.#kept.get(key);
    this.#kept.delete(key);
    const value = known ?? this.make(key);
    this.#kept.set(key, value);
    if (!known) {
      value.catch(() => this.#kept.delete(key));
      const oldest = this.#kept.keys().next();
      if (this.#kept.size > this.limit && !oldest.done) this.#kept.delete(oldest.value);
    }
    return value;
  }
}
