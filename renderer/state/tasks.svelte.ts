import type { TaskView } from '@shared/ipc/types';
import type { Api } from '../bridge';

/** The long tasks of the status bar. */
export class Tasks {
  readonly #api: Api;
  #running = $state.raw<readonly TaskView[]>([]);

  constructor(api: Api) {
    this.#api = api;
    api.on('tasks.changed', (tasks) => {
      this.#running = tasks;
    });
  }

  get running(): readonly TaskView[] {
    return this.#running;
  }

  async load(): Promise<void> {
    this.#running = await this.#api.call('tasks.list');
  }
}
