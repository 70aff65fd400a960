import type { DecodedBlock } from './types';

/**
 * Results kept up to a number of bytes, the least recently used dropped first. What several ask for at once is made once;
 * failures are not kept.
 */
export class ByteCache<V> {
  readonly #entries = new Map<string, Promise<V>>();
  readonly #sizes = new Map<string, number>();
  #bytes = 0;

  /** @param maxBytes bytes kept; the latest result is kept whatever its size */
  constructor(
    readonly maxBytes: number,
    readonly sizeOf: (value: V) => number,
  ) {}

  /** bytes held now */
  get bytes(): number {
    return this.#bytes;
  }

  get(key: string, make: () => Promise<V>): Promise<V> {
    const known = this.#entries.get(key);
    if (known) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known;
    }
    const entry = make();
    this.#entries.set(key, entry);
    entry.then(
      (value) => this.#admit(key, entry, value),
      () => this.#forget(key, entry),
    );
    return entry;
  }

  /** What is kept under a key, made or being made. */
  peek(key: string): Promise<V> | undefined {
    const known = this.#entries.get(key);
    return known && this.get(key, () => known);
  }

  /** Forgets one result. */
  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry) this.#forget(key, entry);
  }

  clear(): void {
    this.#entries.clear();
    this.#sizes.clear();
    this.#bytes = 0;
  }

  #admit(key: string, entry: Promise<V>, value: V): void {
    if (this.#entries.get(key) !== entry) return;
    const size = this.sizeOf(value);
    this.#sizes.set(key, size);
    this.#bytes += size;
    for (const [oldest, pending] of this.#entries) {
      if (this.#bytes <= this.maxBytes) return;
      if (oldest !== key && this.#sizes.has(oldest)) this.#forget(oldest, pending);
    }
  }

  #forget(key: string, entry: Promise<V>): void {
    if (this.#entries.get(key) !== entry) return;
    this.#entries.delete(key);
    this.#bytes -= this.#sizes.get(key) ?? 0;
    this.#sizes.delete(key);
  }
}

/** Decoded blocks; null for a sparse one. */
export class BlockCache extends ByteCache<DecodedBlock | null> {
  constructor(maxBytes: number) {
    super(maxBytes, (block) => block?.samples.byteLength ?? 0);
  }
}
