import { AppError, type ErrorParams } from '@shared/errors';

/** How far a request had come when it failed. */
export type Phase = 'connect' | 'send' | 'wait' | 'receive' | 'answered';

export interface FailureFacts {
  readonly phase: Phase;
  /** HTTP status, null where no answer came */
  readonly status?: number | null;
  /** ms that the server asks to wait */
  readonly retryAfterMs?: number | null;
  readonly details?: string;
  readonly cause?: unknown;
}

/** A request that did not succeed: an `AppError` with the facts that decide whether it may be sent again. */
export class ApiFailure extends AppError {
  readonly phase: Phase;
  readonly status: number | null;
  readonly retryAfterMs: number | null;

  constructor(kind: string, params: ErrorParams, facts: FailureFacts) {
    super(kind, params, {
      ...(facts.details === undefined ? {} : { details: facts.details }),
      ...(facts.cause === undefined ? {} : { cause: facts.cause }),
    });
    this.name = 'ApiFailure';
    this.phase = facts.phase;
    this.status = facts.status ?? null;
    this.retryAfterMs = facts.retryAfterMs ?? null;
  }

  /**
   * True when the server may have done what was asked, although no success was reported: look before sending again. A
   * body that did not leave whole cannot have been accepted; a 4xx answer is a definite no (408 apart, which some
   * proxies send after the fact).
   */
  get ambiguous(): boolean {
    if (this.phase === 'connect' || this.phase === 'send') return false;
    if (this.status === null) return true;
    return this.status === 408 || this.status >= 500 || (this.status >= 200 && this.status < 300);
  }

  /** True when the same call can succeed later without anybody changing anything. */
  get passing(): boolean {
    if (this.kind === 'api.cancelled' || this.kind === 'api.certificate') return false;
    return this.status === null || [408, 425, 429, 500, 502, 503, 504].includes(this.status);
  }
}
