import type { DecodedBlock } from './types';

/** Decoded blocks, the least recently used dropped first. A block that several ask for at once is decoded once. */
export class BlockCache {
  readonly #entries = new Map<string, Promise<DecodedBlock | null>>();
  readonly #sizes = new Map<string, number>();
  #bytes = 0;

  /** @param maxBytes bytes of samples kept; the latest block is kept whatever its size */
  constructor(readonly maxBytes: number) {}

  /** bytes of samples held now */
  get bytes(): number {
    return this.#bytes;
  }

  get(key: string, decode: () => Promise<DecodedBlock | null>): Promise<DecodedBlock | null> {
    const known = this.#entries.get(key);
    if (known) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known;
    }
    const entry = decode();
    this.#entries.set(key, entry);
    entry.then(
      (block) => this.#admit(key, entry, block),
      () => this.#forget(key, entry),
    );
    return entry;
  }

  clear(): void {
    this.#entries.clear();
    this.#sizes.clear();
    this.#bytes = 0;
  }

  #admit(key: string, entry: Promise<DecodedBlock | null>, block: DecodedBlock | null): void {
    if (this.#entries.get(key) !== entry) return;
    const size = block?.samples.byteLength ?? 0;
    this.#sizes.set(key, size);
    this.#bytes += size;
    for (const [oldest, pending] of this.#entries) {
      if (this.#bytes <= this.maxBytes) return;
      if (oldest !== key && this.#sizes.has(oldest)) this.#forget(oldest, pending);
    }
  }

  #forget(key: string, entry: Promise<DecodedBlock | null>): void {
    if (this.#entries.get(key) !== entry) return;
    this.#entries.delete(key);
    this.#bytes -= this.#sizes.get(key) ?? 0;
    this.#sizes.delete(key);
  }
}
