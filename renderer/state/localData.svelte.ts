import type { LocalDataset } from '@shared/ipc/types';
import type { Api } from '../bridge';
import { Loadable } from './loadable.svelte';

/** Extracts of OpenStreetMap and surface models that steps of the local engine draw on. */
export class LocalData {
  readonly #api: Api;
  readonly list = new Loadable<readonly LocalDataset[]>();

  constructor(api: Api) {
    this.#api = api;
    api.on('localData.changed', (list) => this.list.set(list));
  }

  load(): Promise<void> {
    return this.list.load(() => this.#api.call('localData.list'));
  }

  /** Shows the system's dialog. */
  async add(): Promise<void> {
    this.list.set(await this.#api.call('localData.add'));
  }

  async remove(path: string): Promise<void> {
    this.list.set(await this.#api.call('localData.remove', { path }));
  }
}
