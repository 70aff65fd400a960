import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { ApiFailure, createMapflowClient, type MapflowClientOptions } from '../../../main/mapflow';
import { json, serve, type Script, type ScriptedServer } from './server';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function setUp(
  script: Script,
  options: Partial<MapflowClientOptions> = {},
  serverOptions: { readBody?: boolean } = {},
): Promise<{ server: ScriptedServer; client: ReturnType<typeof createMapflowClient>; waits: number[] }> {
  const server = await serve(script, serverOptions);
  const waits: number[] = [];
  const client = createMapflowClient({
    baseUrl: server.baseUrl,
    token: () => 'secret-token',
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
    random: () => 0.5,
    ...options,
  });
  closers.push(
    () => server.close(),
    () => client.close(),
  );
  return { server, client, waits };
}

async function failureOf(promise: Promise<unknown>): Promise<ApiFailure> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApiFailure);
  return error as ApiFailure;
}

async function* pieces(...sizes: number[]): AsyncGenerator<Uint8Array> {
  for (const size of sizes) yield new Uint8Array(size).fill(7);
}

test('a call carries the token, the agent and a checked JSON body', async () => {
  const { server, client } = await setUp((_q, r) => json(r, 200, { id: 'p1', name: 'Town' }), {
    userAgent: 'orthodesk/1',
  });
  expect((await client.projects.create({ name: 'Town' })).name).toBe('Town');
  const [request] = server.seen;
  expect(request?.url).toBe('/rest/projects');
  expect(request?.headers.authorization).toBe('Bearer secret-token');
  expect(request?.headers['user-agent']).toBe('orthodesk/1');
  expect(request?.headers['content-length']).toBe(String(request?.body.length));
  expect(JSON.parse(String(request?.body))).toEqual({ name: 'Town' });
});

test('a request that the schema forbids is not sent', async () => {
  const { server, client } = await setUp((_q, r) => json(r, 200, {}));
  await expect(client.projects.create({ name: '' })).rejects.toMatchObject({
    kind: 'api.invalid_request',
    params: { field: 'name' },
  });
  await expect(client.images.get('..')).rejects.toMatchObject({ kind: 'api.invalid_request' });
  expect(server.seen).toHaveLength(0);
});

test('path parameters cannot leave their segment', async () => {
  const { server, client } = await setUp((_q, r) => json(r, 200, { id: 'x' }));
  await client.images.get('a/../b?c#d');
  expect(server.seen[0]?.url).toBe('/rest/rasters/image/a%2F..%2Fb%3Fc%23d');
});

test('an idempotent call is repeated with growing bounds and at least Retry-After', async () => {
  const { server, client, waits } = await setUp((_q, r, _b, n) => {
    if (n === 1) json(r, 503, {});
    else if (n === 2) json(r, 429, {}, { 'retry-after': '7' });
    else json(r, 200, []);
  });
  expect(await client.mosaics.list()).toEqual([]);
  expect(server.seen).toHaveLength(3);
  expect(waits).toEqual([250, 7000]);
});

test('a call that costs credits, or creates something, is sent once', async () => {
  const { server, client } = await setUp((_q, r) => json(r, 503, {}));
  expect((await failureOf(client.projects.create({ name: 'a' }))).kind).toBe('api.unavailable');
  const failure = await failureOf(client.processings.restart('p'));
  expect(failure.ambiguous).toBe(true);
  expect(server.seen).toHaveLength(2);
});

test('a definite no is neither repeated nor ambiguous, and has the words of its code', async () => {
  const { server, client } = await setUp((_q, r) =>
    json(r, 404, { detail: { code: 'ItemNotFound', parameters: { instance_type: 'mosaic', uid: 'm1' } } }),
  );
  const failure = await failureOf(client.mosaics.get('m1'));
  expect(failure).toMatchObject({
    kind: 'api.item_not_found',
    params: { instance_type: 'mosaic', uid: 'm1' },
    status: 404,
    ambiguous: false,
  });
  expect(server.seen).toHaveLength(1);
});

test('a redirect is not followed and the token stays', async () => {
  const other = await serve((_q, r) => json(r, 200, []));
  closers.push(() => other.close());
  const { client } = await setUp((_q, r) => {
    r.writeHead(302, { location: `${other.baseUrl}/projects` });
    r.end();
  });
  const failure = await failureOf(client.projects.list());
  expect(failure).toMatchObject({ kind: 'api.redirected', params: { host: new URL(other.baseUrl).host } });
  expect(other.seen).toHaveLength(0);
});

test('compressed answers are read', async () => {
  const { client } = await setUp((_q, r) => {
    r.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'application/json' });
    r.end(gzipSync('[{"id":"m","name":"x"}]'));
  });
  expect((await client.mosaics.list())[0]?.name).toBe('x');
});

test('a login page in place of an answer is not understood, and says so', async () => {
  const { client } = await setUp((_q, r) => {
    r.writeHead(200, { 'content-type': 'text/html' });
    r.end('<html><title>Welcome to the airport</title></html>');
  });
  const failure = await failureOf(client.storage.usage());
  expect(failure.kind).toBe('api.unexpected_answer');
  expect(failure.details).toContain('text/html');
});

test('an answer that is cut off is a lost connection', async () => {
  const { client } = await setUp(
    (_q, r) => {
      r.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      r.write('[1,2');
      setImmediate(() => r.destroy());
    },
    { retries: 0 },
  );
  const failure = await failureOf(client.mosaics.list());
  expect(failure).toMatchObject({ kind: 'api.connection_lost', phase: 'receive' });
});

test('nothing listening is told at once as refused, and nothing was done', async () => {
  const gone = await serve((_q, r) => json(r, 200, []));
  await gone.close();
  const client = createMapflowClient({ baseUrl: gone.baseUrl, token: () => 't' });
  const failure = await failureOf(client.mosaics.list());
  expect(failure).toMatchObject({ kind: 'api.refused', phase: 'connect', ambiguous: false });
});

test('a server that falls silent is given up after the idle time', async () => {
  const { client } = await setUp(() => undefined, { idleMs: 60, retries: 0 });
  const failure = await failureOf(client.mosaics.list());
  expect(failure).toMatchObject({ kind: 'api.stalled', phase: 'wait' });
});

test('waiting for a free connection is not silence', async () => {
  let open = 0;
  const { client } = await setUp(
    (_q, r) => {
      open++;
      setTimeout(() => json(r, 200, []), 60);
    },
    { idleMs: 150, retries: 0 },
  );
  // Sixteen at a time: the last ones wait for longer than the idle time.
  await Promise.all(Array.from({ length: 80 }, () => client.mosaics.list()));
  expect(open).toBe(80);
});

test('a slow answer that moves is not cut off', async () => {
  const { client } = await setUp(
    (_q, r) => {
      const parts = ['[', '{"id":', '"m"', '}', ']'];
      r.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => {
        const part = parts.shift();
        if (part === undefined) {
          clearInterval(timer);
          r.end();
        } else {
          r.write(part);
        }
      }, 60);
    },
    { idleMs: 200, retries: 0 },
  );
  expect(await client.mosaics.list()).toHaveLength(1);
});

test('a cancelled call ends as cancelled, before and during', async () => {
  const { client } = await setUp(() => undefined);
  await expect(client.mosaics.list({ signal: AbortSignal.abort() })).rejects.toMatchObject({
    kind: 'api.cancelled',
  });
  const controller = new AbortController();
  const call = failureOf(client.mosaics.list({ signal: controller.signal }));
  setImmediate(() => controller.abort());
  expect((await call).kind).toBe('api.cancelled');
});

test('an upload announces its exact length and streams the file as one part', async () => {
  const { server, client } = await setUp((_q, r) =>
    json(r, 200, { id: 'i', mosaic_id: 'm', filename: 'a.tif' }),
  );
  const progress: number[] = [];
  const receipt = await client.images.upload(
    'm',
    { filename: 'städt"isch.tif', size: 300_000, body: pieces(100_000, 200_000) },
    { onProgress: (sent) => progress.push(sent) },
  );
  expect(receipt).toEqual({ imageId: 'i', mosaicId: 'm', filename: 'a.tif', fileSize: null });
  const [request] = server.seen;
  expect(request?.headers['content-length']).toBe(String(request?.body.length));
  expect(request?.headers['transfer-encoding']).toBeUndefined();
  const text = request?.body.toString('latin1') ?? '';
  expect(text).toContain('name="file"');
  expect(request?.body.toString('utf8')).toContain('filename="städt%22isch.tif"');
  expect(text.match(/\x07/g)).toHaveLength(300_000);
  expect(progress).toEqual([100_000, 300_000]);
});

test('an upload is read at the pace of the network', async () => {
  let taken = 0;
  async function* body(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 512; i++) {
      taken += 65_536;
      yield new Uint8Array(65_536);
    }
  }
  const { client } = await setUp(() => undefined, {}, { readBody: false });
  const controller = new AbortController();
  const upload = failureOf(
    client.images.upload(
      'm',
      { filename: 'a.tif', size: 512 * 65_536, body: body() },
      { signal: controller.signal },
    ),
  );
  // The server reads nothing: what was taken must stop growing at what the sockets hold.
  let before = -1;
  await expect
    .poll(
      () => {
        const still = taken === before && taken > 0;
        before = taken;
        return still;
      },
      { interval: 150 },
    )
    .toBe(true);
  expect(taken).toBeLessThan(512 * 65_536);
  controller.abort();
  expect((await upload).kind).toBe('api.cancelled');
});

test('a refusal during an upload is heard before the file is sent to its end', async () => {
  const { client } = await setUp(
    (request, response) => {
      json(response, 413, {
        detail: { code: 'FileTooBig', parameters: { max_file_size: 10, actual_file_size: 20 } },
      });
      request.resume();
    },
    {},
    { readBody: false },
  );
  let taken = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 4096; i++) {
      taken += 65_536;
      yield new Uint8Array(65_536);
      await new Promise(setImmediate);
    }
  }
  const failure = await failureOf(
    client.images.upload('m', { filename: 'a.tif', size: 4096 * 65_536, body: endless() }),
  );
  expect(failure).toMatchObject({ kind: 'api.file_too_big', ambiguous: false, status: 413 });
  expect(taken).toBeLessThan(2048 * 65_536);
});

test('an upload whose connection dies after the last byte is ambiguous', async () => {
  const { server, client } = await setUp((request) => request.socket.destroy());
  const failure = await failureOf(client.images.upload('m', { filename: 'a.tif', size: 5, body: pieces(5) }));
  expect(failure).toMatchObject({ kind: 'api.connection_lost', ambiguous: true });
  expect(server.seen).toHaveLength(1);
});

test('a source that gives more or fewer bytes than announced stops the upload', async () => {
  const { client } = await setUp((_q, r) => json(r, 200, { id: 'i' }));
  for (const size of [4, 6]) {
    await expect(
      client.images.upload('m', { filename: 'a.tif', size, body: pieces(5) }),
    ).rejects.toMatchObject({ kind: 'api.body_length' });
  }
});

test('an error of the source comes through as it is', async () => {
  const { client } = await setUp((_q, r) => json(r, 200, { id: 'i' }));
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(3);
    throw new ApiFailure('tiff.read_failed', {}, { phase: 'send' });
  }
  await expect(
    client.images.upload('m', { filename: 'a.tif', size: 9, body: broken() }),
  ).rejects.toMatchObject({ kind: 'tiff.read_failed' });
});

test('whoever reads a download slowly is not taken for a silent server', async () => {
  const { client } = await setUp((_q, r) => r.end('x'.repeat(300_000)), { idleMs: 500, retries: 0 });
  const result = await client.processings.result('p');
  let size = 0;
  for await (const chunk of result.body) {
    if (size === 0) await new Promise((resolve) => setTimeout(resolve, 1_000));
    size += chunk.byteLength;
  }
  expect(size).toBe(300_000);
});

test('a download streams and knows its size', async () => {
  const { server, client } = await setUp((_q, r) => {
    r.writeHead(200, { 'content-type': 'application/geo+json', 'content-length': '4' });
    r.end('{  }');
  });
  const result = await client.processings.result('p', { aoiId: 'a 1' });
  expect(result.size).toBe(4);
  let text = '';
  for await (const chunk of result.body) text += Buffer.from(chunk).toString();
  expect(text).toBe('{  }');
  expect(server.seen[0]?.url).toBe('/rest/processings/p/result?aoiId=a+1');
});
