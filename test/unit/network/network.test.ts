import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, createServer as createSocketServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { silentLog } from '@shared/log';
import { BaseMaps } from '../../../main/basemaps';
import { threadTools } from '../../../main/engine/nodeParts';
import { fetchTile } from '../../../main/engine/remote/fetchTile';
import { carry, createMapflowClient, type MapflowClient, type UploadFile } from '../../../main/mapflow';
import {
  Agents,
  Network,
  proxyOfEnvironment,
  proxyOfPerson,
  proxyOfScript,
  type NetworkWish,
  type Route,
} from '../../../main/network';
import { explainSkip } from '../../support/data';
import { greenTile } from '../../support/tileServer';

/** A name that only a proxy can lead to: nothing here resolves it. */
const far = 'mapflow.invalid';

let folder: string;
const certificate = (): string => join(folder, 'cert.pem');
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) explainSkip('ways through a proxy and own authorities', 'openssl is not installed');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'network-'));
  if (!hasOpenssl) return;
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=test', '-addext', `subjectAltName=DNS:${far},IP:127.0.0.1`],
    ...['-keyout', join(folder, 'key.pem'), '-out', certificate()],
  ]);
  expect(made.status, String(made.stderr)).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

async function listening(server: Server): Promise<number> {
  closers.push(() => {
    server.close();
    (server as { closeAllConnections?: () => void }).closeAllConnections?.();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Mapflow, as far as needed, behind a certificate that nobody knows. */
function secureServer(answer: RequestListener): Promise<number> {
  const key = readFileSync(join(folder, 'key.pem'));
  return listening(createSecureServer({ key, cert: readFileSync(certificate()) }, answer));
}

/** A proxy that leads every name to this computer, and notes what it was asked. */
async function proxy(asked: string[], refuse = 0): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method ?? ''} ${incoming.url ?? ''}`);
    const { port, pathname } = new URL(incoming.url ?? '');
    const onward = httpRequest(
      { host: '127.0.0.1', port, method: incoming.method, path: pathname, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(onward);
  });
  server.on('connect', (incoming, socket) => {
    asked.push(`CONNECT ${incoming.url ?? ''}`);
    if (refuse > 0) {
      socket.end(`HTTP/1.1 ${String(refuse)} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const onward = connect(Number(/:(\d+)$/.exec(incoming.url ?? '')?.[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Go\r\n\r\n');
      onward.pipe(socket);
      socket.pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  return `http://127.0.0.1:${String(await listening(server))}`;
}

/** SOCKS 5 without a login, by names. */
async function socks(asked: string[]): Promise<string> {
  const server = createSocketServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(Buffer.from([5, 0]));
      socket.once('data', (hello) => {
        const length = hello[4] ?? 0;
        const port = hello.readUInt16BE(5 + length);
        asked.push(`${hello.subarray(5, 5 + length).toString()}:${String(port)}`);
        const onward = connect(port, '127.0.0.1', () => {
          socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
          onward.pipe(socket);
          socket.pipe(onward);
        });
        onward.on('error', () => socket.destroy());
      });
    });
  });
  return `socks5h://127.0.0.1:${String(await listening(server))}`;
}

function networkOf(wish: Partial<NetworkWish>, systemProxy: string | null = null): Network {
  const network = new Network({
    wish: () => ({ proxy: 'system', certificates: null, ...wish }),
    systemProxy: () => Promise.resolve(systemProxy),
    log: silentLog,
  });
  closers.push(() => network.close());
  return network;
}

function clientOf(baseUrl: string, network: Network): MapflowClient {
  const { agentFor, routeFor } = network;
  const client = createMapflowClient({ baseUrl, token: () => 'token', agentFor, routeFor, retries: 0 });
  closers.push(() => client.close());
  return client;
}

const projects: RequestListener = (incoming, response) => {
  const parts: Buffer[] = [];
  incoming.on('data', (part: Buffer) => parts.push(part));
  incoming.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const sent = Buffer.concat(parts).length;
    const answer = incoming.method === 'POST' ? { id: 'image', file_size: sent } : [];
    response.end(JSON.stringify(answer));
  });
};

const file = (size: number) => ({
  filename: 'a.tif',
  size,
  body: (async function* () {
    for (let left = size; left > 0; left -= 65_536) yield new Uint8Array(Math.min(left, 65_536)).fill(7);
  })(),
});

/** Those of that thread. */
function recentAgents(idleMs = 2_000): Agents {
  const agents = new Agents({ idleMs });
  closers.push(() => agents.close());
  return agents;
}

/** One that lies in another thread, which sends it by the way that it is told in plain values. */
function fileElsewhere(size: number, agents = recentAgents()): UploadFile {
  const agentFor = (url: URL, route: unknown) => agents.agentFor(url, route as Route, false);
  return {
    filename: 'a.tif',
    size,
    courier: (request, signal) =>
      carry(structuredClone(request), file(size).body, { agentFor, ...(signal ? { signal } : {}) }),
  };
}

test.skipIf(!hasOpenssl)(
  'a certificate that nobody knows is refused, and trusted with its authority',
  async () => {
    const base = `https://127.0.0.1:${String(await secureServer(projects))}/rest`;
    await expect(clientOf(base, networkOf({})).projects.list()).rejects.toMatchObject({
      kind: 'api.certificate',
    });
    const trusting = clientOf(base, networkOf({ certificates: certificate() }));
    expect(await trusting.projects.list()).toEqual([]);
    for (const one of [file(1_000_000), fileElsewhere(1_000_000)])
      expect(await trusting.images.upload('m', one)).toMatchObject({ imageId: 'image' });
    await expect(
      clientOf(base, networkOf({})).images.upload('m', fileElsewhere(1_000)),
    ).rejects.toMatchObject({ kind: 'api.certificate', phase: 'connect', ambiguous: false });
  },
);

test.skipIf(!hasOpenssl)(
  'calls and uploads go through the proxy of the system to a server of their own trust',
  async () => {
    const port = await secureServer(projects);
    const asked: string[] = [];
    const network = networkOf({ certificates: certificate() }, await proxy(asked));
    const client = clientOf(`https://${far}:${String(port)}/rest`, network);
    expect(await client.projects.list()).toEqual([]);
    for (const one of [file(3_000_000), fileElsewhere(3_000_000)])
      expect(await client.images.upload('m', one)).toMatchObject({ imageId: 'image' });
    expect(new Set(asked)).toEqual(new Set([`CONNECT ${far}:${String(port)}`]));
    // Each upload has a connection of its own.
    expect(asked).toHaveLength(3);
    // Trust is asked for behind the proxy too.
    const stranger = clientOf(`https://${far}:${String(port)}/rest`, networkOf({}, await proxy([])));
    await expect(stranger.projects.list()).rejects.toMatchObject({ kind: 'api.certificate' });
  },
);

test('plain HTTP goes through a proxy by its whole address', async () => {
  const port = await listening(createServer(projects));
  const asked: string[] = [];
  const client = clientOf(`http://${far}:${String(port)}/rest`, networkOf({ proxy: await proxy(asked) }));
  expect(await client.projects.list()).toEqual([]);
  await client.images.upload('m', fileElsewhere(100_000));
  const base = `http://${far}:${String(port)}/rest`;
  expect(asked).toEqual([`GET ${base}/projects`, `POST ${base}/rasters/mosaic/m/image`]);
});

test('a SOCKS proxy resolves the name itself', async () => {
  const port = await listening(createServer(projects));
  const asked: string[] = [];
  const client = clientOf(`http://${far}:${String(port)}/rest`, networkOf({ proxy: await socks(asked) }));
  expect(await client.projects.list()).toEqual([]);
  await client.images.upload('m', fileElsewhere(100_000));
  expect(asked).toEqual([`${far}:${String(port)}`, `${far}:${String(port)}`]);
});

test('files that follow each other share a connection; one that lay idle is not used again', async () => {
  const server = createServer(projects);
  const connections: Promise<unknown>[] = [];
  server.on('connection', (socket) => connections.push(once(socket, 'close')));
  const client = clientOf(`http://127.0.0.1:${String(await listening(server))}/rest`, networkOf({}));
  const agents = recentAgents(150);
  await client.images.upload('m', fileElsewhere(100_000, agents));
  await client.images.upload('m', fileElsewhere(100_000, agents));
  expect(connections).toHaveLength(1);
  // Long before the server would close it.
  await connections[0];
  await client.images.upload('m', fileElsewhere(100_000, agents));
  expect(connections).toHaveLength(2);
});

test('a proxy that is away, or asks for a login, is told apart from the server', async () => {
  const away = clientOf('https://mapflow.invalid/rest', networkOf({ proxy: 'http://127.0.0.1:9' }));
  const calls = (client: MapflowClient) => [
    () => client.projects.list(),
    () => client.images.upload('m', fileElsewhere(1_000)),
  ];
  for (const call of calls(away))
    await expect(call()).rejects.toMatchObject({
      kind: 'api.proxy_unreachable',
      params: { proxy: '127.0.0.1:9' },
      phase: 'connect',
      ambiguous: false,
    });
  const strict = clientOf('https://mapflow.invalid/rest', networkOf({ proxy: await proxy([], 407) }));
  for (const call of calls(strict)) await expect(call()).rejects.toMatchObject({ kind: 'api.proxy_login' });
});

test('servers on this computer are reached without a proxy, and none is asked for where none is wanted', async () => {
  const port = await listening(createServer(projects));
  const asked: string[] = [];
  const network = networkOf({ proxy: await proxy(asked) });
  expect(await clientOf(`http://127.0.0.1:${String(port)}/rest`, network).projects.list()).toEqual([]);
  expect(asked).toEqual([]);
  const direct = networkOf({ proxy: 'none' }, 'http://127.0.0.1:9');
  expect((await direct.routeFor(new URL('https://mapflow.invalid'))).proxy).toBeNull();
});

test.skipIf(!hasOpenssl)('the engine fetches tiles the same way', async () => {
  const port = await secureServer((_, response) => response.writeHead(200).end('a tile'));
  const asked: string[] = [];
  const network = networkOf({ certificates: certificate() }, await proxy(asked));
  const source = {
    type: 'XYZ',
    url: `https://${far}:${String(port)}/{z}/{x}/{y}`,
    zoom: 1,
    epsg: 3857,
    login: null,
  } as const;
  // As plain data, the way goes to another thread.
  const route = structuredClone(await network.routeFor(new URL(`https://${far}:${String(port)}`)));
  const bytes = await fetchTile(source, null, { z: 1, x: 0, y: 0 }, threadTools().agentsOf(route), undefined);
  expect(Buffer.from(bytes ?? []).toString()).toBe('a tile');
  expect(asked).toEqual([`CONNECT ${far}:${String(port)}`]);
});

/** A base map of a server, fetched by a network. */
function baseMapOf(url: string, network: Network, allowLocal = false): BaseMaps {
  const map = { id: 'map', name: 'Map', url, attribution: '', maxZoom: 19, allowLocal, custom: true };
  return new BaseMaps({
    store: { list: () => [map], put: () => undefined, remove: () => undefined },
    folder: mkdtempSync(join(folder, 'tiles-')),
    userAgent: 'Orthodesk/test',
    agentFor: network.agentFor,
    log: silentLog,
  });
}

const picture: RequestListener = (_, response) => response.writeHead(200).end(greenTile);

test.skipIf(!hasOpenssl)('base maps go the same way: by the proxy, and with the own authority', async () => {
  const port = await secureServer(picture);
  const asked: string[] = [];
  const network = networkOf({ certificates: certificate(), proxy: await proxy(asked) });
  const url = `https://${far}:${String(port)}/{z}/{x}/{y}.png`;
  const tile = await baseMapOf(url, network).tile('map', 1, 0, 0);
  expect(Buffer.from(tile?.body ?? []).equals(greenTile)).toBe(true);
  expect(asked).toEqual([`CONNECT ${far}:${String(port)}`]);
  const stranger = baseMapOf(url, networkOf({ proxy: await proxy([]) }));
  await expect(stranger.tile('map', 1, 0, 0)).rejects.toMatchObject({ kind: 'basemaps.unreachable' });
});

test.skipIf(!hasOpenssl)('base maps of an own authority need no proxy', async () => {
  const url = `https://127.0.0.1:${String(await secureServer(picture))}/{z}/{x}/{y}.png`;
  const tile = await baseMapOf(url, networkOf({ certificates: certificate() }), true).tile('map', 1, 0, 0);
  expect(tile?.contentType).toBe('image/png');
});

test('base maps go through a SOCKS proxy that resolves names', async () => {
  const port = await listening(createServer(picture));
  const asked: string[] = [];
  const network = networkOf({ proxy: await socks(asked) });
  const tile = await baseMapOf(`http://${far}:${String(port)}/{z}/{x}/{y}.png`, network).tile('map', 1, 0, 0);
  expect(tile?.contentType).toBe('image/png');
  expect(asked).toEqual([`${far}:${String(port)}`]);
});

test('a proxy is no way round the refusal of local addresses', async () => {
  const asked: string[] = [];
  const network = networkOf({ proxy: await proxy(asked) });
  const maps = baseMapOf('http://10.0.0.1/{z}/{x}/{y}.png', network);
  await expect(maps.tile('map', 1, 0, 0)).rejects.toMatchObject({ kind: 'basemaps.local_address' });
  expect(asked).toEqual([]);
});

test.each<[string, string | null]>([
  ['DIRECT', null],
  ['PROXY proxy.example:3128; DIRECT', 'http://proxy.example:3128'],
  ['HTTPS proxy.example:443', 'https://proxy.example:443'],
  ['SOCKS5 10.0.0.1:1080;PROXY x:1', 'socks5h://10.0.0.1:1080'],
  ['SOCKS 10.0.0.1:1080', 'socks4://10.0.0.1:1080'],
  ['', null],
])('a proxy script’s %s is understood', (words, address) => {
  expect(proxyOfScript(words)).toBe(address);
});

test.each<[string, Record<string, string>, string, string | null]>([
  [
    'for its scheme',
    { https_proxy: 'http://p:1', http_proxy: 'http://q:1' },
    'https://a.example',
    'http://p:1',
  ],
  ['in capitals, without a scheme', { HTTP_PROXY: 'q:1' }, 'http://a.example', 'http://q:1'],
  ['for all', { all_proxy: 'socks5://s:1' }, 'https://a.example', 'socks5://s:1'],
  [
    'but for some hosts',
    { all_proxy: 'http://p:1', no_proxy: 'b.example, .example' },
    'https://a.example',
    null,
  ],
  [
    'but for one port',
    { all_proxy: 'http://p:1', no_proxy: 'a.example:8443' },
    'https://a.example',
    'http://p:1',
  ],
  ['nowhere', {}, 'https://a.example', null],
])('the environment names a proxy %s', (_what, environment, address, expected) => {
  expect(proxyOfEnvironment(environment, new URL(address))).toBe(expected);
});

test('a proxy is an address without a login', () => {
  expect(proxyOfPerson(' proxy.example:3128 ')).toBe('http://proxy.example:3128');
  expect(proxyOfPerson('socks5://proxy.example:1080')).toBe('socks5://proxy.example:1080');
  for (const bad of ['http://me:secret@proxy.example', 'ftp://proxy.example', 'http://', '::'])
    expect(() => proxyOfPerson(bad)).toThrowError(expect.objectContaining({ kind: 'network.bad_proxy' }));
});

test('certificates that have gone do not stop what needs none', async () => {
  const path = join(folder, 'gone.pem');
  writeFileSync(path, 'no certificate');
  const port = await listening(createServer(projects));
  const network = networkOf({ certificates: path });
  expect(await clientOf(`http://127.0.0.1:${String(port)}/rest`, network).projects.list()).toEqual([]);
  expect((await network.routeFor(new URL('https://a.example'))).certificates).not.toContain('no certificate');
});
