import { AppError } from '@shared/errors';
import { expect, test } from 'vitest';
import { Problems } from '../../../renderer/state/problems.svelte';
import { FakeApi } from './fakeApi';

const missing = new AppError('app.file_missing', { name: 'a.tif' }, { details: 'ENOENT' });

test('an error becomes a sentence, what to do, and its technical side', () => {
  const problems = new Problems(new FakeApi());
  problems.report(missing);
  const [notice] = problems.notices;
  expect(notice?.tone).toBe('error');
  expect(notice?.title).toContain('a.tif');
  expect(notice?.advice).not.toBe('');
  expect(notice?.details).toBe('app.file_missing\nENOENT');
});

test('the same failure again is counted, not repeated', () => {
  const problems = new Problems(new FakeApi());
  problems.report(missing);
  problems.report(missing);
  expect(problems.notices.map((notice) => notice.count)).toEqual([2]);
});

test('the name of the file is put before a sentence that lacks it, and only then', () => {
  const problems = new Problems(new FakeApi());
  problems.report(missing, 'a.tif');
  problems.report(new AppError('app.shutting_down'), 'b.tif');
  expect(problems.notices[0]?.title.match(/a\.tif/g)).toHaveLength(1);
  expect(problems.notices[1]?.title).toMatch(/^b\.tif: /);
});

test('at most four stand at once, the newest ones', () => {
  const problems = new Problems(new FakeApi());
  for (const name of ['1', '2', '3', '4', '5']) problems.report(new AppError('app.file_missing', { name }));
  expect(problems.notices).toHaveLength(4);
  expect(problems.notices[0]?.title).toContain('2');
});

test('hears what belongs to no call', () => {
  const api = new FakeApi();
  const problems = new Problems(api);
  api.emit('app.problem', { kind: 'app.shutting_down', params: {} });
  expect(problems.notices).toHaveLength(1);
  problems.dismiss(problems.notices[0]?.id ?? -1);
  expect(problems.notices).toEqual([]);
});

test('an attempt says whether it went well', async () => {
  const problems = new Problems(new FakeApi());
  expect(await problems.attempt(() => Promise.resolve())).toBe(true);
  expect(await problems.attempt(() => Promise.reject(missing))).toBe(false);
  expect(problems.notices).toHaveLength(1);
});

test('many broken parts of one image are one notice', () => {
  const problems = new Problems(new FakeApi());
  for (const name of ['part 1', 'part 2'])
    problems.report(new AppError('app.file_missing', { name }), 'a.tif');
  problems.report(new AppError('app.file_missing', { name: 'part 3' }), 'b.tif');
  expect(problems.notices.map((notice) => notice.count)).toEqual([2, 1]);
});
