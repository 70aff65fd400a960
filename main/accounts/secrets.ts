import { AppError } from '@shared/errors';

/** Where tokens are kept, by the id of their account. */
export interface SecretStore {
  get(accountId: string): Promise<string | null>;
  set(accountId: string, secret: string): Promise<void>;
  delete(accountId: string): Promise<void>;
}

/** What `keytar` exports, as far as it is used. */
export interface Keychain {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}

const service = 'Orthodesk';

/**
 * The system's keychain: Keychain on a Mac, Credential Vault on Windows, the Secret Service on Linux. Loaded on first use, so
 * that a machine without one still starts; every call throws `accounts.keychain_unavailable` there.
 */
export function keychainSecrets(load: () => Promise<Keychain>): SecretStore {
  let loading: Promise<Keychain> | null = null;

  async function use<T>(work: (keychain: Keychain) => Promise<T>): Promise<T> {
    try {
      loading ??= load();
      return await work(await loading);
    } catch (error) {
      loading = null;
      const details = error instanceof Error ? error.message : String(error);
      throw new AppError('accounts.keychain_unavailable', {}, { details, cause: error });
    }
  }

  return {
    get: (accountId) => use((keychain) => keychain.getPassword(service, accountId)),
    set: (accountId, secret) => use((keychain) => keychain.setPassword(service, accountId, secret)),
    delete: (accountId) => use(async (keychain) => void (await keychain.deletePassword(service, accountId))),
  };
}

/** keytar's machine code, found when it is first needed. */
export async function loadKeytar(): Promise<Keychain> {
  const module: { readonly default?: Keychain } & Keychain = await import('keytar');
  return module.default ?? module;
}
