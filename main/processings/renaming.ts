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

  /**
   * Sends what waits, in order; returns the names that were set, by id. A name that somebody else changed meanwhile is left as it
   * is, and the conflict is kept.
   */
  async flush(accountId: string, listed: readonly ServerProcessing[]): Promise<ReadonlyMap<string, string>> {
    const names = new Map(listed.map(({ id, name }) => [id, name]));
    const changed = new Map<string, string>();
    for (const { seq, targetId, body, base, error } of this.#waiting(accountId)) {
      const theirs = names.get(targetId);
      const ours = nameIn(body);
      if (error) continue;
      if (theirs === undefined || ours === null) {
        this.#outbox.remove(seq);
      } else if (theirs !== nameIn(base) && theirs !== ours) {
        this.#outbox.fail(seq, toErrorData(new AppError('processings.name_conflict', { ours, theirs })));
      } else {
        await this.#withClient(accountId, ({ processings }) => processings.update(targetId, { name: ours }));
        this.#outbox.remove(seq);
        names.set(targetId, ours);
        changed.set(targetId, ours);
      }
    }
    return changed;
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
