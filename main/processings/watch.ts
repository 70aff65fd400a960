import type { Log } from '@shared/log';

/** ms between looks at a server */
export interface Pace {
  /** while something runs there */
  readonly busyMs: number;
  readonly idleMs: number;
}

export const localPace: Pace = { busyMs: 700, idleMs: 10_000 };
/** What the API reference asks for. */
export const remotePace: Pace = { busyMs: 30_000, idleMs: 60_000 };

const longestOutageMs = 60_000;

export interface WatchPorts {
  /** Accounts to look after now: the active one, and those with something under way. */
  readonly accounts: () => readonly string[];
  readonly paceOf: (accountId: string) => Pace;
  readonly isBusy: (accountId: string) => boolean;
  /** False while this computer has no network to reach the account's server by: nothing is asked until it has. */
  readonly mayReach: (accountId: string) => boolean;
  readonly refresh: (accountId: string) => Promise<void>;
  readonly log: Log;
}

/** Looks at each account's processings in its own time: often while something runs, seldom while the server is away. */
export class Watch {
  readonly #ports: WatchPorts;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #failures = new Map<string, number>();
  #closed = false;

  constructor(ports: WatchPorts) {
    this.#ports = ports;
  }

  /** Looks at everything now. */
  async now(): Promise<void> {
    await Promise.all(this.#ports.accounts().map((accountId) => this.look(accountId)));
  }

  /** Looks at one account now; a look under way serves as well. */
  look(accountId: string): Promise<void> {
    const running = this.#running.get(accountId);
    if (running || this.#closed) return running ?? Promise.resolve();
    clearTimeout(this.#timers.get(accountId));
    const look = this.#refresh(accountId).finally(() => {
      this.#running.delete(accountId);
      this.#schedule(accountId);
    });
    this.#running.set(accountId, look);
    return look;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all(this.#running.values());
  }

  async #refresh(accountId: string): Promise<void> {
    try {
      await this.#ports.refresh(accountId);
      this.#failures.delete(accountId);
    } catch (error) {
      this.#failures.set(accountId, (this.#failures.get(accountId) ?? 0) + 1);
      this.#ports.log.debug('processings could not be looked at', { accountId, error });
    }
  }

  #schedule(accountId: string): void {
    if (this.#closed || !this.#ports.accounts().includes(accountId)) return;
    const { busyMs, idleMs } = this.#ports.paceOf(accountId);
    const pace = this.#ports.isBusy(accountId) ? busyMs : idleMs;
    const failures = this.#failures.get(accountId) ?? 0;
    const delay = failures === 0 ? pace : Math.min(Math.max(pace, longestOutageMs), pace * 2 ** failures);
    const timer = setTimeout(() => {
      if (this.#ports.mayReach(accountId)) void this.look(accountId);
      else this.#schedule(accountId);
    }, delay);
    timer.unref();
    this.#timers.set(accountId, timer);
  }
}
