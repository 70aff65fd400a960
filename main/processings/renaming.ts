import type { Processing as ServerProcessing } from '@shared/api';
import { AppError, toErrorData } from '@shared/errors';
import type { ProcessingSnapshot } from '@shared/library/records';
import { isAway } from './failures';
import type { OutboxStore, WithClient } from './ports';

const kind = 'processing.rename';

/** New names for processings: at once where the server answers, else in the outbox until it does. */
export class Renaming {
  readonly #withClient: WithClient;
  readonly #outbox: OutboxStore;

  constructor(ports: { readonly withClient: WithClient; readonly outbox: OutboxStore }) {
    this.#withClient = ports.withClient;
    this.#outbox = ports.outbox;
  }

  async rename({ accountId, id, name: base }: ProcessingSnapshot, name: string): Promise<void> {
    try {
      await this.#withClient(accountId, ({ processings }) => processings.update(id, { name }));
      this.#forget(accountId, id);
    } catch (error) {
      if (!isAway(error)) throw error;
      const createdAt = new Date().toISOString();
      this.#outbox.add({ accountId, kind, targetId: id, body: { name }, base: { name: base }, createdAt });
    }
  }

  /** The name that waits to be set, over the one that the server says. */
  nameOf({ accountId, id, name }: ProcessingSnapshot): string {
    const waiting = this.#waiting(accountId).filter((entry) => entry.targetId === id && !entry.error);
    return nameIn(waiting.at(-1)?.body) ?? name;
  }

  /** Sends what waits, in order. A name that somebody else changed meanwhile is left as it is, and the conflict is kept. */
  async flush(accountId: string, listed: readonly ServerProcessing[]): Promise<void> {
    for (const { seq, targetId, body, base, error } of this.#waiting(accountId)) {
      const processing = listed.find(({ id }) => id === targetId);
      const name = nameIn(body);
      if (error) continue;
      if (!processing || name === null) {
        this.#outbox.remove(seq);
        continue;
      }
      if (processing.name !== nameIn(base) && processing.name !== name) {
        const conflict = new AppError('processings.name_conflict', { ours: name, theirs: processing.name });
        this.#outbox.fail(seq, toErrorData(conflict));
        continue;
      }
      await this.#withClient(accountId, ({ processings }) => processings.update(targetId, { name }));
      this.#outbox.remove(seq);
    }
  }

  #waiting(accountId: string) {
    return this.#outbox.list(accountId).filter((entry) => entry.kind === kind);
  }

  #forget(accountId: string, id: string): void {
    for (const { seq, targetId } of this.#waiting(accountId)) if (targetId === id) this.#outbox.remove(seq);
  }
}

function nameIn(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('name' in value)) return null;
  return typeof value.name === 'string' ? value.name : null;
}
