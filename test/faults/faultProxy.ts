import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Fault } from './faults';

/** One request that reached the proxy. */
export interface Received {
  readonly method: string;
  readonly path: string;
  /** ms of the monotonic clock, when its head was here */
  readonly at: number;
  /** bytes of its body that came */
  bytes: number;
  /** How often the server was given the whole of it. */
  delivered: number;
  /** File name in its multipart body; null for other requests. */
  filename: string | null;
  readonly fault: Fault | null;
}

interface Whole {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

const host = 'orthodesk.test';

/** Stands between the client and a real server, does to each request what the test asks for, and counts what it received. */
export class FaultProxy {
  readonly received: Received[] = [];
  /** Takes the fault of the next request; null for none. */
  next: (request: { readonly method: string; readonly path: string }) => Fault | null = () => null;
  readonly #upstream: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #sockets = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #server: Server | null = null;
  #port = 0;
  #nameIsKnown = true;
  #closed = false;

  constructor(upstream: string) {
    this.#upstream = new URL(upstream);
  }

  /** By a name that only `agentFor` knows. */
  get baseUrl(): string {
    return `http://${host}:${this.#port}${this.#upstream.pathname}`;
  }

  /** Connections of a client: each asks for the server's name anew, and is told what the test wants. */
  readonly agentFor = (): Agent =>
    new Agent({
      keepAlive: false,
      // As the system's own: never before the caller has gone on.
      lookup: (name, options, done) =>
        setImmediate(() => {
          if (!this.#nameIsKnown || name !== host) {
            const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' });
            done(error, '', 0);
          } else if (options.all) done(null, [{ address: '127.0.0.1', family: 4 }]);
          else done(null, '127.0.0.1', 4);
        }),
    });

  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#answer(request, response));
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Refuses connections until it is started again, on the same port. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const socket of this.#sockets) socket.destroy();
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await this.stop();
    this.#agent.destroy();
  }

  /** Uploads that came, whole or not. */
  get uploads(): readonly Received[] {
    return this.received.filter(({ method, path }) => method === 'POST' && path.endsWith('/image'));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = request;
    const path = url.replace(/\?.*$/, '');
    const fault = this.next({ method, path });
    const entry: Received = {
      method,
      path,
      at: performance.now(),
      bytes: 0,
      delivered: 0,
      filename: null,
      fault,
    };
    this.received.push(entry);
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    if (fault?.kind === 'refuse' || fault?.kind === 'no_name') return this.#vanish(fault);
    if (fault?.kind === 'answer' && !fault.done) {
      request.resume();
      return give(response, fault);
    }
    const body = await this.#take(request, entry, fault);
    if (body === null) return;
    if (fault?.kind === 'reset_then_done') request.socket.destroy();
    if (fault?.kind === 'doubled') await this.#forward(request, body, entry).catch(() => null);
    const answer = await this.#forward(request, body, entry).catch(() => null);
    if (answer === null || fault?.kind === 'reset_unanswered') return void request.socket.destroy();
    if (fault?.kind === 'stall_unanswered' || fault?.kind === 'reset_then_done') return;
    if (fault?.kind === 'answer') return give(response, fault);
    await this.#pass(answer, response, fault);
  }

  /** Nobody is there for a while, also for those whose connections are open. */
  #vanish({ kind, ms }: Extract<Fault, { kind: 'refuse' | 'no_name' }>): void {
    if (kind === 'no_name') this.#nameIsKnown = false;
    const gone = this.stop();
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#nameIsKnown = true;
      void gone.then(() => (this.#closed || this.#server ? undefined : this.start()));
    }, ms);
    this.#timers.add(timer);
  }

  /** The whole body; null when the fault, or the client, ended it before. */
  #take(request: IncomingMessage, entry: Received, fault: Fault | null): Promise<Buffer | null> {
    const limit = fault?.kind === 'reset_at' || fault?.kind === 'stall_at' ? fault.bytes : Infinity;
    return new Promise((resolve) => {
      const parts: Buffer[] = [];
      const give = (whole: Buffer | null): void => resolve(whole);
      const isOver = (): boolean => entry.bytes >= limit;
      const end = (): void => {
        if (fault?.kind === 'reset_at') request.socket.destroy();
        else request.pause();
        give(null);
      };
      if (isOver()) return end();
      request.on('data', (part: Buffer) => {
        entry.bytes += part.length;
        entry.filename ??= /filename="([^"]*)"/.exec(part.toString('utf8'))?.[1] ?? null;
        parts.push(part);
        if (isOver()) end();
      });
      request.once('end', () => {
        // A body that is shorter than the fault's figure meets it at its end.
        if (limit !== Infinity) end();
        else give(Buffer.concat(parts));
      });
      request.once('close', () => give(null));
    });
  }

  #forward(from: IncomingMessage, body: Buffer, entry: Received): Promise<Whole> {
    const { hostname, port } = this.#upstream;
    const headers = { ...from.headers, host: `${hostname}:${port}`, connection: 'keep-alive' };
    const options: RequestOptions = {
      hostname,
      port,
      method: from.method,
      path: from.url,
      headers,
      agent: this.#agent,
    };
    return new Promise((resolve, reject) => {
      const request = httpRequest(options, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.once('error', reject);
        answer.once('end', () => {
          entry.delivered++;
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) });
        });
      });
      request.once('error', reject);
      request.end(body);
    });
  }

  async #pass(
    { status, headers, body }: Whole,
    response: ServerResponse,
    fault: Fault | null,
  ): Promise<void> {
    const { connection: _, 'transfer-encoding': __, 'keep-alive': ___, ...kept } = headers;
    response.writeHead(status, { ...kept, 'content-length': body.length, connection: 'close' });
    if (fault?.kind === 'cut_answer') {
      response.write(body.subarray(0, body.length >> 1), () => response.destroy());
      return;
    }
    if (fault?.kind === 'drip') {
      const size = Math.ceil(body.length / 40);
      for (let at = 0; at < body.length && !response.destroyed; at += size) {
        response.write(body.subarray(at, at + size));
        await new Promise((resolve) => setTimeout(resolve, fault.ms));
      }
      response.end();
      return;
    }
    response.end(body);
  }
}

function give(response: ServerResponse, fault: Extract<Fault, { kind: 'answer' }>): void {
  const { status, body, retryAfterMs } = fault;
  response.writeHead(status, {
    'content-type': body.startsWith('<') ? 'text/html' : 'application/json',
    connection: 'close',
    ...(retryAfterMs === undefined ? {} : { 'retry-after': String(retryAfterMs / 1000) }),
  });
  response.end(body);
}
