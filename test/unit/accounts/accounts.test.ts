import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@shared/errors';
import { silentLog } from '@shared/log';
import { describe, expect, test } from 'vitest';
import { Accounts, type AccountChange, type SecretStore, type VerifiedLogin } from '../../../main/accounts';
import { openLibrary } from '../../../main/library';

const address = 'https://api.example.com/rest';

class MemorySecrets implements SecretStore {
  readonly kept = new Map<string, string>();
  broken = false;

  #check(): void {
    if (this.broken) throw new AppError('accounts.keychain_unavailable');
  }
  async get(id: string): Promise<string | null> {
    this.#check();
    return this.kept.get(id) ?? null;
  }
  async set(id: string, secret: string): Promise<void> {
    this.#check();
    this.kept.set(id, secret);
  }
  async delete(id: string): Promise<void> {
    this.#check();
    this.kept.delete(id);
  }
}

/** A server that knows some tokens. */
function serverOf(users: Readonly<Record<string, string>>) {
  return async (baseUrl: string, token: string): Promise<VerifiedLogin> => {
    const email = users[token];
    if (!email) throw new AppError('api.wrong_token');
    return { baseUrl, scheme: 'Basic', dialect: 'live', email };
  };
}

function setUp(
  verify = serverOf({ 'token-a': 'a@example.com', 'token-a2': 'a@example.com', 'token-b': 'b@example.com' }),
) {
  const library = openLibrary(join(mkdtempSync(join(tmpdir(), 'orthodesk-accounts-')), 'library.db'), {
    log: silentLog,
  });
  const secrets = new MemorySecrets();
  const protectedNow = new Set<string>();
  const make = () =>
    new Accounts({
      store: library.accounts,
      secrets,
      verify,
      protect: (secret) => {
        protectedNow.add(secret);
        return () => protectedNow.delete(secret);
      },
      log: silentLog,
      localName: 'This computer',
    });
  const accounts = make();
  const changes: AccountChange[] = [];
  accounts.onChange((change) => changes.push(change));
  return { library, secrets, accounts, changes, protectedNow, restart: make };
}

async function kindOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: unknown) => (error as AppError).kind,
  );
}

describe('the local engine', () => {
  test('is the first profile, active from the start, and cannot be signed out', async () => {
    const { accounts } = setUp();
    expect(accounts.list()).toEqual([
      {
        id: 'local',
        kind: 'local',
        name: 'This computer',
        baseUrl: null,
        email: null,
        active: true,
        signedIn: true,
      },
    ]);
    expect(await kindOf(accounts.signOut('local'))).toBe('accounts.local_stays');
    accounts.sessionEnded('local');
    expect(accounts.list()[0]?.signedIn).toBe(true);
  });
});

describe('adding a profile', () => {
  test('keeps the token in the keychain, the profile in the library, and makes it active', async () => {
    const { accounts, secrets, library, changes, restart } = setUp();
    const account = await accounts.add({ name: 'Work', baseUrl: address, token: ' token-a ' });
    expect(account).toMatchObject({ name: 'Work', email: 'a@example.com', active: true, signedIn: true });
    expect([...secrets.kept]).toEqual([[account.id, 'token-a']]);
    expect(JSON.stringify(library.accounts.list())).not.toContain('token-a');
    expect(changes.map((change) => change.kind)).toEqual(['added', 'activated']);
    expect(await restart().token(account.id)).toBe('token-a');
  });

  test('keeps nothing when the server refuses the token', async () => {
    const { accounts, secrets, protectedNow } = setUp();
    expect(await kindOf(accounts.add({ name: 'Work', baseUrl: address, token: 'wrong' }))).toBe(
      'api.wrong_token',
    );
    expect(secrets.kept.size).toBe(0);
    expect(accounts.list()).toHaveLength(1);
    expect(protectedNow.size).toBe(0);
  });

  test('keeps nothing when the keychain is out of reach', async () => {
    const { accounts, secrets } = setUp();
    secrets.broken = true;
    const adding = accounts.add({ name: 'Work', baseUrl: address, token: 'token-a' });
    expect(await kindOf(adding)).toBe('accounts.keychain_unavailable');
    expect(accounts.list()).toHaveLength(1);
  });

  test('keeps no token when the profile cannot be written', async () => {
    const { accounts, secrets, library } = setUp();
    library.close();
    expect(await kindOf(accounts.add({ name: 'Work', baseUrl: address, token: 'token-a' }))).not.toBe(
      'no error',
    );
    expect(secrets.kept.size).toBe(0);
  });

  test('does not send a token unprotected to another computer', async () => {
    let asked = 0;
    const { accounts } = setUp(async (baseUrl) => {
      asked++;
      return { baseUrl, scheme: 'Bearer', dialect: 'reference', email: null };
    });
    const adding = accounts.add({ name: 'x', baseUrl: 'http://maps.example.com/rest', token: 't0ken' });
    expect(await kindOf(adding)).toBe('accounts.insecure_url');
    expect(asked).toBe(0);
    await accounts.add({ name: 'x', baseUrl: 'http://127.0.0.1:8080/rest', token: 't0ken' });
    expect(asked).toBe(1);
  });

  test('twice for the same user is refused; two users of one server are two profiles', async () => {
    const { accounts } = setUp();
    await accounts.add({ name: 'A', baseUrl: address, token: 'token-a' });
    await accounts.add({ name: 'B', baseUrl: address, token: 'token-b' });
    expect(await kindOf(accounts.add({ name: 'A again', baseUrl: address, token: 'token-a2' }))).toBe(
      'accounts.exists',
    );
    expect(accounts.list().map((account) => account.name)).toEqual(['This computer', 'A', 'B']);
  });

  test('after a sign-out finds the same id again', async () => {
    const { accounts } = setUp();
    const first = await accounts.add({ name: 'A', baseUrl: address, token: 'token-a' });
    await accounts.signOut(first.id);
    const second = await accounts.add({ name: 'A', baseUrl: address, token: 'token-a2' });
    expect(second.id).toBe(first.id);
  });
});

describe('signing out', () => {
  test('deletes the secret and the profile, and the local engine becomes active', async () => {
    const { accounts, secrets, protectedNow } = setUp();
    const { id } = await accounts.add({ name: 'A', baseUrl: address, token: 'token-a' });
    await accounts.signOut(id);
    expect(secrets.kept.size).toBe(0);
    expect(protectedNow.size).toBe(0);
    expect(accounts.active().id).toBe('local');
    expect(await kindOf(accounts.token(id))).toBe('accounts.not_found');
  });

  test('leaves the profile while its secret cannot be deleted', async () => {
    const { accounts, secrets } = setUp();
    const { id } = await accounts.add({ name: 'A', baseUrl: address, token: 'token-a' });
    secrets.broken = true;
    expect(await kindOf(accounts.signOut(id))).toBe('accounts.keychain_unavailable');
    expect(accounts.record(id).name).toBe('A');
  });
});

describe('a session that ends', () => {
  test('leaves the profile, gives no token, and goes on after a new sign-in', async () => {
    const { accounts, changes } = setUp();
    const { id } = await accounts.add({ name: 'A', baseUrl: address, token: 'token-a' });
    accounts.sessionEnded(id);
    accounts.sessionEnded(id);
    expect(changes.filter((change) => change.kind === 'signed_out')).toHaveLength(1);
    expect(accounts.list()[1]).toMatchObject({ signedIn: false, active: true });
    expect(await kindOf(accounts.token(id))).toBe('accounts.signed_out');
    await accounts.signIn(id, 'token-a2');
    expect(await accounts.token(id)).toBe('token-a2');
  });

  test('is not continued with the token of somebody else', async () => {
    const { accounts } = setUp();
    const { id } = await accounts.add({ name: 'A', baseUrl: address, token: 'token-a' });
    accounts.sessionEnded(id);
    expect(await kindOf(accounts.signIn(id, 'token-b'))).toBe('accounts.other_user');
    expect(await kindOf(accounts.token(id))).toBe('accounts.signed_out');
  });

  test('comes back by itself when the server takes the old token again', async () => {
    const users: Record<string, string> = { 'token-a': 'a@example.com' };
    const { accounts } = setUp(serverOf(users));
    const { id } = await accounts.add({ name: 'A', baseUrl: address, token: 'token-a' });
    accounts.sessionEnded(id);
    delete users['token-a'];
    expect(await accounts.tryAgain(id)).toBe(false);
    users['token-a'] = 'a@example.com';
    expect(await accounts.tryAgain(id)).toBe(true);
    expect(await accounts.token(id)).toBe('token-a');
  });

  test('is what a secret deleted behind our back means', async () => {
    const { accounts, secrets, restart } = setUp();
    const { id } = await accounts.add({ name: 'A', baseUrl: address, token: 'token-a' });
    secrets.kept.clear();
    expect(await kindOf(restart().token(id))).toBe('accounts.signed_out');
  });
});
