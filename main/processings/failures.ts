import { AppError } from '@shared/errors';

/** How far a request had come when it failed, as the API's client tells it. */
interface RequestFacts {
  readonly phase: string;
  readonly status: number | null;
  readonly ambiguous: boolean;
  readonly passing: boolean;
}

function isRequestFailure(error: unknown): error is AppError & RequestFacts {
  return error instanceof AppError && 'phase' in error && 'ambiguous' in error;
}

/** True when the server cannot have done what was asked; only then may something that costs be asked for again. */
export function certainlyNotDone(error: unknown): boolean {
  if (isRequestFailure(error)) return !error.ambiguous;
  // Our own refusals, before any request was made.
  return error instanceof AppError;
}

const away: ReadonlySet<string> = new Set([
  'engine.stopped',
  'engine.not_started',
  'engine.keeps_failing',
  'accounts.signed_out',
  'accounts.keychain_unavailable',
]);

/** True when the same will work once the server is back: nothing is wrong with what was asked. */
export function isAway(error: unknown): boolean {
  if (error instanceof AppError && away.has(error.kind)) return true;
  return isRequestFailure(error) && error.passing;
}

export function isGone(error: unknown): boolean {
  return isRequestFailure(error) && error.status === 404;
}

export function isUnsupported(error: unknown): boolean {
  return isRequestFailure(error) && (error.status === 404 || error.status === 405);
}
