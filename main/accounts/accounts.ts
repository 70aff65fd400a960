import { createHash } from 'node:crypto';
import { AppError } from '@shared/errors';
import type { Account } from '@shared/ipc/types';
import type { AccountRecord, AuthScheme, Dialect } from '@shared/library/records';
import type { Log } from '@shared/log';
import type { SecretStore } from './secrets';

/** Profiles on disk, without their secrets. */
export interface AccountStore {
  list(): readonly AccountRecord[];
  get(id: string): AccountRecord | null;
  activeId(): string | null;
  put(record: AccountRecord): void;
  activate(id: string): void;
  remove(id: string): void;
}

/** What a server said to a token. */
export interface VerifiedLogin {
  readonly baseUrl: string;
  readonly scheme: AuthScheme;
  readonly dialect: Dialect;
  readonly email: string | null;
}

export interface AccountsPorts {
  readonly store: AccountStore;
  readonly secrets: SecretStore;
  /** Signs in; throws `api.*` when the server does not answer or does not want the token. */
  readonly verify: (baseUrl: string, token: string) => Promise<VerifiedLogin>;
  /** Keeps a secret out of the log from now on. */
  readonly protect: (secret: string) => () => void;
  readonly log: Log;
  /** The local engine's name in the list, in the user's language. */
  readonly localName: string;
}

export type AccountChange =
  | { readonly kind: 'signed_in' | 'signed_out'; readonly accountId: string }
  | { readonly kind: 'activated' | 'removed' | 'added'; readonly accountId: string };

export const localAccountId = 'local';

/**
 * The profiles and their secrets. A token lives in the system's keychain and in this object's memory, nowhere else. The local
 * engine is the first profile, is active until another one is chosen, and stays.
 */
export class Accounts {
  readonly #ports: AccountsPorts;
  readonly #tokens = new Map<string, { readonly token: string; readonly unprotect: () => void }>();
  readonly #listeners = new Set<(change: AccountChange) => void>();

  constructor(ports: AccountsPorts) {
    this.#ports = ports;
    const { store, localName } = ports;
    if (!store.get(localAccountId)) store.put(localRecord(localName));
    if (!store.activeId()) store.activate(localAccountId);
  }

  list(): readonly Account[] {
    const active = this.active().id;
    return this.#ports.store.list().map((record) => toAccount(record, active));
  }

  active(): AccountRecord {
    const { store } = this.#ports;
    return this.record(store.activeId() ?? localAccountId);
  }

  /** Throws `accounts.not_found`. */
  record(accountId: string): AccountRecord {
    const record = this.#ports.store.get(accountId);
    if (!record) throw new AppError('accounts.not_found');
    return record;
  }

  onChange(listener: (change: AccountChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Signs in at the server and only then keeps anything: first the token, then the profile, which becomes the active one.
   * Throws what `verify` throws, `accounts.exists`, `accounts.insecure_url`, `accounts.keychain_unavailable`.
   */
  async add(wanted: { name: string; baseUrl: string; token: string }): Promise<Account> {
    const { store } = this.#ports;
    requireProtection(wanted.baseUrl);
    const token = wanted.token.trim();
    const login = await this.#verify(wanted.baseUrl, token);
    const id = accountId(login);
    const known = store.get(id);
    if (known?.signedIn) throw new AppError('accounts.exists', { account: known.name });
    await this.#keep(id, token);
    try {
      store.put({
        id,
        kind: 'mapflow',
        name: wanted.name,
        baseUrl: login.baseUrl,
        email: login.email,
        scheme: login.scheme,
        dialect: login.dialect,
        signedIn: true,
        createdAt: known?.createdAt ?? new Date().toISOString(),
      });
      store.activate(id);
    } catch (error) {
      await this.#forget(id).catch(() => undefined);
      throw error;
    }
    this.#tell({ kind: known ? 'signed_in' : 'added', accountId: id });
    this.#tell({ kind: 'activated', accountId: id });
    return toAccount(this.record(id), id);
  }

  /** A new token for a known profile. Throws `accounts.other_user` when it belongs to somebody else. */
  async signIn(id: string, token: string): Promise<Account> {
    const record = this.record(id);
    if (record.baseUrl === null) throw new AppError('accounts.local_stays');
    const login = await this.#verify(record.baseUrl, token.trim());
    if (accountId(login) !== id) {
      throw new AppError('accounts.other_user', { account: record.name, email: login.email ?? '' });
    }
    await this.#keep(id, token.trim());
    this.#ports.store.put({ ...record, scheme: login.scheme, dialect: login.dialect, signedIn: true });
    this.#tell({ kind: 'signed_in', accountId: id });
    return toAccount(this.record(id), this.active().id);
  }

  /** Deletes the secret, then the profile. What was fetched with it stays in the library. */
  async signOut(id: string): Promise<void> {
    const record = this.record(id);
    if (record.kind === 'local') throw new AppError('accounts.local_stays');
    await this.#forget(id);
    const wasActive = this.active().id === id;
    this.#ports.store.remove(id);
    if (wasActive) this.#ports.store.activate(localAccountId);
    this.#tell({ kind: 'removed', accountId: id });
    if (wasActive) this.#tell({ kind: 'activated', accountId: localAccountId });
  }

  activate(id: string): Account {
    const record = this.record(id);
    this.#ports.store.activate(id);
    this.#tell({ kind: 'activated', accountId: id });
    return toAccount(record, id);
  }

  /**
   * The token of a signed-in profile, for the client that is about to send it. Throws `accounts.signed_out`,
   * `accounts.keychain_unavailable`.
   */
  async token(id: string): Promise<string> {
    const record = this.record(id);
    if (!record.signedIn) throw signedOut(record);
    const kept = this.#tokens.get(id);
    if (kept) return kept.token;
    const token = await this.#ports.secrets.get(id);
    if (token === null) {
      this.sessionEnded(id);
      throw signedOut(record);
    }
    return this.#remember(id, token);
  }

  /** The server does not take the token any more: the profile stays and waits for a new sign-in. */
  sessionEnded(id: string): void {
    const record = this.#ports.store.get(id);
    if (!record?.signedIn || record.kind === 'local') return;
    this.#ports.log.warn('the session has ended', { accountId: id });
    this.#ports.store.put({ ...record, signedIn: false });
    this.#tell({ kind: 'signed_out', accountId: id });
  }

  /** Tries the kept token of a profile whose session has ended; true when it is good again. */
  async tryAgain(id: string): Promise<boolean> {
    const record = this.record(id);
    if (record.signedIn || record.baseUrl === null) return record.signedIn;
    const token = this.#tokens.get(id)?.token ?? (await this.#ports.secrets.get(id));
    if (token === null) return false;
    try {
      await this.#verify(record.baseUrl, token);
    } catch (error) {
      if (error instanceof AppError && error.kind === 'api.wrong_token') return false;
      throw error;
    }
    this.#remember(id, token);
    this.#ports.store.put({ ...record, signedIn: true });
    this.#tell({ kind: 'signed_in', accountId: id });
    return true;
  }

  async #verify(baseUrl: string, token: string): Promise<VerifiedLogin> {
    const unprotect = this.#ports.protect(token);
    try {
      return await this.#ports.verify(baseUrl, token);
    } finally {
      unprotect();
    }
  }

  async #keep(id: string, token: string): Promise<void> {
    await this.#ports.secrets.set(id, token);
    this.#remember(id, token);
  }

  #remember(id: string, token: string): string {
    this.#tokens.get(id)?.unprotect();
    this.#tokens.set(id, { token, unprotect: this.#ports.protect(token) });
    return token;
  }

  async #forget(id: string): Promise<void> {
    await this.#ports.secrets.delete(id);
    this.#tokens.get(id)?.unprotect();
    this.#tokens.delete(id);
  }

  #tell(change: AccountChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

function localRecord(name: string): AccountRecord {
  return {
    id: localAccountId,
    kind: 'local',
    name,
    baseUrl: null,
    email: null,
    scheme: 'Bearer',
    dialect: 'reference',
    signedIn: true,
    createdAt: new Date().toISOString(),
  };
}

/** The same server and user are the same account, so that results find their owner again after a sign-out. */
function accountId({ baseUrl, email }: VerifiedLogin): string {
  const identity = `${baseUrl}\n${(email ?? '').toLowerCase()}`;
  return `mapflow-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}`;
}

function signedOut(record: AccountRecord): AppError {
  return new AppError('accounts.signed_out', { account: record.name });
}

function toAccount(record: AccountRecord, activeId: string): Account {
  const { id, kind, name, baseUrl, email, signedIn } = record;
  return { id, kind, name, baseUrl, email, active: id === activeId, signedIn };
}

/** A token may go unencrypted to this computer itself, and nowhere else. */
function requireProtection(address: string): void {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    // Whoever signs in says what is wrong with it.
    return;
  }
  const { protocol, hostname } = url;
  const isLoopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
  if (protocol === 'http:' && !isLoopback) throw new AppError('accounts.insecure_url', { host: hostname });
}
