import { expect, test } from 'vitest';
import { takeFlag, takeOption } from '../../../build/commands/arguments.mjs';

test('a flag is taken out wherever it stands', () => {
  expect(takeFlag(['a', '--retry-download', 'b'], '--retry-download')).toEqual([true, ['a', 'b']]);
  expect(takeFlag(['a', 'b'], '--retry-download')).toEqual([false, ['a', 'b']]);
});

test('an option takes its value in both spellings', () => {
  expect(takeOption(['--only', 'unit,e2e', 'x'], '--only')).toEqual(['unit,e2e', ['x']]);
  expect(takeOption(['x', '--only=unit'], '--only')).toEqual(['unit', ['x']]);
  expect(takeOption(['x'], '--only')).toEqual([null, ['x']]);
});

test('an option that is a prefix of another is not taken for it', () => {
  expect(takeOption(['--only-this', 'a'], '--only')).toEqual([null, ['--only-this', 'a']]);
});
