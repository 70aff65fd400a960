import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface ScriptedServer {
  readonly baseUrl: string;
  readonly seen: readonly Seen[];
  close(): Promise<void>;
}

export type Script = (request: IncomingMessage, response: ServerResponse, body: Buffer, n: number) => void;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** A real HTTP server on loopback that does what a test says; `readBody: false` leaves the request's body to the script. */
export async function serve(script: Script, { readBody = true } = {}): Promise<ScriptedServer> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const answer = (body: Buffer): void => {
      seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      script(request, response, body, seen.length);
    };
    if (readBody) bodyOf(request).then(answer, () => undefined);
    else answer(Buffer.alloc(0));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${String(port)}/rest`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
