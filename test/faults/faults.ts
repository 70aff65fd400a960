/** What a network, a proxy or a server can do to one request. */
export type Fault =
  /** The connection breaks once so many bytes of the body have come. */
  | { readonly kind: 'reset_at'; readonly bytes: number }
  /** The server did it all; the connection breaks before the answer. */
  | { readonly kind: 'reset_unanswered' }
  /** The connection breaks when the last byte is here; the server does it a moment later all the same. */
  | { readonly kind: 'reset_then_done' }
  /** So many bytes of the body are taken, then nothing more happens. */
  | { readonly kind: 'stall_at'; readonly bytes: number }
  /** The server did it all; the answer never comes. */
  | { readonly kind: 'stall_unanswered' }
  /** The answer comes byte by byte, `ms` apart. */
  | { readonly kind: 'drip'; readonly ms: number }
  /** The answer breaks off in the middle. */
  | { readonly kind: 'cut_answer' }
  /** The request reaches the server twice. */
  | { readonly kind: 'doubled' }
  /** Somebody else answers; `done` says whether the server had done it by then. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: string;
      readonly retryAfterMs?: number;
      readonly done: boolean;
    }
  /** The server takes no connections for so many ms. */
  | { readonly kind: 'refuse'; readonly ms: number }
  /** The server's name cannot be found for so many ms. */
  | { readonly kind: 'no_name'; readonly ms: number };

const html = '<!doctype html><html><title>Bad gateway</title><p>Welcome to the hotel network</html>';

function answer(
  status: number,
  body: string,
  done: boolean,
  retryAfterMs?: number,
): Extract<Fault, { kind: 'answer' }> {
  return { kind: 'answer', status, body, done, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** Every fault that passes: an upload must complete in spite of it. By what a person would call it. */
export const passingFaults: Readonly<Record<string, Fault>> = {
  'a reset before the first byte of the body': { kind: 'reset_at', bytes: 0 },
  'a reset in the middle of the body': { kind: 'reset_at', bytes: 17_000 },
  'a reset after the last byte, before the answer': { kind: 'reset_unanswered' },
  'a reset after the last byte, done a moment later': { kind: 'reset_then_done' },
  'a stall in the middle of the body': { kind: 'stall_at', bytes: 9_000 },
  'a stall in place of the answer': { kind: 'stall_unanswered' },
  'an answer that drips': { kind: 'drip', ms: 1 },
  'an answer that breaks off': { kind: 'cut_answer' },
  'a duplicated delivery': { kind: 'doubled' },
  'a 408 with Retry-After': answer(408, '', false, 40),
  'a 408 after the fact': answer(408, '', true),
  'a 429 with Retry-After': answer(429, '{"message":"Too many requests"}', false, 60),
  'a 500': answer(500, '{"message":"Internal Server Error"}', false),
  'a 500 although it was done': answer(500, html, true),
  'a 502 in HTML': answer(502, html, false),
  'a 502 in HTML although it was done': answer(502, html, true),
  'a 503 with Retry-After': answer(503, '', false, 50),
  'a 504 although it was done': answer(504, html, true),
  'a success in HTML that the server never saw': answer(200, html, false),
  'a success in HTML': answer(200, html, true),
  'a success with half of the JSON': answer(200, '{"message":"Files succ', true),
  'a success with other JSON': answer(200, '[{"teapot":true}]', true),
  'a success with other JSON that the server never saw': answer(200, '"ok"', false),
  'a refused connection': { kind: 'refuse', ms: 30 },
  'a name that cannot be found': { kind: 'no_name', ms: 30 },
};

/** The session has ended, in the middle. */
export const sessionEnds = answer(401, '{"message":"Unauthorized"}', false);

/** Refusals that stop an upload, and the kind of error that it then shows. */
export const refusals: Readonly<Record<string, { readonly fault: Fault; readonly kind: string }>> = {
  'a full account': {
    fault: answer(
      400,
      '{"detail":{"code":"MemoryLimitExceeded","parameters":{"memory_requested":1000,"available_memory":10}}}',
      false,
    ),
    kind: 'api.memory_limit_exceeded',
  },
  'a file that the server cannot use': {
    fault: answer(400, '{"detail":{"code":"FileOpenError","parameters":{}}}', false),
    kind: 'api.file_open_error',
  },
  'an account that may not': {
    fault: answer(403, '{"detail":{"code":"AccessDenied","parameters":{"instance_type":"mosaic"}}}', false),
    kind: 'api.access_denied',
  },
};

/** One of the elements. */
export function pick<T>(from: readonly T[], random: () => number): T {
  const found = from[Math.floor(random() * from.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
}

/** A passing fault, with its figures rolled anew. */
export function randomFault(random: () => number): Fault {
  const fault = pick(Object.values(passingFaults), random);
  if ('bytes' in fault) return { ...fault, bytes: Math.floor(random() * 60_000) };
  if (fault.kind === 'answer' && fault.retryAfterMs !== undefined)
    return { ...fault, retryAfterMs: Math.floor(random() * 80) };
  return fault;
}
