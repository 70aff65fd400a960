import { expect, test } from 'vitest';
import { builtInBaseMaps, templateProblem, tileAddress } from '@shared/baseMaps';

test.each([
  ['https://tiles.example.org/{z}/{x}/{y}.png', null],
  ['http://127.0.0.1:8080/{z}/{x}/{-y}.jpg?key=a', null],
  ['https://{s}.example.org/{z}/{x}/{y}', null],
  ['tiles.example.org/{z}/{x}/{y}', 'not_an_address'],
  ['https://tiles.example.org/{z}/{x}/{y}/{style}', 'not_an_address'],
  ['https://tiles.example.org/', 'no_place'],
  ['ftp://tiles.example.org/{z}/{x}/{y}', 'not_http'],
  ['file:///tiles/{z}/{x}/{y}', 'not_an_address'],
  ['', 'not_an_address'],
])('%s: %s', (template, problem) => {
  expect(templateProblem(template)).toBe(problem);
});

test('rows can count from the south, and servers take turns', () => {
  expect(tileAddress('https://{s}.t/{z}/{x}/{-y}{r}', 3, 1, 2)).toBe('https://a.t/3/1/5');
  expect(tileAddress('https://{s}.t/{z}/{x}/{y}', 3, 2, 2)).toBe('https://b.t/3/2/2');
});

test('what the program brings can work', () => {
  expect(builtInBaseMaps.map(({ url }) => templateProblem(url))).toEqual(builtInBaseMaps.map(() => null));
});
