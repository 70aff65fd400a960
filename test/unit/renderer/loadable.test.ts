import { AppError } from '@shared/errors';
import { expect, test } from 'vitest';
import { Loadable } from '../../../renderer/state/loadable.svelte';

test('is pending until it has something to show', async () => {
  const list = new Loadable<number>();
  expect(list.pending).toBe(true);
  const reading = list.load(() => Promise.resolve(7));
  expect(list.phase).toBe('loading');
  await reading;
  expect([list.phase, list.value, list.pending]).toEqual(['ready', 7, false]);
});

test('keeps the old value while it is read anew, and after a failure', async () => {
  const list = new Loadable<number>();
  list.set(1);
  await list.load(() => Promise.reject(new AppError('app.file_missing', { name: 'x' })));
  expect(list.value).toBe(1);
  expect(list.phase).toBe('failed');
  expect(list.error).toEqual({ kind: 'app.file_missing', params: { name: 'x' } });
});

test('of two readings the later one counts, whichever ends first', async () => {
  const list = new Loadable<string>();
  let endFirst = (value: string): void => expect.fail(`nobody waits for ${value}`);
  const first = list.load(() => new Promise<string>((resolve) => (endFirst = resolve)));
  await list.load(() => Promise.resolve('second'));
  endFirst('first');
  await first;
  expect(list.value).toBe('second');
});

test('a value that is set ends the waiting', async () => {
  const list = new Loadable<string>();
  let fail = (): void => expect.fail('nobody waits');
  const reading = list.load(
    () => new Promise<string>((_, reject) => (fail = () => reject(new Error('late')))),
  );
  list.set('told by an event');
  fail();
  await reading;
  expect([list.phase, list.error, list.value]).toEqual(['ready', null, 'told by an event']);
});
