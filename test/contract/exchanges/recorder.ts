import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { openApiDocument } from '@shared/api/openapi';
import { Checker, type Exchange, type OpenApi } from './checker';

const basePath = '/rest';
const checker = new Checker(JSON.parse(JSON.stringify(openApiDocument('1'))) as OpenApi);

/** Ports whose exchanges are judged: of the engines, and of ways to engines in other processes. */
const watched = new Set<number>();
const judged = { exchanges: 0 };
const complaints: string[] = [];
let liberty: Liberty = {};

/** What a test sends on purpose, although the document does not allow it. */
export interface Liberty {
  /** Paths and methods that the document does not know; answered 4xx with an error body all the same. */
  readonly paths?: boolean;
  /** Requests that the document does not allow, which the engine understands: other clients send them. */
  readonly requests?: boolean;
}

/** Every exchange with the server at this port is held against the document from now on. */
export function watch(port: number): void {
  watched.add(port);
}

/** For a test that is about such requests. Answers are held against the document all the same. */
export function allow(given: Liberty): void {
  liberty = given;
}

/** What was found since the last call, and how many exchanges were judged in all. */
export function report(): { readonly complaints: readonly string[]; readonly exchanges: number } {
  return { complaints: complaints.splice(0), exchanges: judged.exchanges };
}

/** Exchanges that are no business of the document, judged by what was allowed. */
export function problemsOf(exchange: Exchange, allowed: Liberty): readonly string[] {
  const { operation, request, response } = checker.judge(exchange);
  const accepted = exchange.status < 400;
  if (operation === null) {
    if (!allowed.paths || accepted) return request;
    return isErrorBody(exchange.responseBody) ? [] : ['an unknown path without an error body'];
  }
  // What the document does not allow may be refused; taking it is another matter.
  const taken = accepted && !allowed.requests ? request : [];
  return [...taken, ...response];
}

function isErrorBody(text: string | null): boolean {
  try {
    const body = JSON.parse(text ?? '') as Record<string, unknown>;
    return typeof body.code === 'string' || body.detail !== undefined;
  } catch {
    return false;
  }
}

interface Started {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly server: Server;
}

subscribe('http.server.request.start', (message) => {
  const { request, response } = message as Started;
  if (!watched.has(request.socket.localPort ?? 0)) return;
  const allowed = liberty;
  const requestParts = tapRequest(request);
  const answer = tapResponse(response);
  response.once('finish', () => {
    const target = request.url ?? '/';
    if (!target.startsWith(basePath)) return;
    const responseType = answer.type();
    const isForm = /^multipart\//i.test(request.headers['content-type'] ?? '');
    judge(
      {
        method: request.method ?? '',
        target: target.slice(basePath.length),
        requestType: request.headers['content-type'] ?? null,
        requestBody: isForm ? null : text(requestParts),
        status: response.statusCode,
        responseType,
        responseBody: /json/.test(responseType ?? 'json') ? text(answer.parts) : null,
      },
      allowed,
    );
  });
});

function judge(exchange: Exchange, allowed: Liberty): void {
  judged.exchanges++;
  const problems = problemsOf(exchange, allowed);
  if (problems.length === 0) return;
  const { method, target, status, requestBody, responseBody } = exchange;
  complaints.push(
    `${method} ${target} -> ${String(status)}: ${problems.join('; ')}\n  sent ${String(requestBody?.slice(0, 300))}\n  got ${String(responseBody?.slice(0, 300))}`,
  );
}

/** Sees what the parser hands to the request, whoever reads it. */
function tapRequest(request: IncomingMessage): Buffer[] {
  const parts: Buffer[] = [];
  if (/^multipart\//i.test(request.headers['content-type'] ?? '')) return parts;
  const push = request.push.bind(request);
  request.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk instanceof Uint8Array) parts.push(Buffer.from(chunk));
    return push(chunk, encoding);
  };
  return parts;
}

interface Tap {
  readonly parts: Buffer[];
  readonly type: () => string | null;
}

/** Sees what is written; pictures are not kept. */
function tapResponse(response: ServerResponse): Tap {
  const parts: Buffer[] = [];
  const { write, end, writeHead } = response;
  let given: string | null = null;
  const type = (): string | null => given ?? response.getHeader('content-type')?.toString() ?? null;
  const keep = (chunk: unknown): void => {
    if (!/json/.test(type() ?? 'json')) return;
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) parts.push(Buffer.from(chunk));
  };
  response.writeHead = function (this: ServerResponse, ...values: unknown[]) {
    given = contentTypeIn(values[values.length - 1]);
    return Reflect.apply(writeHead, this, values) as ServerResponse;
  };
  response.write = function (this: ServerResponse, ...values: unknown[]) {
    keep(values[0]);
    return Reflect.apply(write, this, values) as boolean;
  } as typeof write;
  response.end = function (this: ServerResponse, ...values: unknown[]) {
    keep(values[0]);
    return Reflect.apply(end, this, values) as ServerResponse;
  } as typeof end;
  return { parts, type };
}

/** Headers are given by name, or as a list of names and values. */
function contentTypeIn(headers: unknown): string | null {
  if (typeof headers !== 'object' || headers === null) return null;
  const list = Array.isArray(headers) ? (headers as unknown[]) : Object.entries(headers).flat();
  const at = list.findIndex((item, i) => i % 2 === 0 && String(item).toLowerCase() === 'content-type');
  return at < 0 ? null : String(list[at + 1]);
}

const text = (parts: readonly Buffer[]): string => Buffer.concat(parts).toString('utf8');
