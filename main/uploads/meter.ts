const windowMs = 5_000;
/** ms; bytes are summed up in steps of this length */
const stepMs = 250;

/** Bytes per second over the last few seconds. */
export class Meter {
  readonly #now: () => number;
  readonly #steps: { readonly at: number; bytes: number }[] = [];

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  add(bytes: number): void {
    const at = Math.floor(this.#now() / stepMs) * stepMs;
    const last = this.#steps.at(-1);
    if (last?.at === at) last.bytes += bytes;
    else this.#steps.push({ at, bytes });
  }

  /** Null when nothing moved lately. */
  rate(): number | null {
    const now = this.#now();
    while (this.#steps[0] && now - this.#steps[0].at > windowMs) this.#steps.shift();
    const first = this.#steps[0];
    if (!first) return null;
    const bytes = this.#steps.reduce((sum, step) => sum + step.bytes, 0);
    return (bytes * 1000) / Math.max(stepMs, now - first.at);
  }
}
