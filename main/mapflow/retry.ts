import { ApiFailure } from './failure';

export interface RetryPolicy {
  /** Repetitions after the first try. */
  readonly retries: number;
  readonly wait: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** 0 <= n < 1 */
  readonly random: () => number;
}

/** ms */
const firstDelay = 500;
const longestDelay = 8_000;
/** A server that asks for a longer pause than this is told to the caller, who knows better what to do meanwhile. */
const longestPause = 60_000;

/** Full jitter: anything between nothing and an exponentially growing bound, but never less than Retry-After. */
export function delayBefore(attempt: number, retryAfterMs: number | null, random: () => number): number {
  const bound = Math.min(longestDelay, firstDelay * 2 ** attempt);
  return Math.max(retryAfterMs ?? 0, Math.round(random() * bound));
}

/** Refused connections and unknown names are told at once: the next poll tries again, and a user is not kept waiting. */
function worthAnotherTry(failure: unknown): failure is ApiFailure {
  if (!(failure instanceof ApiFailure) || !failure.passing) return false;
  if (failure.kind === 'api.refused' || failure.kind === 'api.name_not_found') return false;
  return (failure.retryAfterMs ?? 0) <= longestPause;
}

/** Runs an idempotent call, again after passing failures. */
export async function withRetries<Result>(
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
  run: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await run();
    } catch (failure) {
      if (attempt >= policy.retries || !worthAnotherTry(failure) || signal?.aborted) throw failure;
      await policy.wait(delayBefore(attempt, failure.retryAfterMs, policy.random), signal);
    }
  }
}

/** Resolves after `ms`, at once when the signal is raised (the next request then reports the cancellation). */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}

/** Seconds or an HTTP date, as ms from now; null where absent or not understood. */
export function readRetryAfter(header: string | undefined, now: number = Date.now()): number | null {
  if (header === undefined || header.trim() === '') return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
