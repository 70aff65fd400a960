import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

/** Streams a file as the answer, at the client's pace. A client that leaves early is no error. */
export async function sendFile(
  outgoing: ServerResponse,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const { size } = await stat(path);
  outgoing.writeHead(200, { ...headers, 'content-length': String(size) });
  await pipeline(createReadStream(path, { highWaterMark: 1 << 18 }), outgoing).catch(() => undefined);
  return RESPONSE_ALREADY_SENT;
}

/** Streams texts as the answer; the length is not known beforehand. */
export async function sendTexts(
  outgoing: ServerResponse,
  texts: AsyncIterable<string | Uint8Array>,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  outgoing.writeHead(200, headers);
  await pipeline(texts, outgoing).catch(() => undefined);
  return RESPONSE_ALREADY_SENT;
}
