/** Pauses that end early when the network is back, the computer woke up, or the work is given up. */
export class Waiting {
  readonly #wakers = new Set<() => void>();

  /** Resolves after `ms`, or when woken. Rejects with the signal's reason once it is aborted. */
  pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        signal.removeEventListener('abort', abort);
        settle();
      };
      const wake = (): void => end(resolve);
      const abort = (): void => end(() => reject(signal.reason as Error));
      const timer = setTimeout(wake, ms);
      this.#wakers.add(wake);
      signal.addEventListener('abort', abort);
    });
  }

  /** Ends every pause now. */
  wake(): void {
    for (const waker of [...this.#wakers]) waker();
  }
}

/** Full jitter: anything up to a bound that doubles with each attempt (from 0), but never less than the server asks for. */
export function backoff(
  attempt: number,
  bounds: { readonly backoffMs: number; readonly longestBackoffMs: number },
  retryAfterMs: number | null,
  random: () => number,
): number {
  const bound = Math.min(bounds.longestBackoffMs, bounds.backoffMs * 2 ** attempt);
  return Math.max(retryAfterMs ?? 0, Math.round(random() * bound));
}
