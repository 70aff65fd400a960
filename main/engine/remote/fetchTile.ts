import { request as httpRequest, type Agent } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { AppError } from '@shared/errors';
import { errorOfCode } from '@shared/api';
import { tileUrl, type TileSource } from './tileSource';
import type { TileAddress } from '../tiles/mercator';

/** ms until an answer is complete */
const patience = 60_000;
const tries = 4;
/** ms; grows with each try */
const firstPause = 400;
/** bytes of one tile */
const largest = 8 * 1024 * 1024;
const mostRedirects = 3;

/** The way to a server, where it is not Node's own. */
export type TileAgent = (url: URL) => Agent | undefined;

/** The bytes of a tile; null where the service has none. Throws `dataloader.TileNotLoaded`. */
export async function fetchTile(
  source: TileSource,
  password: string | null,
  tile: TileAddress,
  agentFor: TileAgent,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | null> {
  const where = `${String(tile.z)}/${String(tile.x)}/${String(tile.y)}`;
  let status = '';
  for (let attempt = 0; attempt < tries; attempt++) {
    signal?.throwIfAborted();
    if (attempt > 0) await pause(firstPause * 3 ** (attempt - 1) * (0.5 + Math.random()));
    const answer = await ask(tileUrl(source, tile), source.login, password, agentFor, signal).catch(
      (error: unknown) => {
        signal?.throwIfAborted();
        return error instanceof Error ? error.message : String(error);
      },
    );
    if (typeof answer === 'string') {
      status = answer;
      continue;
    }
    if (answer.status === 404 || answer.status === 204 || answer.status === 410) return null;
    if (answer.status === 200) return answer.body;
    status = String(answer.status);
    // Only what may pass by itself is worth another try.
    if (answer.status !== 429 && answer.status !== 408 && answer.status < 500) break;
  }
  throw errorOfCode('dataloader.TileNotLoaded', { tile_location: where, status });
}

interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** A login goes to the source's own origin alone. */
async function ask(
  address: string,
  login: string | null,
  password: string | null,
  agentFor: TileAgent,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const { origin } = new URL(address);
  let url = new URL(address);
  for (let redirects = 0; ; redirects++) {
    const credential = Buffer.from(`${login ?? ''}:${password ?? ''}`).toString('base64');
    const headers: Record<string, string> = { accept: 'image/*', 'user-agent': 'orthodesk' };
    if (login !== null && url.origin === origin) headers.authorization = `Basic ${credential}`;
    const response = await get(url, headers, agentFor(url), signal);
    const { location } = response;
    if (response.status >= 300 && response.status < 400 && location !== null) {
      if (redirects >= mostRedirects) throw new AppError('engine.too_many_redirects');
      url = new URL(location, url);
      if (url.protocol !== 'http:' && url.protocol !== 'https:')
        throw new AppError('engine.too_many_redirects');
      continue;
    }
    return response;
  }
}

interface Got extends Answer {
  readonly location: string | null;
}

/** One request, its whole answer within the patience. */
function get(
  url: URL,
  headers: Readonly<Record<string, string>>,
  agent: Agent | undefined,
  signal: AbortSignal | undefined,
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = open(url, { headers, ...(agent ? { agent } : {}) });
    const cancel = (): void => void request.destroy(new Error('cancelled'));
    const timer = setTimeout(() => request.destroy(new Error('no answer')), patience);
    const end = (act: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      act();
    };
    signal?.addEventListener('abort', cancel);
    request.on('error', (error) => end(() => reject(error)));
    request.on('response', (response) => {
      readAll(response).then(
        (body) => {
          const { statusCode: status = 0, headers: got } = response;
          end(() => resolve({ status, body, location: got.location ?? null }));
        },
        (error: unknown) => {
          request.destroy();
          end(() => reject(error instanceof Error ? error : new Error(String(error))));
        },
      );
    });
    request.end();
  });
}

async function readAll(response: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response) {
    size += part.byteLength;
    if (size > largest) throw new Error('a tile of more than 8 MB');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
