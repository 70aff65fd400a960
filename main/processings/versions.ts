import { rm } from 'node:fs/promises';
import type { ProcessingRecord } from '@shared/library/records';
import { keepVersion, resultPath } from './fetchResult';
import type { ResultKeeper, VersionStore } from './ports';

/** A result at another threshold, as it arrives. */
export interface NewVersion {
  /** 0–1 */
  readonly threshold: number;
  /** m², of all features */
  readonly area: number;
  /** GeoJSON */
  readonly body: AsyncIterable<Uint8Array>;
}

/** The files of results at other thresholds: one GeoPackage each, beside the result as it came. */
export class Versions {
  constructor(
    private readonly store: VersionStore,
    private readonly results: ResultKeeper,
    private readonly folder: string,
  ) {}

  /** The GeoPackage in use. */
  file(processingId: string): string {
    return resultPath(this.folder, processingId, this.store.current(processingId)?.number ?? 0);
  }

  /** Known once its file is whole. */
  async keep(record: ProcessingRecord, { threshold, area, body }: NewVersion): Promise<void> {
    const number = Math.max(0, ...this.store.list(record.id).map((version) => version.number)) + 1;
    const { results, folder } = this;
    const result = await keepVersion(record, { number, threshold, body }, { results, folder });
    const createdAt = new Date().toISOString();
    this.store.add({ processingId: record.id, number, threshold, area, result, createdAt });
  }

  /** Deletes one version with its file; where it was in use the result as it came is. */
  async remove(processingId: string, number: number): Promise<void> {
    this.store.remove(processingId, number);
    await this.#removeFile(processingId, number);
  }

  async forget(processingId: string): Promise<void> {
    const kept = this.store.list(processingId);
    this.store.removeAll(processingId);
    for (const { number } of kept) await this.#removeFile(processingId, number);
  }

  async #removeFile(processingId: string, number: number): Promise<void> {
    const path = resultPath(this.folder, processingId, number);
    await this.results.close(path).catch(() => undefined);
    await rm(path, { force: true });
  }
}
