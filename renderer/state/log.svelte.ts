import type { LogEntry } from '@shared/ipc/types';
import type { Api } from '../bridge';
import { Loadable } from './loadable.svelte';

const mostEntries = 2000;

export type LogFilter = 'all' | 'warnings';

/** The program's log as main keeps it, newest last. */
export class Log {
  readonly entries = new Loadable<readonly LogEntry[]>();
  readonly #api: Api;
  #filter = $state<LogFilter>('all');

  constructor(api: Api) {
    this.#api = api;
    api.on('app.log', (entry) => {
      this.entries.set([...(this.entries.value ?? []), entry].slice(-mostEntries));
    });
  }

  get filter(): LogFilter {
    return this.#filter;
  }

  set filter(filter: LogFilter) {
    this.#filter = filter;
  }

  get shown(): readonly LogEntry[] {
    const all = this.entries.value ?? [];
    if (this.#filter === 'all') return all;
    return all.filter((entry) => entry.level === 'warn' || entry.level === 'error');
  }

  async load(): Promise<void> {
    await this.entries.load(() => this.#api.call('app.recentLog'));
  }
}
