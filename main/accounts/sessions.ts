import { AppError } from '@shared/errors';
import type { AuthScheme, Dialect } from '@shared/library/records';
import { localAccountId, type Accounts } from './accounts';
import type { EngineHost } from './engineHost';

export interface ClientOptions {
  readonly baseUrl: string;
  readonly scheme: AuthScheme;
  readonly dialect: Dialect;
  readonly token: () => string | Promise<string>;
}

export interface SessionsPorts<Client> {
  readonly accounts: Accounts;
  readonly engine: Pick<EngineHost, 'endpoint'>;
  readonly createClient: (options: ClientOptions) => Client;
}

/** Clients by account: each profile's own server gets its own token, asked for anew at every request. */
export class Sessions<Client extends { close(): void }> {
  readonly #ports: SessionsPorts<Client>;
  readonly #clients = new Map<string, { readonly key: string; readonly client: Client }>();

  constructor(ports: SessionsPorts<Client>) {
    this.#ports = ports;
    ports.accounts.onChange(({ kind, accountId }) => {
      if (kind === 'removed') this.#close(accountId);
    });
  }

  /**
   * Runs work with the account's client. A server that does not take the token any more ends the session: the work then throws
   * `accounts.signed_out`. Throws `engine.stopped` for the local engine when it does not run.
   */
  async with<T>(accountId: string, work: (client: Client) => Promise<T>): Promise<T> {
    const client = await this.client(accountId);
    try {
      return await work(client);
    } catch (error) {
      if (!(error instanceof AppError) || error.kind !== 'api.unauthorized') throw error;
      this.#ports.accounts.sessionEnded(accountId);
      const { name } = this.#ports.accounts.record(accountId);
      throw new AppError('accounts.signed_out', { account: name }, { cause: error });
    }
  }

  async client(accountId: string): Promise<Client> {
    const { accounts, engine, createClient } = this.#ports;
    const { baseUrl, scheme, dialect } = accounts.record(accountId);
    if (accountId === localAccountId) {
      const endpoint = await engine.endpoint();
      const token = (): string => endpoint.token;
      return this.#kept(accountId, endpoint.token, () =>
        createClient({ baseUrl: endpoint.baseUrl, scheme: 'Bearer', dialect: 'reference', token }),
      );
    }
    await accounts.token(accountId);
    const key = `${baseUrl ?? ''} ${scheme} ${dialect}`;
    return this.#kept(accountId, key, () =>
      createClient({ baseUrl: baseUrl ?? '', scheme, dialect, token: () => accounts.token(accountId) }),
    );
  }

  close(): void {
    for (const accountId of [...this.#clients.keys()]) this.#close(accountId);
  }

  #kept(accountId: string, key: string, create: () => Client): Client {
    const kept = this.#clients.get(accountId);
    if (kept?.key === key) return kept.client;
    this.#close(accountId);
    const client = create();
    this.#clients.set(accountId, { key, client });
    return client;
  }

  #close(accountId: string): void {
    this.#clients.get(accountId)?.client.close();
    this.#clients.delete(accountId);
  }
}
