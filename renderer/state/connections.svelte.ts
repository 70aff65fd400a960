import type { ConnectionSettings } from '@shared/ipc/types';
import type { Api } from '../bridge';
import { Loadable } from './loadable.svelte';

/** The ways in and out that a person sets: folders of the catalogue, the proxy, certificate authorities. */
export class Connections {
  readonly #api: Api;
  readonly settings = new Loadable<ConnectionSettings>();

  constructor(api: Api) {
    this.#api = api;
  }

  load(): Promise<void> {
    return this.settings.load(() => this.#api.call('connections.get'));
  }

  /** Shows the system's dialog. */
  async addFolder(): Promise<void> {
    this.settings.set(await this.#api.call('connections.addFolder'));
  }

  async removeFolder(path: string): Promise<void> {
    this.settings.set(await this.#api.call('connections.removeFolder', { path }));
  }

  /** `system`, `none` or an address. Throws `network.bad_proxy`. */
  async setProxy(proxy: string): Promise<void> {
    this.settings.set(await this.#api.call('connections.setProxy', { proxy }));
  }

  /** Shows the system's dialog. Throws `network.no_certificates`. */
  async chooseCertificates(): Promise<void> {
    this.settings.set(await this.#api.call('connections.chooseCertificates'));
  }

  async forgetCertificates(): Promise<void> {
    this.settings.set(await this.#api.call('connections.forgetCertificates'));
  }
}
