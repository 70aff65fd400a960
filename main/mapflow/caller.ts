import { z } from 'zod';
import { errorOfResponse, type Endpoint } from '@shared/api';
import { AppError } from '@shared/errors';
import { silentLog, type Log } from '@shared/log';
import { authorization } from './authorization';
import type { Elsewhere } from './courier';
import { ApiFailure } from './failure';
import { pause, readRetryAfter, withRetries, type RetryPolicy } from './retry';
import type { Answer, Outgoing } from './exchange';
import { createTransport, type Bodiless } from './transport';
import type { CallOptions, Download, MapflowClientOptions } from './types';

type PathParams<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [Key in Name | keyof PathParams<Rest>]: string }
  : Readonly<Record<never, string>>;

export interface CallInput<Path extends string> {
  readonly path?: PathParams<Path>;
  readonly query?: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: unknown;
}

export interface RawBody {
  readonly contentType: string;
  readonly size: number;
  /** The bytes, or where they lie in another thread. */
  readonly content: AsyncIterable<Uint8Array> | Elsewhere;
}

/** Turns rows of the endpoint table into requests, and answers into values or failures. */
export interface Caller {
  call<Body extends z.ZodType, Response extends z.ZodType, Path extends string>(
    endpoint: Endpoint<Body, Response, Path>,
    input: CallInput<Path>,
    options?: CallOptions,
  ): Promise<z.output<Response>>;
  /** The body as it comes, for results and previews. */
  download<Path extends string>(
    endpoint: Endpoint<z.ZodType, z.ZodType, Path>,
    input: CallInput<Path>,
    options?: CallOptions,
  ): Promise<Download>;
  /**
   * An address that an answer gave, for example of a tile. The token goes along only where it is the profile's own server.
   */
  fetch(url: URL, options?: CallOptions): Promise<Download & { readonly status: number }>;
  upload<Response extends z.ZodType, Path extends string>(
    endpoint: Endpoint<z.ZodType, Response, Path>,
    input: CallInput<Path>,
    body: RawBody,
    options?: CallOptions & { readonly answerMs?: number },
  ): Promise<z.output<Response>>;
  close(): void;
}

const defaultIdleMs = 60_000;
const defaultAnswerMs = 300_000;
/** bytes; a JSON answer beyond this is not one of this API's */
const longestJson = 256 * 1024 * 1024;
const longestError = 64 * 1024;

export function createCaller(options: MapflowClientOptions): Caller {
  const transport = createTransport(options);
  const log: Log = options.log ?? silentLog;
  const policy: RetryPolicy = {
    retries: options.retries ?? 3,
    wait: options.wait ?? pause,
    random: options.random ?? Math.random,
  };

  async function exchange(
    endpoint: Endpoint,
    input: CallInput<string>,
    raw: RawBody | null,
    call: CallOptions & { readonly answerMs?: number },
  ): Promise<Answer> {
    const url = buildUrl(options.baseUrl, endpoint.path, input);
    const json = raw === null && input.body !== undefined ? encodeJson(endpoint, input.body) : null;
    const body = raw ?? json;
    return send(url, endpoint.method, call, {
      body,
      accept: endpoint.responseType === 'jpeg' ? 'image/jpeg' : 'application/json, */*;q=0.5',
      freshConnection: !endpoint.idempotent,
      answerMs: call.answerMs ?? (raw ? defaultAnswerMs : undefined),
    });
  }

  async function send(
    url: URL,
    method: Outgoing['method'],
    call: CallOptions,
    more: {
      readonly body: RawBody | null;
      readonly accept: string;
      readonly freshConnection: boolean;
      readonly answerMs?: number | undefined;
    },
  ): Promise<Answer> {
    const idleMs = call.idleMs ?? options.idleMs ?? defaultIdleMs;
    const isOwn = url.origin === new URL(options.baseUrl).origin;
    const outgoing: Bodiless = {
      method,
      url,
      headers: {
        accept: more.accept,
        ...(isOwn ? { authorization: authorization(options.scheme ?? 'Bearer', await options.token()) } : {}),
        'user-agent': options.userAgent ?? 'orthodesk',
        ...(more.body ? { 'content-type': more.body.contentType } : {}),
      },
      freshConnection: more.freshConnection,
      idleMs,
      answerMs: more.answerMs ?? idleMs,
      signal: call.signal,
    };
    const started = Date.now();
    const about = { method, path: url.pathname };
    try {
      const answer = await transport.send(outgoing, more.body);
      log.debug('api call', { ...about, status: answer.status, ms: Date.now() - started });
      if (answer.status >= 200 && answer.status < 300) return answer;
      throw await failureOf(answer, url);
    } catch (error) {
      const kind = error instanceof AppError ? error.kind : 'unexpected';
      log.debug('api call failed', { ...about, kind, ms: Date.now() - started });
      throw error;
    }
  }

  function repeated<Result>(
    endpoint: Endpoint,
    call: CallOptions,
    run: () => Promise<Result>,
  ): Promise<Result> {
    return endpoint.idempotent ? withRetries(policy, call.signal, run) : run();
  }

  return {
    call: (endpoint, input, call = {}) =>
      repeated(endpoint, call, async () => {
        const answer = await exchange(endpoint, input, null, call);
        return readAnswer(endpoint, answer);
      }),
    download: (endpoint, input, call = {}) =>
      repeated(endpoint, call, async () => {
        const answer = await exchange(endpoint, input, null, call);
        return downloadOf(answer);
      }),
    fetch: (url, call = {}) =>
      withRetries(policy, call.signal, async () => {
        const answer = await send(url, 'GET', call, { body: null, accept: '*/*', freshConnection: false });
        return { ...downloadOf(answer), status: answer.status };
      }),
    upload: async (endpoint, input, body, call = {}) => {
      const answer = await exchange(endpoint, input, body, call);
      return readAnswer(endpoint, answer);
    },
    close: () => transport.close(),
  };
}

function downloadOf(answer: Answer): Download {
  const size = Number(answer.header('content-length'));
  const plain = answer.header('content-encoding') === undefined;
  return {
    size: plain && Number.isInteger(size) ? size : null,
    contentType: answer.header('content-type') ?? 'application/octet-stream',
    body: answer.body,
  };
}

function buildUrl(baseUrl: string, template: string, input: CallInput<string>): URL {
  const given: Readonly<Record<string, string>> = input.path ?? {};
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = given[name] ?? '';
    // An empty or dotted segment would address another resource.
    if (value === '' || /^\.+$/.test(value)) throw new AppError('api.invalid_request', { field: name });
    return encodeURIComponent(value);
  });
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}${path}`);
  for (const [name, value] of Object.entries(input.query ?? {})) {
    for (const item of typeof value === 'string' ? [value] : (value ?? []))
      url.searchParams.append(name, item);
  }
  return url;
}

function encodeJson(endpoint: Endpoint, body: unknown): RawBody {
  const checked = endpoint.body?.safeParse(body);
  if (checked && !checked.success) {
    const issue = checked.error.issues[0];
    const field = issue && issue.path.length > 0 ? issue.path.map(String).join('.') : 'body';
    throw new AppError('api.invalid_request', { field }, { details: issue?.message ?? '' });
  }
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  async function* once(): AsyncGenerator<Uint8Array, void, undefined> {
    yield bytes;
  }
  return { contentType: 'application/json', size: bytes.byteLength, content: once() };
}

async function failureOf(answer: Answer, url: URL): Promise<ApiFailure> {
  const facts = {
    phase: 'answered',
    status: answer.status,
    retryAfterMs: readRetryAfter(answer.header('retry-after')),
  } as const;
  if (answer.status >= 300 && answer.status < 400) {
    const host = hostOf(answer.header('location'), url);
    await readText(answer, longestError).catch(() => '');
    return new ApiFailure('api.redirected', { host }, { ...facts, details: `HTTP ${String(answer.status)}` });
  }
  // Only a proxy on the way answers so; its own words are no error of the service.
  if (answer.status === 407) {
    await readText(answer, longestError).catch(() => '');
    return new ApiFailure('api.proxy_login', { host: url.host }, facts);
  }
  // The status says enough when the words are cut off.
  const text = await readText(answer, longestError).catch(() => '');
  const error = errorOfResponse(answer.status, text);
  return new ApiFailure(error.kind, error.params, {
    ...facts,
    ...(error.details === undefined ? {} : { details: error.details }),
  });
}

function hostOf(location: string | undefined, base: URL): string {
  try {
    return new URL(location ?? '', base).host;
  } catch {
    return location ?? base.host;
  }
}

async function readAnswer<Response extends z.ZodType>(
  endpoint: Endpoint<z.ZodType, Response>,
  answer: Answer,
): Promise<z.output<Response>> {
  const text = await readText(answer, longestJson);
  if (endpoint.responseType === 'empty') return undefined as z.output<Response>;
  const unexpected = (details: string): ApiFailure =>
    new ApiFailure('api.unexpected_answer', {}, { phase: 'answered', status: answer.status, details });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unexpected(`${answer.header('content-type') ?? 'no content type'}: ${text.slice(0, 200)}`);
  }
  const parsed = endpoint.response.safeParse(value);
  if (!parsed.success) throw unexpected(z.prettifyError(parsed.error).slice(0, 500));
  return parsed.data;
}

export async function readText(
  answer: { readonly body: AsyncIterable<Uint8Array> },
  limit: number,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let read = 0;
  for await (const chunk of answer.body) {
    read += chunk.byteLength;
    if (read > limit) break;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
