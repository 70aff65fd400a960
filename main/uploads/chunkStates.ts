import type { ChunkRecord, ChunkTotals } from '@shared/library/records';
import type { ChunkChange, Ledger } from './ports';
import { recounted, totalsOf } from './totals';

/** The chunks of one upload in memory, changed only together with the ledger, and the ledger first. */
export class ChunkStates {
  readonly #ledger: Pick<Ledger, 'updateChunk'>;
  readonly #onChange: (chunk: ChunkRecord) => void;
  #chunks: ChunkRecord[];
  #totals: ChunkTotals;

  constructor(
    ledger: Pick<Ledger, 'updateChunk'>,
    chunks: readonly ChunkRecord[],
    onChange: (chunk: ChunkRecord) => void,
  ) {
    this.#ledger = ledger;
    this.#chunks = [...chunks];
    this.#totals = totalsOf(chunks);
    this.#onChange = onChange;
  }

  all(): readonly ChunkRecord[] {
    return this.#chunks;
  }

  totals(): ChunkTotals {
    return this.#totals;
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
    const last = this.at(index);
    const after = { ...last, ...change, changedAt: new Date().toISOString() };
    this.#totals = recounted(this.#totals, last, after);
    this.#chunks[index] = after;
    this.#onChange(after);
    return after;
  }
}
