import { AppError, toErrorData, type ErrorData } from '@shared/errors';
import type { AccountStatus, Model } from '@shared/ipc/types';
import type { AccountRecord } from '@shared/library/records';
import type { Accounts } from './accounts';

/** What a server says of an account, as far as the window shows it. */
export interface ServerStatus {
  readonly billedInCredits: boolean;
  readonly credits: number | null;
  readonly models: readonly Model[];
  /** Names of styles by the names of models; empty where the server names none. */
  readonly styles: Readonly<Record<string, string>>;
  /** Null where the server does not say. */
  readonly maxUploadBytes: number | null;
  readonly maxUploadSide: number | null;
  readonly storageUsedBytes: number | null;
  readonly storageLimitBytes: number | null;
}

export interface StatusPorts {
  readonly accounts: Accounts;
  readonly fetch: (account: AccountRecord, signal: AbortSignal) => Promise<ServerStatus>;
  /** ms between looks at a server that answers; default 30,000 */
  readonly onlineMs?: number;
  /** ms between looks at one that does not; default 5,000 */
  readonly offlineMs?: number;
}

/** What the public plugin assumes where a server names no limits. */
const usualMaxBytes = 1_000_000_000;
const usualMaxSide = 30_000;

/** Looks at the active account's server now and then, and remembers what it last said when it is out of reach. */
export class AccountStatusService {
  readonly #ports: StatusPorts;
  readonly #last = new Map<string, ServerStatus>();
  readonly #listeners = new Set<(status: AccountStatus) => void>();
  readonly #stopWatching: () => void;
  #status: AccountStatus;
  #timer: NodeJS.Timeout | null = null;
  #running: AbortController | null = null;
  #latest: Promise<AccountStatus> | null = null;
  #closed = false;

  constructor(ports: StatusPorts) {
    this.#ports = ports;
    this.#status = this.#describe(ports.accounts.active(), 'connecting', null);
    this.#stopWatching = ports.accounts.onChange(({ kind }) => {
      if (kind === 'signed_out') this.#sessionEnded();
      else if (kind !== 'removed') void this.refresh();
    });
  }

  current(): AccountStatus {
    return this.#status;
  }

  /** What the server last said of an account's limits. */
  limits(accountId: string): { readonly maxBytes: number; readonly maxSide: number } {
    const known = this.#last.get(accountId);
    return {
      maxBytes: known?.maxUploadBytes ?? usualMaxBytes,
      maxSide: known?.maxUploadSide ?? usualMaxSide,
    };
  }

  /** Names of the models that the server last listed; empty where it was never reached. */
  models(accountId: string): readonly string[] {
    return (this.#last.get(accountId)?.models ?? [])
      .filter(({ available }) => available)
      .map(({ name }) => name);
  }

  /** How an account pays. One that was never reached is taken to pay in credits, so that a price is always asked for. */
  billing(accountId: string): { readonly inCredits: boolean; readonly balance: number | null } {
    const known = this.#last.get(accountId);
    return { inCredits: known?.billedInCredits ?? true, balance: known?.credits ?? null };
  }

  /** Names the style of a model's results. */
  styleOf(accountId: string, modelName: string): string {
    return this.#last.get(accountId)?.styles[modelName] || 'default';
  }

  onChange(listener: (status: AccountStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Looks now; also how a session that has ended is tried again. A later look replaces one under way. */
  refresh(): Promise<AccountStatus> {
    this.#running?.abort();
    const abort = new AbortController();
    this.#running = abort;
    const latest = this.#refresh(abort.signal);
    this.#latest = latest;
    return latest;
  }

  async #refresh(signal: AbortSignal): Promise<AccountStatus> {
    if (this.#timer) clearTimeout(this.#timer);
    const account = this.#ports.accounts.active();
    if (account.id !== this.#status.accountId) this.#publish(this.#describe(account, 'connecting', null));
    const status = await this.#look(account, signal);
    if (this.#closed) return this.#status;
    if (signal.aborted) return this.#latest ?? this.#status;
    this.#running = null;
    this.#publish(status);
    // A token that was refused is not tried again by itself: somebody has to sign in.
    if (status.state === 'signed_out') return status;
    const { onlineMs = 30_000, offlineMs = 5_000 } = this.#ports;
    this.#timer = setTimeout(() => void this.refresh(), status.state === 'offline' ? offlineMs : onlineMs);
    return status;
  }

  close(): void {
    this.#closed = true;
    this.#stopWatching();
    this.#running?.abort();
    if (this.#timer) clearTimeout(this.#timer);
  }

  /** Somebody else's call found out; a look under way finds it out itself. */
  #sessionEnded(): void {
    const account = this.#ports.accounts.active();
    if (this.#running || account.signedIn) return;
    if (this.#timer) clearTimeout(this.#timer);
    const error = toErrorData(new AppError('accounts.signed_out', { account: account.name }));
    this.#publish(this.#describe(account, 'signed_out', error));
  }

  async #look(account: AccountRecord, signal: AbortSignal): Promise<AccountStatus> {
    try {
      if (!account.signedIn && !(await this.#ports.accounts.tryAgain(account.id))) {
        throw new AppError('accounts.signed_out', { account: account.name });
      }
      this.#last.set(account.id, await this.#ports.fetch(account, signal));
      return this.#describe(account, 'online', null);
    } catch (error) {
      const signedOut = error instanceof AppError && error.kind === 'accounts.signed_out';
      return this.#describe(account, signedOut ? 'signed_out' : 'offline', toErrorData(error));
    }
  }

  #describe(account: AccountRecord, state: AccountStatus['state'], error: ErrorData | null): AccountStatus {
    const known = this.#last.get(account.id);
    const { maxBytes, maxSide } = this.limits(account.id);
    return {
      accountId: account.id,
      state,
      credits: known?.billedInCredits ? known.credits : null,
      models: known?.models ?? [],
      maxUploadBytes: maxBytes,
      maxUploadSide: maxSide,
      storageUsedBytes: known?.storageUsedBytes ?? null,
      storageLimitBytes: known?.storageLimitBytes ?? null,
      error,
    };
  }

  #publish(status: AccountStatus): void {
    this.#status = status;
    for (const listener of this.#listeners) listener(status);
  }
}
