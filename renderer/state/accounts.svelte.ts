import type { Account, AccountStatus, EngineState, Model } from '@shared/ipc/types';
import type { Api } from '../bridge';
import { Loadable } from './loadable.svelte';

/** The profiles, which of them is active, and how that one stands with its server. */
export class Accounts {
  readonly list = new Loadable<readonly Account[]>();
  readonly #api: Api;
  #status = $state.raw<AccountStatus | null>(null);
  #engine = $state.raw<EngineState | null>(null);

  constructor(api: Api) {
    this.#api = api;
    api.on('accounts.changed', (accounts) => this.list.set(accounts));
    api.on('accounts.status', (status) => {
      this.#status = status;
    });
    api.on('engine.changed', (state) => {
      this.#engine = state;
    });
  }

  get active(): Account | null {
    return this.list.value?.find((account) => account.active) ?? null;
  }

  get status(): AccountStatus | null {
    return this.#status;
  }

  get engine(): EngineState | null {
    return this.#engine;
  }

  get online(): boolean {
    return this.#status?.state === 'online';
  }

  get models(): readonly Model[] {
    return this.#status?.models ?? [];
  }

  async load(): Promise<void> {
    await this.list.load(() => this.#api.call('accounts.list'));
    this.#engine = await this.#api.call('engine.state');
    this.#status = await this.#api.call('accounts.status');
  }

  async refresh(): Promise<void> {
    this.#status = await this.#api.call('accounts.refresh');
  }

  /** Main signs in at the server before it keeps anything. Throws what the server or the network said. */
  async add(name: string, baseUrl: string, token: string): Promise<Account> {
    const account = await this.#api.call('accounts.add', { name, baseUrl, token });
    await this.load();
    return account;
  }

  /** A new token for a profile whose session has ended. */
  async signIn(accountId: string, token: string): Promise<void> {
    await this.#api.call('accounts.signIn', { accountId, token });
    await this.load();
  }

  async activate(accountId: string): Promise<void> {
    await this.#api.call('accounts.activate', { accountId });
    await this.load();
  }

  /** Deletes the token from the keychain and the profile from the list. */
  async signOut(accountId: string): Promise<void> {
    await this.#api.call('accounts.signOut', { accountId });
    await this.load();
  }

  async startEngine(): Promise<void> {
    this.#engine = await this.#api.call('engine.start');
  }

  async stopEngine(): Promise<void> {
    this.#engine = await this.#api.call('engine.stop');
  }
}
