import { AppError } from '@shared/errors';
import type { RequestFailure } from './ports';

/** What a failure means for the work that met it. */
export type Verdict =
  /** Somebody stopped the work. */
  | { readonly kind: 'aborted' }
  /** The server is out of reach: wait for it, however long. */
  | { readonly kind: 'offline' }
  /** The account has to sign in again. */
  | { readonly kind: 'signed_out' }
  /** Likely to pass: again, after a pause, a limited number of times. */
  | { readonly kind: 'passing'; readonly retryAfterMs: number | null; readonly throttled: boolean }
  /** Will not get better by itself. */
  | { readonly kind: 'final' };

const engineIsAway: ReadonlySet<string> = new Set([
  'engine.stopped',
  'engine.not_started',
  'engine.keeps_failing',
]);
const unreachable: ReadonlySet<string> = new Set([
  'api.unreachable',
  'api.proxy_unreachable',
  'api.refused',
  'api.name_not_found',
  'api.stalled',
]);

export function judge(error: unknown, signal: AbortSignal): Verdict {
  if (signal.aborted) return { kind: 'aborted' };
  if (!(error instanceof AppError)) return { kind: 'final' };
  if (error.kind === 'accounts.signed_out') return { kind: 'signed_out' };
  if (engineIsAway.has(error.kind)) return { kind: 'offline' };
  if (error.kind === 'uploads.answered_early')
    return { kind: 'passing', retryAfterMs: null, throttled: false };
  if (!isRequestFailure(error)) return { kind: 'final' };
  if (error.phase === 'connect' && unreachable.has(error.kind)) return { kind: 'offline' };
  // A success that cannot be read comes from something between us and the server.
  if (!error.passing && error.kind !== 'api.unexpected_answer') return { kind: 'final' };
  const throttled = error.status === 429 || error.status === 503;
  return { kind: 'passing', retryAfterMs: error.retryAfterMs, throttled };
}

export function isRequestFailure(error: unknown): error is RequestFailure & AppError {
  return error instanceof AppError && 'phase' in error && 'passing' in error;
}

/** Whether the server can have the whole file, given that its last byte was handed over. */
export function mayHaveArrived(error: unknown): boolean {
  if (!isRequestFailure(error)) return true;
  return error.phase === 'answered' ? error.ambiguous : error.phase !== 'connect';
}
