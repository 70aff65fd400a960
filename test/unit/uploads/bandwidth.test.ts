import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Bandwidth, limitAt, noLimits, type BandwidthLimits } from '../../../main/uploads/bandwidth';
import { BandwidthSettings } from '../../../main/uploads/bandwidthSettings';

const never = new AbortController().signal;
const at = (hours: number, minutes = 0): Date => new Date(2026, 5, 1, hours, minutes);

/** Sends through a bucket whose clock runs only in its pauses. */
async function send(
  limits: () => BandwidthLimits,
  pieces: readonly number[],
  lanes = 1,
): Promise<{ readonly ms: number; readonly bytes: number; readonly portions: readonly number[] }> {
  let now = 0;
  const bandwidth = new Bandwidth({
    limits,
    now: () => now,
    pause: (ms) => {
      now += ms;
      return Promise.resolve();
    },
  });
  const portions: number[] = [];
  const lane = async (): Promise<void> => {
    for (const length of pieces) {
      for (let left = length; left > 0;) {
        const part = await bandwidth.take(left, never);
        portions.push(part);
        left -= part;
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { ms: now, bytes: portions.reduce((sum, length) => sum + length, 0), portions };
}

test('bytes flow at the limit, however they come and however many send', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 50_000, max: 5_000_000 }),
      fc.array(fc.integer({ min: 1, max: 1_048_576 }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 4 }),
      async (limit, pieces, lanes) => {
        const { ms, bytes } = await send(() => ({ limit, night: null }), pieces, lanes);
        expect(bytes).toBe(lanes * pieces.reduce((sum, length) => sum + length, 0));
        // A quarter of a second may be saved up; one portion for each lane may be sent ahead.
        const ahead = limit / 4 + lanes * 32 * 1024;
        expect(bytes).toBeLessThanOrEqual((limit * ms) / 1000 + ahead);
        // Nor is it slower than asked for.
        expect((limit * ms) / 1000).toBeLessThanOrEqual(bytes + limit * 0.01 + 1_000 * lanes);
      },
    ),
  );
});

test('without a limit a piece goes as it is', async () => {
  expect(await send(() => noLimits, [1_048_576])).toEqual({ ms: 0, bytes: 1_048_576, portions: [1_048_576] });
});

test('a limit that is lifted meanwhile lets the rest go', async () => {
  let asked = 0;
  const { ms, bytes } = await send(() => (asked++ < 40 ? { limit: 10_000, night: null } : noLimits), [4e6]);
  expect(bytes).toBe(4e6);
  expect(ms).toBeLessThan(60_000);
});

test('who gives up does not wait', async () => {
  const abort = new AbortController();
  const bandwidth = new Bandwidth({
    limits: () => ({ limit: 1_000, night: null }),
    now: () => 0,
    pause: (_, signal) => (signal.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve()),
  });
  abort.abort(new Error('gone'));
  const taking = bandwidth.take(10, abort.signal);
  await expect(taking).rejects.toThrow('gone');
});

test('the night has its own limit, also over midnight', () => {
  const limits: BandwidthLimits = { limit: 100, night: { from: 22 * 60, to: 6 * 60, limit: null } };
  expect([21, 22, 23, 0, 5, 6, 12].map((hour) => limitAt(limits, at(hour)))).toEqual([
    100,
    null,
    null,
    null,
    null,
    100,
    100,
  ]);
  const early: BandwidthLimits = { limit: null, night: { from: 60, to: 5 * 60, limit: 7 } };
  expect([0, 1, 4, 5].map((hour) => limitAt(early, at(hour)))).toEqual([null, 7, 7, null]);
  expect(limitAt({ limit: 5, night: null }, at(3))).toBe(5);
});

test('limits are kept, and nonsense is none', () => {
  const kept = new Map<string, unknown>();
  const store = {
    get: (key: string) => kept.get(key) ?? null,
    set: (key: string, value: unknown) => void kept.set(key, value),
  };
  const limits: BandwidthLimits = { limit: 250_000, night: { from: 0, to: 300, limit: null } };
  new BandwidthSettings(store).set(limits);
  expect(new BandwidthSettings(store).get()).toEqual(limits);
  for (const key of kept.keys()) kept.set(key, { limit: -3 });
  expect(new BandwidthSettings(store).get()).toEqual(noLimits);
});
