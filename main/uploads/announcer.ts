/** ms between two announcements of one upload, so that a window that draws them is not drowned. */
const usualGapMs = 250;
/** ms between looks at uploads that change without a word: bytes move while no chunk changes its state. */
const pulseMs = 500;

/** Announces changes soon, and not more often than somebody can look. */
export class Announcer {
  readonly #announce: (id: string) => void;
  readonly #gapMs: number;
  readonly #due = new Map<string, NodeJS.Timeout>();
  readonly #pulse: NodeJS.Timeout;

  constructor(announce: (id: string) => void, moving: () => Iterable<string>, gapMs = usualGapMs) {
    this.#announce = announce;
    this.#gapMs = gapMs;
    this.#pulse = setInterval(() => {
      for (const id of moving()) this.soon(id);
    }, pulseMs);
    this.#pulse.unref();
  }

  soon(id: string): void {
    if (this.#due.has(id)) return;
    this.#due.set(
      id,
      setTimeout(() => this.now(id), this.#gapMs),
    );
  }

  now(id: string): void {
    clearTimeout(this.#due.get(id));
    this.#due.delete(id);
    this.#announce(id);
  }

  close(): void {
    clearInterval(this.#pulse);
    for (const id of [...this.#due.keys()]) this.now(id);
  }
}
