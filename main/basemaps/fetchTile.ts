import { request as requestHttp, type Agent, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { AppError } from '@shared/errors';
import { isLocalAddress, publicLookup } from './addresses';

/** The way to a server: by a proxy, or with authorities of its own; undefined where the runtime's own does. */
export type TileAgentFor = (url: URL, fresh: boolean) => Agent | undefined | Promise<Agent | undefined>;

export interface TileRequest {
  readonly url: string;
  readonly userAgent: string;
  /** Whether the server may lie on this computer or in the local network. */
  readonly allowLocal: boolean;
  /** What the kept tile was marked with. */
  readonly etag: string | null;
  readonly agentFor?: TileAgentFor | undefined;
}

export type TileAnswer =
  | {
      readonly kind: 'tile';
      readonly body: Uint8Array;
      readonly contentType: string;
      readonly freshForMs: number;
      readonly etag: string | null;
    }
  /** The kept one is still good. */
  | { readonly kind: 'unchanged'; readonly freshForMs: number }
  /** The server has none there. */
  | { readonly kind: 'none' };

/** ms without a byte */
const patience = 15_000;
/** bytes of one tile */
const largest = 4 * 1024 * 1024;
const mostRedirects = 3;
const day = 86_400_000;
/** The least that OpenStreetMap asks for where a server says nothing, and the most that is believed. */
const freshFor = { unsaid: 7 * day, least: day, most: 60 * day };

/** Throws `basemaps.*`; nothing but http and https is ever asked, redirects included. */
export async function fetchTile(wanted: TileRequest): Promise<TileAnswer> {
  let url = new URL(wanted.url);
  for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
    const response = await ask(url, wanted);
    const status = response.statusCode ?? 0;
    const { location } = response.headers;
    if (status >= 300 && status < 400 && status !== 304 && location !== undefined) {
      response.destroy();
      url = new URL(location, url);
      continue;
    }
    return answerOf(response, status, url);
  }
  throw new AppError('basemaps.refused', { host: url.host, status: 310 });
}

async function ask(
  url: URL,
  { userAgent, allowLocal, etag, agentFor }: TileRequest,
): Promise<IncomingMessage> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new AppError('basemaps.not_http');
  if (!allowLocal && isLocalAddress(url.hostname)) {
    throw new AppError('basemaps.local_address', { host: url.hostname });
  }
  const headers = {
    accept: 'image/png,image/jpeg,image/webp,image/*;q=0.8',
    'user-agent': userAgent,
    ...(etag === null ? {} : { 'if-none-match': etag }),
  };
  const agent = await agentFor?.(url, false);
  // A proxy that resolves names itself decides which of them it leads to.
  const options = {
    headers,
    timeout: patience,
    ...(agent ? { agent } : {}),
    ...(allowLocal ? {} : { lookup: publicLookup() }),
  };
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const request = send(url, options, resolve);
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (error instanceof AppError) reject(error);
      else {
        reject(
          new AppError('basemaps.unreachable', { host: url.host }, { details: error.message, cause: error }),
        );
      }
    });
    request.end();
  });
}

async function answerOf(response: IncomingMessage, status: number, url: URL): Promise<TileAnswer> {
  const freshForMs = freshness(response);
  if (status === 304) {
    response.destroy();
    return { kind: 'unchanged', freshForMs };
  }
  if (status === 204 || status === 404 || status === 410) {
    response.destroy();
    return { kind: 'none' };
  }
  if (status !== 200) {
    response.destroy();
    throw new AppError('basemaps.refused', { host: url.host, status });
  }
  const body = await readAll(response, url);
  const contentType = pictureType(body);
  if (contentType === null) throw new AppError('basemaps.no_picture', { host: url.host });
  return { kind: 'tile', body, contentType, freshForMs, etag: response.headers.etag ?? null };
}

async function readAll(response: IncomingMessage, url: URL): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > largest) throw new AppError('basemaps.no_picture', { host: url.host });
      parts.push(part);
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('basemaps.unreachable', { host: url.host }, { cause: error });
  }
  return Buffer.concat(parts);
}

function freshness({ headers }: IncomingMessage): number {
  const seconds = /max-age=(\d+)/.exec(headers['cache-control'] ?? '')?.[1];
  const expires = Date.parse(headers.expires ?? '') - Date.now();
  const said = seconds === undefined ? expires : Number(seconds) * 1000;
  if (!Number.isFinite(said)) return freshFor.unsaid;
  return Math.min(freshFor.most, Math.max(freshFor.least, said));
}

const startsWith = (bytes: Uint8Array, ...codes: readonly number[]): boolean =>
  codes.every((code, at) => bytes[at] === code);

/** By its first bytes: what a server calls its tiles is not to be trusted. */
function pictureType(bytes: Uint8Array): string | null {
  if (startsWith(bytes, 0x89, 0x50, 0x4e, 0x47)) return 'image/png';
  if (startsWith(bytes, 0xff, 0xd8, 0xff)) return 'image/jpeg';
  if (startsWith(bytes, 0x47, 0x49, 0x46, 0x38)) return 'image/gif';
  const webp = startsWith(bytes, 0x52, 0x49, 0x46, 0x46) && startsWith(bytes.subarray(8), 0x57, 0x45, 0x42);
  return webp ? 'image/webp' : null;
}
