import { silentLog } from '@shared/log';
import type { ChunkRecord } from '@shared/library/records';
import { expect, test } from 'vitest';
import { ChunkStates } from '../../../main/uploads/chunkStates';
import { LateChecksums } from '../../../main/uploads/lateChecksums';
import type { UploadSource } from '../../../main/uploads/ports';

const never = new AbortController().signal;

/** Three chunks, of which the last one's checksum is known; `held` keeps whoever computes from ending. */
function setUp(held: Promise<void> = Promise.resolve()) {
  const records = ['a', 'b', 'c'].map((name, index) => ({
    uploadId: 'u',
    index,
    name,
    bytes: 1,
    state: 'confirmed',
    sha1: name === 'c' ? 'known' : null,
  })) as unknown as ChunkRecord[];
  const ledger = { updateChunk: () => Promise.resolve() };
  const chunks = new ChunkStates(ledger, records, () => undefined);
  const computed: string[] = [];
  const source = {
    async sha1(name: string, signal: AbortSignal) {
      computed.push(name);
      await Promise.race([
        held,
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      ]);
      if (name === 'a') throw new Error('the drive is gone');
      return `sha1 of ${name}`;
    },
  } as UploadSource;
  let busy = false;
  const checksums = new LateChecksums({ chunks, source, log: silentLog, isBusy: () => busy });
  return { checksums, chunks, computed, beBusy: (now: boolean) => void (busy = now) };
}

const sums = (chunks: ChunkStates): (string | null)[] => chunks.all().map(({ sha1 }) => sha1);

test('one that cannot be computed keeps no other from it, and what is known is not computed', async () => {
  const { checksums, chunks, computed } = setUp();
  for (const index of [0, 1, 2]) checksums.add(index);
  await checksums.settled(never);
  expect(sums(chunks)).toEqual([null, 'sha1 of b', 'known']);
  expect(computed).toEqual(['a', 'b']);
});

test('while sending needs all processors they wait: for an easier moment, or for its end', async () => {
  const { checksums, computed, beBusy } = setUp();
  beBusy(true);
  checksums.add(0);
  await new Promise(setImmediate);
  expect(computed).toEqual([]);
  beBusy(false);
  checksums.add(2);
  await new Promise(setImmediate);
  expect(computed).toEqual(['a']);
  beBusy(true);
  checksums.add(1);
  await checksums.settled(never);
  expect(computed).toEqual(['a', 'b']);
});

test('whoever waits is let go when the upload is paused, and what is under way is given up', async () => {
  const { checksums, chunks, computed } = setUp(new Promise(() => undefined));
  for (const index of [1, 0]) checksums.add(index);
  const pause = new AbortController();
  const settled = checksums.settled(pause.signal);
  pause.abort(new Error('paused'));
  await expect(settled).rejects.toThrow('paused');
  await checksums.stop();
  expect(computed).toEqual(['b']);
  expect(sums(chunks)).toEqual([null, null, 'known']);
});
