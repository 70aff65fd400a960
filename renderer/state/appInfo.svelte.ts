import type { AppInfo } from '@shared/ipc/types';
import type { Api } from '../bridge';

/** The program's own versions, and whether it runs on the development runtime. */
export class App {
  readonly #api: Api;
  #info = $state.raw<AppInfo | null>(null);

  constructor(api: Api) {
    this.#api = api;
  }

  get info(): AppInfo | null {
    return this.#info;
  }

  get isMac(): boolean {
    return this.#info?.platform === 'darwin';
  }

  async load(): Promise<void> {
    this.#info = await this.#api.call('app.info');
  }
}
