/** How many chunks are sent at once: 1–8, climbing while it helps, halved when the server or the network suffers. */
export class Parallelism {
  readonly most: number;
  #level: number;
  #best = 0;
  #windowStart: number;
  #windowBytes = 0;
  #windowChunks = 0;
  readonly #now: () => number;
  readonly #onChange: (level: number) => void;

  constructor(options: {
    start?: number;
    most?: number;
    now?: () => number;
    onChange: (level: number) => void;
  }) {
    this.most = options.most ?? 8;
    this.#level = Math.min(options.start ?? 3, this.most);
    this.#now = options.now ?? (() => performance.now());
    this.#windowStart = this.#now();
    this.#onChange = options.onChange;
  }

  get level(): number {
    return this.#level;
  }

  /** A chunk arrived. After as many chunks as are sent at once, the rate is compared with the best so far. */
  arrived(bytes: number): void {
    this.#windowBytes += bytes;
    this.#windowChunks++;
    if (this.#windowChunks < this.#level) return;
    const rate = this.#windowBytes / Math.max(1, this.#now() - this.#windowStart);
    if (rate > this.#best * 1.1) {
      this.#best = rate;
      this.#set(this.#level + 1);
    } else if (rate < this.#best * 0.7) {
      this.#best = rate;
      this.#set(this.#level - 1);
    }
    this.#begin();
  }

  /** The server asked for patience, or a connection broke. */
  suffered(): void {
    this.#best = 0;
    this.#set(Math.floor(this.#level / 2));
    this.#begin();
  }

  #begin(): void {
    this.#windowStart = this.#now();
    this.#windowBytes = 0;
    this.#windowChunks = 0;
  }

  #set(level: number): void {
    const next = Math.min(this.most, Math.max(1, level));
    if (next === this.#level) return;
    this.#level = next;
    this.#onChange(next);
  }
}
