interface Work {
  readonly done: Promise<void>;
  readonly stop: AbortController;
  waiting: number;
}

/** Work that several may wait for: begun by the first who asks, given up when the last one has left. */
export class SharedWork {
  readonly #running = new Map<string, Work>();
  /** Given up, and not at its end yet: it may still hold the file that the next one would write. */
  readonly #ending = new Map<string, Promise<void>>();

  /** Resolves when the work of this name is done; rejects with the signal's reason when whoever asked leaves. */
  async join(
    name: string,
    signal: AbortSignal | undefined,
    begin: (stop: AbortSignal) => Promise<void>,
  ): Promise<void> {
    signal?.throwIfAborted();
    const work = this.#running.get(name) ?? this.#begin(name, begin);
    work.waiting += 1;
    try {
      await untilAborted(work.done, signal);
    } finally {
      work.waiting -= 1;
      if (work.waiting === 0) {
        this.#end(name, work);
      }
    }
  }

  #begin(name: string, begin: (stop: AbortSignal) => Promise<void>): Work {
    const stop = new AbortController();
    const before = this.#ending.get(name) ?? Promise.resolve();
    const work: Work = { done: before.then(() => begin(stop.signal)), stop, waiting: 0 };
    // Those who wait hear of a failure; nobody may be left.
    work.done.catch(() => undefined);
    this.#running.set(name, work);
    return work;
  }

  /** Who asks after this begins anew. */
  #end(name: string, work: Work): void {
    this.#running.delete(name);
    const ended = work.done.then(
      () => undefined,
      () => undefined,
    );
    this.#ending.set(name, ended);
    void ended.then(() => {
      if (this.#ending.get(name) === ended) this.#ending.delete(name);
    });
    work.stop.abort();
  }
}

function untilAborted(done: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return done;
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
    done.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
