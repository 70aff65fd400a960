import type { ChunkRecord, ChunkTotals } from '@shared/library/records';

type Counted = Pick<ChunkRecord, 'bytes' | 'state'>;

/** Chunks of one upload, counted anew. */
export function totalsOf(chunks: readonly Counted[]): ChunkTotals {
  return chunks.reduce((totals, chunk) => plus(totals, chunk, 1), noChunks);
}

/** The totals after a chunk has become another: nothing is counted twice, and nothing has to be counted again. */
export function recounted(totals: ChunkTotals, before: Counted, after: Counted): ChunkTotals {
  return before.state === after.state && before.bytes === after.bytes
    ? totals
    : plus(plus(totals, before, -1), after, 1);
}

export const noChunks: ChunkTotals = {
  chunks: 0,
  bytes: 0,
  confirmed: 0,
  bytesConfirmed: 0,
  failed: 0,
  sending: 0,
};

function plus(totals: ChunkTotals, { bytes, state }: Counted, sign: 1 | -1): ChunkTotals {
  const isConfirmed = state === 'confirmed';
  return {
    chunks: totals.chunks + sign,
    bytes: totals.bytes + sign * bytes,
    confirmed: totals.confirmed + (isConfirmed ? sign : 0),
    bytesConfirmed: totals.bytesConfirmed + (isConfirmed ? sign * bytes : 0),
    failed: totals.failed + (state === 'failed' ? sign : 0),
    sending: totals.sending + (state === 'sending' ? sign : 0),
  };
}
