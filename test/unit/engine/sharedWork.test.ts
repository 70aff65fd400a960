import { expect, test } from 'vitest';
import { SharedWork } from '../../../main/engine/processing/sharedWork';

/** Work that ends when told, or when it is stopped. */
function workplace() {
  const begun: { stop: AbortSignal; end: () => void }[] = [];
  const begin = (stop: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      begun.push({ stop, end: resolve });
      stop.addEventListener('abort', () => reject(new Error('stopped')));
    });
  return { begun, begin };
}

test('what two ask for is done once', async () => {
  const { begun, begin } = workplace();
  const shared = new SharedWork();
  const both = [shared.join('a', undefined, begin), shared.join('a', undefined, begin)];
  await expect.poll(() => begun.length).toBe(1);
  begun[0]!.end();
  await Promise.all(both);
  expect(begun).toHaveLength(1);
});

test('it goes on while somebody waits, and is given up when the last one leaves', async () => {
  const { begun, begin } = workplace();
  const shared = new SharedWork();
  const [first, second] = [new AbortController(), new AbortController()];
  const left = shared.join('a', first.signal, begin);
  const stays = shared.join('a', second.signal, begin);
  await expect.poll(() => begun.length).toBe(1);
  first.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  expect(begun[0]!.stop.aborted).toBe(false);
  second.abort(new Error('left too'));
  await expect(stays).rejects.toThrow('left too');
  expect(begun[0]!.stop.aborted).toBe(true);
});

test('what was given up is begun anew, once the first has let go', async () => {
  let letGo = (): void => undefined;
  let running = 0;
  let most = 0;
  let begun = 0;
  const begin = async (): Promise<void> => {
    begun += 1;
    running += 1;
    most = Math.max(most, running);
    await new Promise<void>((resolve) => (letGo = resolve));
    running -= 1;
  };
  const shared = new SharedWork();
  const leaving = new AbortController();
  const first = shared.join('a', leaving.signal, begin);
  await expect.poll(() => begun).toBe(1);
  leaving.abort(new Error('left'));
  await expect(first).rejects.toThrow('left');
  const second = shared.join('a', undefined, begin);
  letGo();
  await expect.poll(() => begun).toBe(2);
  letGo();
  await second;
  expect(most).toBe(1);
});

test('a failure reaches everybody who waits, and the next one tries again', async () => {
  const shared = new SharedWork();
  const fail = (): Promise<void> => Promise.reject(new Error('broken'));
  const both = [shared.join('a', undefined, fail), shared.join('a', undefined, fail)];
  expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await shared.join('a', undefined, () => Promise.resolve());
});
