import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { watch } from './recorder';

/** A way to an engine in another process on which its exchanges are seen and judged. */
export interface Passage {
  /** In place of the engine's own base URL. */
  readonly baseUrl: string;
  close(): void;
}

/** Hands requests on to the engine as they are; a connection that the engine breaks is broken here as well. */
export async function openPassage(baseUrl: string): Promise<Passage> {
  const engine = new URL(baseUrl);
  const server: Server = createServer((incoming, outgoing) => {
    const onward = request(
      {
        host: engine.hostname,
        port: engine.port,
        method: incoming.method ?? 'GET',
        path: incoming.url ?? '/',
        headers: { ...incoming.headers, host: engine.host },
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.on('error', () => outgoing.destroy());
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.on('error', () => onward.destroy());
    incoming.on('close', () => {
      if (!incoming.complete) onward.destroy();
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  watch(port);
  return {
    baseUrl: `http://127.0.0.1:${String(port)}${engine.pathname}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
