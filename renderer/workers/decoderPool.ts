import type { BlockJob, DecodedBlock } from '@shared/tiff/types';

/** Stored bytes and what is needed to decode them. */
export interface BlockTask {
  readonly bytes: Uint8Array;
  readonly job: BlockJob;
}

/** Web workers that decode blocks. One for the whole window, shared by all layers. */
export interface DecoderPool {
  /** Workers in the pool. */
  readonly size: number;
  /**
   * Decodes blocks in one worker, in order. Waiting tasks whose signal is aborted are dropped; those under way are finished
   * and thrown away. Rejects with the signal's reason or AppError `tiff.*`.
   */
  decode(tasks: readonly BlockTask[], signal?: AbortSignal): Promise<readonly DecodedBlock[]>;
  /** Ends all workers; what is waiting is rejected. */
  close(): void;
}
