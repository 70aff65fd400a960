import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@shared/log';
import { expect, onTestFinished, test } from 'vitest';
import { Accounts, AccountStatusService, Sessions } from '../../../main/accounts';
import { openLibrary } from '../../../main/library';
import { createMapflowClient, verifyLogin } from '../../../main/mapflow';

/** A real server that takes one token, given as `Bearer` or `Basic`, and answers the user status. */
async function startServer() {
  const state = { token: 'good-token', seen: [] as string[] };
  const server = createServer((request, response) => {
    state.seen.push(request.headers.authorization ?? '');
    const known = request.headers.authorization === `Bearer ${state.token}`;
    response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' });
    const user = { user: { id: 'u', email: 'me@example.com', credits: 7 }, models: [] };
    response.end(JSON.stringify(known ? user : { message: 'Unauthorized' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { state, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/rest` };
}

function setUp() {
  const library = openLibrary(join(mkdtempSync(join(tmpdir(), 'orthodesk-sessions-')), 'library.db'), {
    log: silentLog,
  });
  const kept = new Map<string, string>();
  const accounts = new Accounts({
    store: library.accounts,
    secrets: {
      get: async (id) => kept.get(id) ?? null,
      set: async (id, secret) => void kept.set(id, secret),
      delete: async (id) => void kept.delete(id),
    },
    verify: async (baseUrl, token) => {
      const login = await verifyLogin(baseUrl, token);
      return { ...login, email: login.status.email };
    },
    protect: () => () => undefined,
    log: silentLog,
    localName: 'This computer',
  });
  const engine = { endpoint: async () => ({ baseUrl: 'http://127.0.0.1:9/rest', token: 'engine-token' }) };
  const sessions = new Sessions({ accounts, engine, createClient: createMapflowClient });
  onTestFinished(() => {
    sessions.close();
    library.close();
  });
  return { accounts, sessions };
}

test('each request carries the token of its own profile, also after a new sign-in', async () => {
  const { state, baseUrl } = await startServer();
  const { accounts, sessions } = setUp();
  const { id } = await accounts.add({ name: 'A', baseUrl, token: 'good-token' });
  const credits = async () => (await sessions.with(id, (client) => client.user.status())).remainingCredits;
  expect(await credits()).toBe(7);
  state.token = 'newer-token';
  await expect(credits()).rejects.toMatchObject({ kind: 'accounts.signed_out', params: { account: 'A' } });
  expect(accounts.record(id).signedIn).toBe(false);
  const requests = state.seen.length;
  await expect(credits()).rejects.toMatchObject({ kind: 'accounts.signed_out' });
  expect(state.seen.length).toBe(requests);
  await accounts.signIn(id, 'newer-token');
  expect(await credits()).toBe(7);
});

test('the status says online, signed out after a 401, and online again after a sign-in', async () => {
  const { state, baseUrl } = await startServer();
  const { accounts, sessions } = setUp();
  const { id } = await accounts.add({ name: 'A', baseUrl, token: 'good-token' });
  const status = new AccountStatusService({
    accounts,
    fetch: async (account) => {
      const { remainingCredits } = await sessions.with(account.id, (client) => client.user.status());
      return {
        billedInCredits: true,
        styles: {},
        credits: remainingCredits,
        models: [],
        maxUploadBytes: null,
        maxUploadSide: 65535,
        storageUsedBytes: null,
        storageLimitBytes: null,
      };
    },
  });
  onTestFinished(() => status.close());
  expect(status.current()).toMatchObject({ state: 'connecting', credits: null });
  expect(await status.refresh()).toMatchObject({ state: 'online', credits: 7, maxUploadSide: 65535 });
  expect(status.limits(id)).toEqual({ maxBytes: 1_000_000_000, maxSide: 65535 });
  state.token = 'newer-token';
  expect(await status.refresh()).toMatchObject({
    state: 'signed_out',
    credits: 7,
    error: { kind: 'accounts.signed_out' },
  });
  const online = new Promise<void>((resolve) => {
    status.onChange((now) => now.state === 'online' && resolve());
  });
  await accounts.signIn(id, 'newer-token');
  await online;
  expect(status.current().error).toBeNull();
});

test('a server that is away is offline, with what it said last', async () => {
  const { accounts } = setUp();
  let away = false;
  const status = new AccountStatusService({
    accounts,
    fetch: async () => {
      if (away) throw new Error('away');
      return {
        billedInCredits: true,
        styles: {},
        credits: 3,
        models: [],
        maxUploadBytes: 5,
        maxUploadSide: 6,
        storageUsedBytes: 1,
        storageLimitBytes: 2,
      };
    },
  });
  onTestFinished(() => status.close());
  await status.refresh();
  away = true;
  expect(await status.refresh()).toMatchObject({ state: 'offline', credits: 3, maxUploadBytes: 5 });
});
