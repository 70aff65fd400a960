import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import type { ConnectionSettings } from '@shared/ipc/types';
import type { Log } from '@shared/log';
import type { EngineQuestion, SecretStore } from './accounts';
import { proxyOfPerson, readCertificates, type Network } from './network';

interface SettingsStore {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

const keys = { folders: 'catalogFolders', proxy: 'proxy', certificates: 'certificates' } as const;

/** What the person has set of the ways in and out: folders of the catalogue, the proxy, certificate authorities. */
export class Connections {
  readonly #listeners = new Set<() => void>();

  constructor(private readonly store: SettingsStore) {}

  settings(): ConnectionSettings {
    const folders = this.store.get(keys.folders);
    const proxy = this.store.get(keys.proxy);
    const certificates = this.store.get(keys.certificates);
    return {
      catalogFolders: Array.isArray(folders)
        ? folders.filter((folder): folder is string => typeof folder === 'string')
        : [],
      proxy: typeof proxy === 'string' && proxy !== '' ? proxy : 'system',
      certificates: typeof certificates === 'string' ? certificates : null,
    };
  }

  onFolders(listener: () => void): void {
    this.#listeners.add(listener);
  }

  addFolders(paths: readonly string[]): ConnectionSettings {
    const { catalogFolders } = this.settings();
    return this.#setFolders([...new Set([...catalogFolders, ...paths.map((path) => resolve(path))])]);
  }

  removeFolder(path: string): ConnectionSettings {
    return this.#setFolders(this.settings().catalogFolders.filter((folder) => folder !== path));
  }

  /** `system`, `none` or an address. Throws `network.bad_proxy`. */
  setProxy(proxy: string): ConnectionSettings {
    this.store.set(keys.proxy, proxy === 'system' || proxy === 'none' ? proxy : proxyOfPerson(proxy));
    return this.settings();
  }

  /** Null for none. Throws `network.no_certificates`. */
  setCertificates(path: string | null): ConnectionSettings {
    if (path !== null) readCertificates(path);
    this.store.set(keys.certificates, path);
    return this.settings();
  }

  #setFolders(folders: readonly string[]): ConnectionSettings {
    this.store.set(keys.folders, folders);
    for (const listener of this.#listeners) listener();
    return this.settings();
  }
}

const keyName = 'engine-key';

/**
 * Answers what the engine asks: the ways to servers, and the key that seals passwords. The key lies in the system's keychain; where
 * there is none it lives as long as the program runs.
 */
export function engineAnswers(
  network: Network,
  secrets: SecretStore,
  protect: (secret: string) => () => void,
  log: Log,
): (question: EngineQuestion) => Promise<unknown> {
  let key: Promise<string> | null = null;
  async function sealingKey(): Promise<string> {
    const fresh = randomBytes(32).toString('base64');
    try {
      const kept = await secrets.get(keyName);
      if (kept === null) await secrets.set(keyName, fresh);
      return kept ?? fresh;
    } catch (error) {
      log.info('without a keychain, passwords of tile services do not outlive the program', { error });
      return fresh;
    }
  }
  return (question) => {
    if (question.what === 'route') return network.routeFor(new URL(question.url));
    key ??= sealingKey().then((found) => {
      protect(found);
      return found;
    });
    return key;
  };
}
