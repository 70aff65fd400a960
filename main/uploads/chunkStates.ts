import type { ChunkRecord } from '@shared/library/records';
import type { ChunkChange, Ledger } from './ports';

/** The chunks of one upload in memory, changed only together with the ledger, and the ledger first. */
export class ChunkStates {
  readonly #ledger: Pick<Ledger, 'updateChunk'>;
  readonly #onChange: (chunk: ChunkRecord) => void;
  #chunks: ChunkRecord[];

  constructor(
    ledger: Pick<Ledger, 'updateChunk'>,
    chunks: readonly ChunkRecord[],
    onChange: (chunk: ChunkRecord) => void,
  ) {
    this.#ledger = ledger;
    this.#chunks = [...chunks];
    this.#onChange = onChange;
  }

  all(): readonly ChunkRecord[] {
    return this.#chunks;
  }

  at(index: number): ChunkRecord {
    const chunk = this.#chunks[index];
    if (!chunk) throw new Error(`there is no chunk ${index}`);
    return chunk;
  }

  /** On disk, and then here, once the promise is kept. Changes of one chunk are made one after another. */
  async change(index: number, change: ChunkChange): Promise<ChunkRecord> {
    const before = this.at(index);
    await this.#ledger.updateChunk(before.uploadId, index, change);
    const after = { ...this.at(index), ...change, changedAt: new Date().toISOString() };
    this.#chunks[index] = after;
    this.#onChange(after);
    return after;
  }
}
