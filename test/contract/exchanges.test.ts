import { expect, test } from 'vitest';
import { problemsOf, type Liberty } from './exchanges/recorder';
import type { Exchange } from './exchanges/checker';

/** A sound exchange, for the tests to break. */
const sound: Exchange = {
  method: 'POST',
  target: '/projects',
  requestType: 'application/json',
  requestBody: '{"name":"Urban Analysis 2026"}',
  status: 200,
  responseType: 'application/json; charset=UTF-8',
  responseBody: '{"id":"546d148f","name":"Urban Analysis 2026"}',
};
const refusal = '{"code":"BAD_REQUEST","message":"no","params":null}';

const judged = (change: Partial<Exchange>, allowed: Liberty = {}): string =>
  problemsOf({ ...sound, ...change }, allowed).join('; ');

test('an exchange as the document has it is sound', () => {
  expect(judged({})).toBe('');
  expect(judged({ requestBody: '{"name":5}', status: 400, responseBody: refusal })).toBe('');
});

test.each<[string, Partial<Exchange>, string]>([
  ['a path', { target: '/projectiles' }, 'no such operation'],
  ['a method', { method: 'PUT' }, 'no such operation'],
  ['a query parameter', { target: '/projects?colour=red' }, 'unknown colour'],
  ['a field of the body', { requestBody: '{"name":"x","colour":"red"}' }, 'colour'],
  ['a value of the body', { requestBody: '{"name":5}' }, 'body/name'],
  ['a body that is no JSON', { requestBody: '{' }, 'no JSON'],
  ['the type of the body', { requestType: 'text/plain' }, 'type text/plain'],
  ['a status', { status: 201 }, 'the status 201'],
  ['the type of the answer', { responseType: 'text/html' }, 'type text/html'],
  ['a missing field of the answer', { responseBody: '{"name":"x"}' }, 'id'],
  ['an answer that is no JSON', { responseBody: 'yes' }, 'no JSON'],
  ['an error without its body', { status: 404, responseBody: '{"oops":1}' }, 'response'],
])('%s that the document does not know is told', (_what, change, problem) => {
  expect(judged(change)).toContain(problem);
});

test('parameters of a path are held against their schemas', () => {
  const tile: Partial<Exchange> = {
    method: 'GET',
    requestType: null,
    requestBody: null,
    responseType: 'image/png',
    responseBody: null,
  };
  const layer = '/layers/mosaics/a/tiles';
  expect(judged({ ...tile, target: `${layer}/1/2/3.png` })).toBe('');
  expect(judged({ ...tile, target: `${layer}/one/2/3.png` })).toContain('z');
  expect(judged({ ...tile, target: `${layer}/1/2/3.png`, status: 204, responseType: null })).toBe('');
  expect(judged({ ...tile, target: `${layer}/1/2/3.png`, status: 206 })).toContain('206');
});

test('what a test may send on purpose is answered as the document says all the same', () => {
  const odd = { requestBody: '{"name":"x","colour":"red"}' };
  expect(judged(odd, { requests: true })).toBe('');
  expect(judged({ ...odd, responseBody: '{}' }, { requests: true })).toContain('id');
  const unknown = { target: '/projectiles', status: 404, responseBody: refusal };
  expect(judged(unknown, { paths: true })).toBe('');
  expect(judged({ ...unknown, responseBody: 'no' }, { paths: true })).toContain('without an error body');
  expect(judged({ ...unknown, status: 200 }, { paths: true })).toContain('no such operation');
});
