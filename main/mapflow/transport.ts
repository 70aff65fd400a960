import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
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
  readonly body: { readonly size: number; readonly chunks: AsyncIterable<Uint8Array> } | null;
  /** A call that must not be repeated gets a connection of its own, which no idle timeout has closed meanwhile. */
  readonly freshConnection: boolean;
  readonly idleMs: number;
  /** ms for the answer to begin once the body is sent */
  readonly answerMs: number;
  readonly signal: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  /** The body, decompressed. Reading throws `ApiFailure`; leaving it early closes the connection. */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface Transport {
  send(outgoing: Outgoing): Promise<Answer>;
  close(): void;
}

/** One request over node:http(s): no redirects are followed, nothing is repeated, no cookies are kept. */
export function createTransport(agentFor: ((url: URL) => HttpAgent | undefined) | undefined): Transport {
  const http = new HttpAgent({ keepAlive: true, maxSockets: 16 });
  const https = new HttpsAgent({ keepAlive: true, maxSockets: 16 });

  function agent(outgoing: Outgoing): HttpAgent | false {
    const given = agentFor?.(outgoing.url);
    if (given) return given;
    if (outgoing.freshConnection) return false;
    return outgoing.url.protocol === 'https:' ? https : http;
  }

  return {
    send: (outgoing) => exchange(outgoing, agent(outgoing)),
    close: () => {
      http.destroy();
      https.destroy();
    },
  };
}

function exchange(outgoing: Outgoing, agent: HttpAgent | false): Promise<Answer> {
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
      resolve({
        status: response.statusCode ?? 0,
        header: (name) => {
          const value = response.headers[name.toLowerCase()];
          return Array.isArray(value) ? value[0] : value;
        },
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
  for await (const chunk of outgoing.body.chunks) {
    if (request.destroyed || answered()) return;
    watchdog.touch();
    if (!request.write(chunk)) await drained(request);
    watchdog.touch();
  }
  if (request.destroyed || answered()) return;
  await new Promise<void>((resolve) => {
    request.once('close', resolve);
    request.once('response', resolve);
    request.end(() => resolve());
  });
}

/** Resolves when more can be written, or when there is no use in it. */
function drained(request: Request): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of ['drain', 'close', 'error', 'response']) request.off(event, done);
      resolve();
    };
    for (const event of ['drain', 'close', 'error', 'response']) request.on(event, done);
  });
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
