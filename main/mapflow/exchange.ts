import {
  request as httpRequest,
  type Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createGunzip, createInflate } from 'node:zlib';
import type { Readable } from 'node:stream';
import { AppError } from '@shared/errors';
import type { Method } from '@shared/api';
import { ApiFailure, type Phase } from './failure';
import { networkFailure } from './networkFailure';
import { Watchdog } from './watchdog';

export interface Outgoing {
  readonly method: Method;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Exactly `size` bytes; null for none. */
  readonly body: {
    readonly size: number;
    readonly chunks: AsyncIterable<Uint8Array>;
    /** Hears of a chunk that is not read any more: its memory may be used again. */
    readonly onFlushed?: ((chunk: Uint8Array) => void) | undefined;
  } | null;
  /** A call that must not be repeated gets a connection of its own, which no idle timeout has closed meanwhile. */
  readonly freshConnection: boolean;
  readonly idleMs: number;
  /** ms for the answer to begin once the body is sent */
  readonly answerMs: number;
  readonly signal: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly header: (name: string) => string | undefined;
  /** The body, decompressed. Reading throws `ApiFailure`; leaving it early closes the connection. */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * One request over an agent, or over a connection of its own: no redirects are followed, nothing is repeated, no cookies are kept.
 */
export function exchange(outgoing: Outgoing, agent: Agent | false): Promise<Answer> {
  const { url, signal } = outgoing;
  if (signal?.aborted) return Promise.reject(new ApiFailure('api.cancelled', {}, { phase: 'connect' }));
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest;

  return new Promise<Answer>((resolve, reject) => {
    let connected = false;
    let bodySent = false;
    let answered = false;
    const phase = (): Phase => (answered ? 'receive' : !connected ? 'connect' : bodySent ? 'wait' : 'send');
    let bodyError: unknown = null;
    const request = open(url, {
      method: outgoing.method,
      headers: {
        ...outgoing.headers,
        'accept-encoding': 'gzip, deflate',
        ...(outgoing.body ? { 'content-length': String(outgoing.body.size) } : {}),
      },
      agent,
    });
    const watchdog = new Watchdog(outgoing.idleMs, (ms) => {
      request.destroy(
        new ApiFailure(
          'api.stalled',
          { seconds: Math.round(ms / 1000) },
          { phase: phase(), details: url.host },
        ),
      );
    });
    const cancel = (): void => {
      request.destroy(new ApiFailure('api.cancelled', {}, { phase: phase() }));
    };
    signal?.addEventListener('abort', cancel);
    const release = (): void => {
      watchdog.stop();
      signal?.removeEventListener('abort', cancel);
      // An answer that came before the end of the body leaves a connection that is of no use any more.
      if (answered && !bodySent) request.destroy();
    };

    request.on('socket', (socket) => {
      watchdog.start();
      const proceed = (): void => {
        connected = true;
        watchdog.expect(bodySent ? outgoing.answerMs : outgoing.idleMs);
      };
      if (socket.connecting) {
        socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', proceed);
      } else {
        proceed();
      }
    });
    request.on('error', (error) => {
      release();
      const cause = bodyError ?? error;
      reject(cause instanceof AppError ? cause : networkFailure(cause, url, phase()));
    });
    request.on('response', (response) => {
      answered = true;
      watchdog.expect(outgoing.idleMs);
      const headers = firstValues(response.headers);
      resolve({
        status: response.statusCode ?? 0,
        headers,
        header: (name) => headers[name.toLowerCase()],
        body: readBody(response, url, watchdog, release),
      });
    });

    void sendBody(request, outgoing, watchdog, () => answered).then(
      () => {
        bodySent = true;
        if (connected && !answered) watchdog.expect(outgoing.answerMs);
      },
      (error: unknown) => {
        bodyError = error;
        request.destroy(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}

type Request = ReturnType<typeof httpRequest>;

/** Writes the body at the pace of the socket. Stops without an error when the server has answered already. */
async function sendBody(
  request: Request,
  outgoing: Outgoing,
  watchdog: Watchdog,
  answered: () => boolean,
): Promise<void> {
  if (outgoing.body === null) {
    request.end();
    return;
  }
  const { chunks, onFlushed = () => undefined } = outgoing.body;
  const waiting = new Waiting(request);
  for await (const chunk of chunks) {
    if (request.destroyed || answered()) return;
    watchdog.touch();
    waiting.add(chunk.byteLength);
    request.write(chunk, (error) => {
      waiting.remove(chunk.byteLength);
      if (error) return;
      watchdog.touch();
      onFlushed(chunk);
    });
    await waiting.isShort();
    // Bytes that nobody will take are not asked for: asking for the last ones means that they are about to leave.
    if (request.destroyed || answered()) return;
  }
  if (request.destroyed || answered()) return;
  await new Promise<void>((resolve) => {
    request.once('close', resolve);
    request.once('response', resolve);
    request.end(() => resolve());
  });
}

/**
 * bytes that may wait for the socket before more are asked for. It must not run dry while the next are read and hashed: a
 * receiver that acknowledges late then stops a fast line for some milliseconds each time.
 */
const longestQueue = 3 * 1024 * 1024;

/** What was written and has not left yet. */
class Waiting {
  #bytes = 0;
  #wake: () => void = () => undefined;

  constructor(request: Request) {
    // Then there is no use in more.
    for (const event of ['close', 'error', 'response']) {
      request.once(event, () => {
        this.#bytes = -Infinity;
        this.#wake();
      });
    }
  }

  add(bytes: number): void {
    this.#bytes += bytes;
  }

  remove(bytes: number): void {
    this.#bytes -= bytes;
    if (this.#bytes <= longestQueue) this.#wake();
  }

  isShort(): Promise<void> {
    if (this.#bytes <= longestQueue) return Promise.resolve();
    return new Promise((resolve) => (this.#wake = resolve));
  }
}

function firstValues(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value[0] : value,
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Record<string, string>;
}

async function* readBody(
  response: IncomingMessage,
  url: URL,
  watchdog: Watchdog,
  release: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = decompressed(response);
  try {
    for await (const chunk of stream) {
      watchdog.pause();
      yield chunk as Uint8Array;
      watchdog.touch();
    }
    if (!response.complete) throw new Error('aborted');
  } catch (error) {
    throw error instanceof AppError ? error : networkFailure(error, url, 'receive');
  } finally {
    release();
    if (!response.complete) response.destroy();
  }
}

function decompressed(response: IncomingMessage): Readable {
  const encoding = response.headers['content-encoding']?.toLowerCase();
  if (encoding !== 'gzip' && encoding !== 'deflate') return response;
  const inflate = encoding === 'gzip' ? createGunzip() : createInflate();
  response.on('error', (error) => inflate.destroy(error));
  return response.pipe(inflate);
}
