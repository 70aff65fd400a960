import type { Agent } from 'node:http';
import { fromErrorData, toErrorData, type ErrorData } from '@shared/errors';
import { ApiFailure, type FailureFacts } from './failure';
import { framed, type Form } from './multipart';
import { exchange, type Answer, type Outgoing } from './exchange';
import type { Courier } from './types';

/** Where a form's file lies in another thread. */
export interface Elsewhere {
  readonly form: Form;
  readonly courier: Courier;
}

/** What that thread must know to make a request in our place. */
interface CourierRequest {
  readonly method: Outgoing['method'];
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly form: Form;
  readonly idleMs: number;
  readonly answerMs: number;
  /** What `routeFor` of the client said; undefined for the direct way. */
  readonly route: unknown;
}

/** What came of it, in plain values. Facts are those of a failed request; null for any other failure. */
type CourierOutcome =
  | {
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
    }
  | {
      readonly error: ErrorData;
      readonly facts: Pick<FailureFacts, 'phase' | 'status' | 'retryAfterMs'> | null;
    };

/** bytes; an answer to an upload beyond this is cut off, and then not understood */
const longestAnswer = 4 * 1024 * 1024;

export interface CarryOptions {
  readonly onFlushed?: (bytes: Uint8Array) => void;
  readonly signal?: AbortSignal;
  /** The agent of a way; undefined for a connection that no other request uses. */
  readonly agentFor?: (url: URL, route: unknown) => Agent | undefined;
}

/** The request's other end, in the thread that has the file: sends it, and tells the outcome. Never throws. */
export async function carry(
  request: unknown,
  file: AsyncIterable<Uint8Array>,
  options: CarryOptions = {},
): Promise<unknown> {
  const { method, url, headers, form, idleMs, answerMs, route } = request as CourierRequest;
  try {
    const answer = await exchange(
      {
        method,
        url: new URL(url),
        headers,
        body: { size: form.size, chunks: framed(form, file), onFlushed: options.onFlushed },
        freshConnection: true,
        idleMs,
        answerMs,
        signal: options.signal,
      },
      (route === undefined ? undefined : options.agentFor?.(new URL(url), route)) ?? false,
    );
    const body = await readUpTo(longestAnswer, answer.body);
    return { status: answer.status, headers: answer.headers, body } satisfies CourierOutcome;
  } catch (error) {
    return { error: toErrorData(error), facts: factsOf(error) } satisfies CourierOutcome;
  }
}

/** The outcome as if the request had been made here. Throws its failure. */
function readOutcome(outcome: unknown): Answer {
  const told = outcome as CourierOutcome;
  if ('error' in told) {
    const { kind, params, details } = told.error;
    if (!told.facts) throw fromErrorData(told.error);
    throw new ApiFailure(kind, params, { ...told.facts, ...(details === undefined ? {} : { details }) });
  }
  const { status, headers, body } = told;
  async function* once(): AsyncGenerator<Uint8Array, void, undefined> {
    yield body;
  }
  return { status, headers, header: (name) => headers[name.toLowerCase()], body: once() };
}

function factsOf(error: unknown): Pick<FailureFacts, 'phase' | 'status' | 'retryAfterMs'> | null {
  if (!(error instanceof ApiFailure)) return null;
  const { phase, status, retryAfterMs } = error;
  return { phase, status, retryAfterMs };
}

async function readUpTo(limit: number, body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    pieces.push(piece);
    size += piece.byteLength;
    if (size > limit) break;
  }
  return new Uint8Array(Buffer.concat(pieces));
}

/**
 * Has a request made where its body is. The courier's own trouble (its thread died) is no failure of a request: it is thrown as it
 * is.
 */
export async function sendByCourier(
  { courier, form }: Elsewhere,
  { method, url, headers, idleMs, answerMs, signal }: Omit<Outgoing, 'body'>,
  route: unknown,
): Promise<Answer> {
  if (signal?.aborted) throw new ApiFailure('api.cancelled', {}, { phase: 'connect' });
  const request: CourierRequest = { method, url: url.href, headers, form, idleMs, answerMs, route };
  try {
    return readOutcome(await courier(request, signal));
  } catch (error) {
    if (signal?.aborted) throw new ApiFailure('api.cancelled', {}, { phase: 'send' });
    throw error;
  }
}
