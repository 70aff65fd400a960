import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCodes, kindOfCode, snakeCase } from '@shared/api/errorCodes';

const messages = JSON.parse(
  readFileSync(new URL('../../../shared/i18n/messages/en/api.json', import.meta.url), 'utf8'),
) as Record<string, string>;
const placeholders = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');

test.each(errorCodes.map((entry) => [entry.code, entry] as const))(
  '%s has a sentence and an advice that use its own parameters',
  (_code, entry) => {
    const key = `error_${kindOfCode(entry).replaceAll('.', '_')}`;
    const sentence = messages[key] ?? '';
    const advice = messages[`${key}_advice`] ?? '';
    expect(sentence.length, key).toBeGreaterThan(10);
    expect(advice.length, `${key}_advice`).toBeGreaterThan(10);
    const known = Object.keys(entry.params).map(snakeCase);
    for (const placeholder of placeholders(sentence + advice)) expect(known).toContain(placeholder);
  },
);

test('the catalogue holds the codes of the live service once each', () => {
  expect(errorCodes.length).toBeGreaterThanOrEqual(63);
  expect(new Set(errorCodes.map(kindOfCode)).size).toBe(errorCodes.length);
});
