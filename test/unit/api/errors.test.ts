import { expect, test } from 'vitest';
import { errorOfCode, errorOfResponse, errorCodes } from '@shared/api';
import { errorText } from '@shared/i18n';

const text = (status: number, body: unknown): string =>
  errorText(errorOfResponse(status, typeof body === 'string' ? body : JSON.stringify(body))).title;

test.each<[string, number, unknown, string]>([
  [
    'the processing API’s shape, areas in people’s units',
    400,
    {
      code: 'TOO_LARGE_PROCESSING',
      message: 'Processings larger than 2500000 sq.m. are prohibited.',
      params: { area: '48669864', aoiAreaLimit: '2500000' },
    },
    'api.too_large_processing',
  ],
  [
    'a general code whose message has a meaning of its own',
    400,
    { code: 'BAD_REQUEST', message: 'You don’t have enough limit, please contact admin!', params: null },
    'api.template_limit_reached',
  ],
  ['a bad request', 400, { code: 'BAD_REQUEST', message: 'name: too short' }, 'api.bad_request'],
  [
    'the data catalogue’s shape',
    404,
    { detail: { code: 'ItemNotFound', parameters: { instance_type: 'mosaic', uid: 'u' } } },
    'api.item_not_found',
  ],
  [
    'an older form with a prefix',
    413,
    {
      detail: { code: 'data-catalog.FileTooBig', parameters: { max_file_size: 1e9, actual_file_size: 2e9 } },
    },
    'api.file_too_big',
  ],
  ['a domain error', 409, { message: 'the mosaic is busy' }, 'api.conflict'],
  ['FastAPI’s list', 422, { detail: [{ loc: ['query', 'name'], msg: 'field required' }] }, 'api.bad_request'],
  ['a plain detail', 404, { detail: 'Not Found' }, 'api.not_found'],
  ['plain text', 503, 'upstream down', 'api.unavailable'],
  ['a page', 502, '<html><head><title>502 Bad Gateway</title></head></html>', 'api.unavailable'],
  ['nothing', 500, '', 'api.server_error'],
  [
    'a provider that the plan lacks',
    403,
    'You have no access to data provider X',
    'api.provider_not_in_plan',
  ],
  ['a token that is not valid', 401, { code: 'whatever' }, 'api.unauthorized'],
  ['a code that nobody knows', 400, { code: 'brand.NewThing', message: 'hm' }, 'api.unknown_code'],
  [
    'another case of a known code',
    400,
    { code: 'dataloader.InternalError' },
    'api.dataloader_internal_error',
  ],
])('%s', (_name, status, body, kind) => {
  const error = errorOfResponse(status, typeof body === 'string' ? body : JSON.stringify(body));
  expect(error.kind).toBe(kind);
  const { title, advice } = errorText(error);
  expect(title).not.toMatch(/undefined|\{|Something went wrong/);
  expect(advice.length).toBeGreaterThan(5);
});

test('values are written for people', () => {
  expect(
    text(400, { code: 'TOO_LARGE_PROCESSING', params: { area: '48669864', aoiAreaLimit: '2500000' } }),
  ).toBe('The area is 48.7 km²; one processing may cover 2.5 km².');
  expect(
    text(413, {
      detail: { code: 'FileTooBig', parameters: { max_file_size: 1e9, actual_file_size: 2.5e9 } },
    }),
  ).toBe('The file has 2.5 GB; the server accepts 1 GB.');
});

test('the server’s own words go into the details, and nowhere else', () => {
  const error = errorOfResponse(500, JSON.stringify({ code: null, message: 'NullPointerException at Foo' }));
  expect(error.details).toContain('NullPointerException');
  expect(errorText(error).title).not.toContain('NullPointerException');
});

test.each(errorCodes.map(({ code }) => code))('%s without its parameters is still a sentence', (code) => {
  const { title, advice } = errorText(errorOfCode(code, {}));
  expect(`${title} ${advice}`).not.toMatch(/undefined|\{\w+\}|Something went wrong/);
});

test('a failed processing says why', () => {
  const error = errorOfCode('source-validator.PixelSizeTooHigh', {
    max_res: '1.2',
    level: 'error',
    actual_res: '5.620983603290215',
  });
  expect(errorText(error).title).toBe(
    'The imagery is too coarse: a pixel is 5.62 m, the model needs at most 1.2 m.',
  );
});

test('an internal error of a step that is not in the list is one of the service', () => {
  expect(errorOfCode('tile-baker.InternalError', {}).kind).toBe('api.service_internal');
});
