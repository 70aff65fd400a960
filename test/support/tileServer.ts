import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32, deflateSync } from 'node:zlib';

export interface TileServer {
  /** With {z}, {x} and {y}. */
  readonly template: string;
  readonly port: number;
  /** Paths that were asked for, in their order, with what came with them. */
  readonly asked: readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** What it answers with from now on. */
  answer: (path: string, headers: IncomingHttpHeaders) => TileAnswer;
  stop(): Promise<void>;
}

export interface TileAnswer {
  readonly status: number;
  readonly body?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A tile of 256 px a side in one green. */
export const greenTile = greenPng(256);

/** A server of map tiles on this computer; on the port that it is given, else on a free one. */
export async function startTileServer(port = 0): Promise<TileServer> {
  const asked: { path: string; headers: IncomingHttpHeaders }[] = [];
  const server: Server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push({ path, headers: request.headers });
    const { status, body, headers } = tiles.answer(path, request.headers);
    response.writeHead(status, { 'content-type': 'image/png', ...headers });
    response.end(body);
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  const address = server.address() as AddressInfo;
  const tiles: TileServer = {
    template: `http://127.0.0.1:${address.port}/{z}/{x}/{y}.png`,
    port: address.port,
    asked,
    answer: () => ({ status: 200, body: greenTile }),
    stop: () =>
      new Promise<void>((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  return tiles;
}

function greenPng(side: number): Buffer {
  const size = Buffer.alloc(13);
  size.writeUInt32BE(side, 0);
  size.writeUInt32BE(side, 4);
  // 8 bits a sample, red, green and blue.
  size.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), ...Array<Buffer>(side).fill(Buffer.from([30, 160, 90]))]);
  const pixels = deflateSync(Buffer.concat(Array<Buffer>(side).fill(row)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', size),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
