import { stat } from 'node:fs/promises';
import type { Files } from '../files';
import type { OpenDatabase, Store } from '../store';
import type { TaskRunner } from '../tasks/types';
import { ResultIndex } from './resultIndex';

/** Indexes that are kept open. */
const mostOpen = 4;

/** The indexes of results, built when first asked for and kept beside the result. */
export class ResultTiles {
  readonly #open = new Map<string, Promise<ResultIndex>>();

  constructor(
    private readonly openDatabase: OpenDatabase,
    private readonly store: Store,
    private readonly files: Files,
    private readonly runner: TaskRunner,
  ) {}

  open(processingId: string): Promise<ResultIndex> {
    const known = this.#open.get(processingId);
    if (known) return known;
    const opening = this.#prepare(processingId);
    this.#open.set(processingId, opening);
    opening.catch(() => this.#open.delete(processingId));
    for (const [oldest] of this.#open) {
      if (this.#open.size <= mostOpen) break;
      this.forget(oldest);
    }
    return opening;
  }

  /** Closes the index of a result, before its files are deleted. */
  forget(processingId: string): void {
    const closing = this.#open.get(processingId);
    this.#open.delete(processingId);
    closing?.then((index) => index.close()).catch(() => undefined);
  }

  close(): void {
    for (const id of [...this.#open.keys()]) this.forget(id);
  }

  async #prepare(processingId: string): Promise<ResultIndex> {
    const target = this.files.resultIndex(processingId);
    if (!(await stat(target).catch(() => null))) {
      const features = this.store.processings
        .aois(processingId)
        .map(({ position }) => this.files.features(processingId, position));
      await this.runner.run<'index'>({ kind: 'index', features, target });
    }
    return new ResultIndex(this.openDatabase(target));
  }
}
