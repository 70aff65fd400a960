import { afterEach, expect, test } from 'vitest';
import { verifyLogin } from '../../../main/mapflow';
import { json, serve, type Script } from './server';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function at(script: Script) {
  const server = await serve(script);
  closers.push(() => server.close());
  return server;
}

const reference = { user: { id: 'u', email: 'a@b.c', credits: 3 }, models: [] };
const live = { email: 'a@b.c', remainingCredits: 3, models: [] };
const apiToken = Buffer.from('a@b.c:secret').toString('base64');

test('a server of the reference: Bearer, found at the first try', async () => {
  const server = await at((_q, r) => json(r, 200, reference));
  const login = await verifyLogin(`${server.baseUrl}/`, 'opaque-token');
  expect(login).toMatchObject({
    baseUrl: server.baseUrl,
    scheme: 'Bearer',
    dialect: 'reference',
    status: { email: 'a@b.c', remainingCredits: 3 },
  });
  expect(server.seen).toHaveLength(1);
});

test('the live service: a token that is a finished credential goes out as Basic, without padding too', async () => {
  const server = await at((q, r) =>
    q.headers.authorization === `Basic ${apiToken}` ? json(r, 200, live) : json(r, 401, {}),
  );
  for (const token of [apiToken, apiToken.replace(/=+$/, ''), 'a@b.c:secret', ` ${apiToken}\n`]) {
    expect(await verifyLogin(server.baseUrl, token)).toMatchObject({ scheme: 'Basic', dialect: 'live' });
  }
  expect(server.seen).toHaveLength(4);
});

test('the other scheme is tried once', async () => {
  const server = await at((q, r) =>
    q.headers.authorization?.startsWith('Basic') ? json(r, 200, live) : json(r, 401, {}),
  );
  expect((await verifyLogin(server.baseUrl, 'opaque')).scheme).toBe('Basic');
  expect(server.seen).toHaveLength(2);
});

test('a wrong token is said to be wrong', async () => {
  const server = await at((_q, r) => json(r, 401, { message: 'no' }));
  await expect(verifyLogin(server.baseUrl, 'opaque')).rejects.toMatchObject({ kind: 'api.wrong_token' });
  await expect(verifyLogin(server.baseUrl, '  ')).rejects.toMatchObject({ kind: 'api.wrong_token' });
});

test.each<[string, Script]>([
  ['a page', (_q, r) => r.end('<html>It works!</html>')],
  ['a 404', (_q, r) => json(r, 404, { detail: 'Not Found' })],
  ['other JSON', (_q, r) => json(r, 200, { hello: 'world' })],
])('a web server that answers with %s is not a Mapflow server', async (_name, script) => {
  const server = await at(script);
  await expect(verifyLogin(server.baseUrl, 'opaque')).rejects.toMatchObject({ kind: 'api.not_mapflow' });
});

test('a server that cannot be reached is told apart from a wrong token', async () => {
  const server = await serve((_q, r) => json(r, 200, live));
  await server.close();
  await expect(verifyLogin(server.baseUrl, 't')).rejects.toMatchObject({ kind: 'api.refused' });
});

test.each(['ftp://x/rest', 'https://user:pw@x/rest', 'http://', 'no spaces allowed'])(
  '%s is no address',
  async (address) => {
    await expect(verifyLogin(address, 't')).rejects.toMatchObject({ kind: 'api.invalid_address' });
  },
);
