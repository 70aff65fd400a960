import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { errorText } from '@shared/i18n';
import type { ApiFailure } from '../../main/mapflow';
import { tinyTiff, type TinyTiff } from './geotiff';
import { allow } from './exchanges/recorder';
import { fileFrom, startTestEngine, token, type TestEngine } from './support';

let it: TestEngine;
let mosaicId: string;

beforeAll(async () => {
  it = await startTestEngine({
    limits: { maxUploadFileSize: 200_000, memoryLimit: 400_000, maxPixelCount: 500 },
  });
});
afterAll(() => it.stop());
beforeEach(async () => {
  mosaicId = (await it.client.mosaics.create({ name: 'm' })).id;
});

async function refusal(promise: Promise<unknown>): Promise<ApiFailure> {
  const failure = await promise.then(
    () => null,
    (error: unknown) => error as ApiFailure,
  );
  expect(failure).not.toBeNull();
  const { title, advice } = errorText(failure!);
  expect(`${title} ${advice}`).not.toMatch(/undefined|\{\w+\}|Something went wrong/);
  return failure!;
}

test.each<[string, Buffer, string, Record<string, unknown>]>([
  ['an empty file', Buffer.alloc(0), 'api.file_open_error', {}],
  ['a text file', Buffer.from('hello, this is no image'), 'api.file_open_error', {}],
  ['a broken TIFF', tinyTiff().subarray(0, 4000), 'api.file_open_error', {}],
  [
    'no coordinate system',
    tinyTiff({ epsg: null }),
    'api.file_check_failed',
    { bad_parameters: 'crs: none' },
  ],
  ['five bands', tinyTiff({ bands: 5 }), 'api.file_check_failed', { bad_parameters: 'count: 5' }],
  ['pixels of 30 m', tinyTiff({ pixel: 30 }), 'api.file_check_failed', {}],
  [
    'too wide',
    tinyTiff({ width: 501, height: 2 }),
    'api.file_check_failed',
    { bad_parameters: 'size: 501 x 2' },
  ],
  ['outside the world', tinyTiff({ origin: [9e7, 9e8] }), 'api.image_out_of_bounds', {}],
  ['too large', tinyTiff({ width: 400, height: 200 }), 'api.file_too_big', {}],
])('an upload of %s is refused with a reason and leaves nothing', async (_name, bytes, kind, params) => {
  const failure = await refusal(it.client.images.upload(mosaicId, fileFrom(bytes)));
  expect(failure).toMatchObject({ kind, params, ambiguous: false });
  expect(await it.client.images.list(mosaicId)).toEqual([]);
  expect(await readdir(join(it.folder, 'incoming'))).toEqual([]);
});

test.each<[string, TinyTiff, string]>([
  ['another coordinate system', { epsg: 32634 }, 'crs'],
  ['another number of bands', { bands: 1 }, 'count'],
  ['another resolution', { pixel: 0.6 }, 'pixel_size'],
])('an image with %s does not fit the mosaic', async (_name, options, param_name) => {
  await it.client.images.upload(mosaicId, fileFrom(tinyTiff()));
  const failure = await refusal(it.client.images.upload(mosaicId, fileFrom(tinyTiff(options), 'b.tif')));
  expect(failure).toMatchObject({
    kind: 'api.file_validation_failed',
    params: { param_name, filename: 'b.tif' },
  });
  expect(await it.client.images.list(mosaicId)).toHaveLength(1);
});

test('what does not fit the storage any more is refused', async () => {
  const big = { width: 300, height: 200 };
  await it.client.images.upload(mosaicId, fileFrom(tinyTiff(big)));
  await it.client.images.upload(mosaicId, fileFrom(tinyTiff(big)));
  const failure = await refusal(it.client.images.upload(mosaicId, fileFrom(tinyTiff(big))));
  expect(failure.kind).toBe('api.memory_limit_exceeded');
  await it.client.mosaics.delete(mosaicId);
});

test('a bad file leaves no empty mosaic behind', async () => {
  const before = await it.client.mosaics.list();
  await refusal(it.client.images.createMosaicAndUpload({ name: 'new' }, fileFrom(Buffer.from('x'))));
  expect(await it.client.mosaics.list()).toHaveLength(before.length);
});

test('an upload to a mosaic that does not exist says so', async () => {
  const failure = await refusal(it.client.images.upload('nobody', fileFrom(tinyTiff())));
  expect(failure).toMatchObject({
    kind: 'api.item_not_found',
    params: { instance_type: 'mosaic', uid: 'nobody' },
  });
});

interface RawAnswer {
  readonly status: number;
  readonly body: string;
}

function raw(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: Buffer | string,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const call = request(
      { host: '127.0.0.1', port: it.engine.port, method, path: `/rest${path}`, headers },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() }),
        );
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

const bearer = { authorization: `Bearer ${token}` };

test.each<[string, Record<string, string>, number]>([
  ['no token', {}, 401],
  ['a wrong token', { authorization: 'Bearer nearly-the-token' }, 401],
  ['a token under another scheme', { authorization: `Digest ${token}` }, 401],
  ['a longer token', { authorization: `Bearer ${token}x` }, 401],
  ['the host of somebody else', { ...bearer, host: 'evil.example:80' }, 403],
  ['a host that only begins well', { ...bearer, host: '127.0.0.1.evil.example' }, 403],
  ['a page of another origin', { ...bearer, origin: 'https://evil.example' }, 403],
  ['a page without an origin', { ...bearer, origin: 'null' }, 403],
  ['a browser’s request across sites', { ...bearer, 'sec-fetch-site': 'cross-site' }, 403],
])('a request with %s is refused', async (_name, headers, status) => {
  const answer = await raw('GET', '/user/status', headers);
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.body)).toMatchObject({ code: status === 401 ? 'UNAUTHORIZED' : 'FORBIDDEN' });
});

test.each<[string, string]>([
  ['Bearer', `Bearer ${token}`],
  ['Basic with the token as it is', `Basic ${token}`],
  ['Basic with any user', `Basic ${Buffer.from(`me@x:${token}`).toString('base64')}`],
  ['bearer in small letters', `bearer ${token}`],
])('%s is let in', async (_name, authorization) => {
  expect((await raw('GET', '/rasters/memory', { authorization })).status).toBe(200);
});

test.each([
  '..%2f..%2fengine.sqlite',
  '%2e%2e',
  '....//',
  'x%00y',
  "'; DROP TABLE images; --",
  'a'.repeat(5000),
])('an id like %s names nothing', async (id) => {
  // Slashes in an id lead to paths that nobody knows.
  allow({ paths: true });
  for (const path of [
    `/rasters/image/${encodeURI(id)}`,
    `/rasters/image/${encodeURI(id)}/preview/s`,
    `/processings/${encodeURI(id)}/result`,
  ]) {
    const answer = await raw('GET', path, bearer);
    expect(answer.status, path).toBe(404);
    expect(JSON.parse(answer.body)).toBeTypeOf('object');
  }
  expect(await it.client.mosaics.list()).not.toEqual([]);
});

test('a form that breaks off, has no file or is no form is refused with a reason', async () => {
  const path = `/rasters/mosaic/${mosaicId}/image`;
  const form = { ...bearer, 'content-type': 'multipart/form-data; boundary=b' };
  const answers = [
    await raw(
      'POST',
      path,
      form,
      '--b\r\nContent-Disposition: form-data; name="file"; filename="a.tif"\r\n\r\nhalf',
    ),
    await raw(
      'POST',
      path,
      form,
      '--b\r\nContent-Disposition: form-data; name="word"\r\n\r\nhello\r\n--b--\r\n',
    ),
    await raw('POST', path, form, ''),
    await raw('POST', path, { ...bearer, 'content-type': 'application/json' }, '{}'),
  ];
  for (const { status, body } of answers) {
    expect(status).toBe(422);
    expect(JSON.parse(body)).toMatchObject({ detail: [{ loc: ['body', 'file'] }] });
  }
  expect(await readdir(join(it.folder, 'incoming'))).toEqual([]);
});

test('bodies that are not what they should be are answered in the service’s shapes', async () => {
  allow({ paths: true });
  const headers = { ...bearer, 'content-type': 'application/json' };
  expect(await raw('POST', '/projects', headers, '{"name": 5')).toMatchObject({ status: 400 });
  const project = await raw('POST', '/projects', headers, '{"name": ""}');
  expect(JSON.parse(project.body)).toMatchObject({ code: 'BAD_REQUEST', params: null });
  const mosaic = await raw('POST', '/rasters/mosaic', headers, '{"tags": "x"}');
  expect(mosaic.status).toBe(422);
  expect(JSON.parse(mosaic.body)).toMatchObject({
    detail: expect.arrayContaining([expect.objectContaining({ loc: ['body', 'name'] })]),
  });
  expect((await raw('PATCH', '/projects', headers, '{}')).status).toBe(404);
});
