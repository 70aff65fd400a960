interface Waiter {
  /** The upload's place in the queue, which may change meanwhile. */
  readonly position: () => number;
  readonly order: number;
  readonly admit: () => void;
}

/** Lets so many work at once; of those who wait, the upload that stands first in the queue comes first. */
export class Slots {
  #size: number;
  #taken = 0;
  #orders = 0;
  readonly #waiting: Waiter[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** Takes effect as slots come free. */
  resize(size: number): void {
    this.#size = size;
    this.#admit();
  }

  /** Resolves to the function that gives the slot back. Rejects with the signal's reason once it is aborted. */
  acquire(position: () => number, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const abort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(signal.reason as Error);
      };
      const waiter: Waiter = {
        position,
        order: this.#orders++,
        admit: () => {
          signal.removeEventListener('abort', abort);
          this.#taken++;
          resolve(this.#releaser());
        },
      };
      signal.addEventListener('abort', abort);
      this.#waiting.push(waiter);
      this.#admit();
    });
  }

  #releaser(): () => void {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#taken--;
      this.#admit();
    };
  }

  #admit(): void {
    if (this.#taken >= this.#size || this.#waiting.length === 0) return;
    // A position is read from the ledger: once for each who waits.
    const places = new Map(this.#waiting.map((waiter) => [waiter, waiter.position()]));
    const placeOf = (waiter: Waiter): number => places.get(waiter) ?? 0;
    this.#waiting.sort((a, b) => placeOf(a) - placeOf(b) || a.order - b.order);
    while (this.#taken < this.#size) {
      const next = this.#waiting.shift();
      if (!next) return;
      next.admit();
    }
  }
}
