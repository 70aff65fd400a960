import type { ChunkEnd, Pass } from './ports';

/** bytes that are asked for at once */
const least = 1024 * 1024;
const most = 16 * 1024 * 1024;
/** ms that an allowance should last: as long as a changed limit may go unnoticed, and the rate that is shown lags */
const lasting = 100;

/**
 * Asks for more than the piece at hand where bytes leave fast, so that not every piece waits for the answer of another thread.
 * Never asks for more than the chunk of `size` bytes has left.
 */
export function allowance(ask: Pass, size: number, now: () => number = () => performance.now()): Pass {
  /** bytes that may leave without asking */
  let credit = 0;
  let untold = size;
  let wanted = least;
  let askedAt = -Infinity;
  const request = async (bytes: number, end: ChunkEnd | null): Promise<void> => {
    const allowed = await ask(bytes, end);
    untold -= allowed;
    credit += allowed;
  };
  return async (bytes, end) => {
    if (end) await request(Math.max(0, bytes - credit), end);
    while (credit === 0) {
      const fast = now() - askedAt < lasting;
      wanted = fast ? Math.min(most, wanted * 2) : Math.max(least, wanted / 2);
      askedAt = now();
      await request(Math.max(bytes, Math.min(wanted, untold)), null);
    }
    const allowed = Math.min(bytes, credit);
    credit -= allowed;
    return allowed;
  };
}
