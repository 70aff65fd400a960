import { silentLog } from '@shared/log';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { remotePace, Watch } from '../../../main/processings';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watching(state: { online: boolean; busy: boolean }) {
  let looks = 0;
  const watch = new Watch({
    accounts: () => ['a'],
    paceOf: () => remotePace,
    isBusy: () => state.busy,
    mayReach: () => state.online,
    refresh: () => {
      looks++;
      return Promise.resolve();
    },
    log: silentLog,
  });
  return { watch, looks: () => looks };
}

test('a server is looked at every 30 s while something runs there, and every 60 s otherwise', async () => {
  const state = { online: true, busy: true };
  const { watch, looks } = watching(state);
  await watch.now();
  await vi.advanceTimersByTimeAsync(90_500);
  expect(looks()).toBe(4);
  state.busy = false;
  await vi.advanceTimersByTimeAsync(30_000); // the look that was planned while busy
  const before = looks();
  await vi.advanceTimersByTimeAsync(120_500);
  expect(looks() - before).toBe(2);
  await watch.close();
});

test('nothing is asked without a network; asking goes on by itself when there is one', async () => {
  const state = { online: true, busy: true };
  const { watch, looks } = watching(state);
  await watch.now();
  state.online = false;
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(looks()).toBe(1);
  state.online = true;
  await vi.advanceTimersByTimeAsync(30_500);
  expect(looks()).toBe(2);
  await watch.close();
});
