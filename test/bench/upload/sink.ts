import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Bench } from '../bench';

/** What a sink has received since it was reset. */
export interface SinkCounts {
  /** Requests with a file that were answered, and those whose connection was cut. */
  readonly stored: number;
  readonly cut: number;
  /** bytes of these requests' bodies */
  readonly bytes: number;
  /** ms between the first such request and the last answer */
  readonly ms: number;
}

interface Stored {
  readonly id: string;
  readonly filename: string;
  readonly bytes: number;
}

/** One connection in so many is cut, at a place in its body that differs from cut to cut. */
const usualState = { cutEvery: 0, seen: 0, stored: 0, cut: 0, bytes: 0, first: 0, last: 0 };

let state = { ...usualState };
let images: Stored[] = [];

/**
 * A server that takes files, looks at nothing of them and keeps their names alone: as quick as Node's HTTP is. The rest
 * of the API is there as far as an upload asks for it. Ends with its standard input.
 */
export const serveSink: Bench = async () => {
  const server = createServer({ highWaterMark: 256 * 1024 }, (request, response) =>
    answer(request, response),
  );
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
  });
  await new Promise((resolve) => process.stdin.resume().once('end', resolve));
  server.closeAllConnections();
  server.close();
  return '';
};

function answer(request: IncomingMessage, response: ServerResponse): void {
  request.on('error', () => undefined);
  const url = new URL(request.url ?? '/', 'http://sink');
  const path = url.pathname.replace(/^\/rest/, '');
  if (request.method === 'POST' && /^\/rasters\/mosaic\/[^/]+\/image$/.test(path))
    return receive(request, response);
  request.resume();
  if (path === '/bench/reset') {
    state = { ...usualState, cutEvery: Number(url.searchParams.get('cutEvery') ?? 0) };
    images = [];
    return json(response, {});
  }
  if (path === '/bench/counts') {
    const { stored, cut, bytes, first, last } = state;
    return json(response, { stored, cut, bytes, ms: last - first } satisfies SinkCounts);
  }
  if (path === '/user/status')
    return json(response, { user: { email: 'bench@example.com' }, models: [], billingType: 'NONE' });
  if (path === '/rasters/memory')
    return json(response, { memoryLimit: 1e15, memoryUsed: 0, memoryFree: 1e15 });
  if (path === '/rasters/mosaic' && request.method === 'POST')
    return json(response, { id: randomUUID(), name: 'bench', tags: [] });
  if (path === '/rasters/mosaic') return json(response, []);
  if (/^\/rasters\/mosaic\/[^/]+\/image$/.test(path)) return json(response, images.map(listed));
  const status = /^\/rasters\/mosaic\/([^/]+)\/status$/.exec(path);
  if (status) return json(response, { mosaic_id: status[1], images: images.map(ready) });
  response.statusCode = 404;
  return json(response, { detail: { code: 'ItemNotFound', parameters: {} } });
}

function receive(request: IncomingMessage, response: ServerResponse): void {
  if (state.seen === 0) state.first = performance.now();
  state.seen++;
  const size = Number(request.headers['content-length']);
  const isCut = state.cutEvery > 0 && state.seen % state.cutEvery === 0;
  // Spread over the body as the golden section spreads points over a line.
  const cutAt = isCut ? Math.floor(size * ((state.seen * 0.618034) % 1)) : Infinity;
  let head = '';
  let got = 0;
  request.on('data', (chunk: Buffer) => {
    if (head.length < 1024) head += chunk.toString('latin1', 0, 1024);
    got += chunk.length;
    state.bytes += chunk.length;
    if (got < cutAt) return;
    state.cut++;
    request.socket.destroy();
  });
  request.on('end', () => {
    state.stored++;
    const framing = head.indexOf('\r\n\r\n') + 4 + head.indexOf('\r\n') + '\r\n--\r\n'.length;
    const filename = /filename="([^"]*)"/.exec(head)?.[1] ?? '';
    const image = { id: randomUUID(), filename, bytes: size - framing };
    images.push(image);
    json(response, { id: image.id, filename, file_size: image.bytes, message: 'stored' });
    state.last = performance.now();
  });
}

const listed = ({ id, filename, bytes }: Stored) => {
  const [, width, height] = /_(\d+)x(\d+)\.tif$/.exec(filename) ?? [];
  return {
    id,
    filename,
    file_size: bytes,
    meta_data: { width: Number(width), height: Number(height), count: 3 },
  };
};

const ready = ({ id, filename }: Stored) => ({
  image_id: id,
  filename,
  preprocessing_status: 'COMPLETED',
  data_available: true,
});

function json(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(value));
}
