import { Agent, request } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { endpoints, type Endpoint } from '@shared/api';
import { allow } from './exchanges/recorder';
import { fileFrom, startTestEngine, token, type TestEngine } from './support';
import { tinyTiff } from './geotiff';

const bodies = 10_000;
const atOnce = 32;

let it: TestEngine;
let ids: readonly string[];
const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
const complaints: string[] = [];

beforeAll(async () => {
  it = await startTestEngine({
    log: {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (message, data) => complaints.push(`${message} ${JSON.stringify(data)}`),
    },
    limits: { credits: Number.MAX_SAFE_INTEGER },
  });
  const project = await it.client.projects.create({ name: 'p' });
  const { imageId, mosaicId } = await it.client.images.createMosaicAndUpload(
    { name: 'm' },
    fileFrom(tinyTiff()),
  );
  ids = [project.id, imageId ?? '', mosaicId ?? '', 'nobody', '..', ''];
});
afterAll(async () => {
  agent.destroy();
  await it.stop();
});

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

function send({ method, path, type, body }: Sent): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': type,
      'content-length': Buffer.byteLength(body),
    };
    const call = request(
      { agent, host: '127.0.0.1', port: it.engine.port, method, path, headers },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        response.on('error', reject);
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

/** A body that is nearly right: the right names, values of any kind. */
function nearly(names: readonly string[]): fc.Arbitrary<string> {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom(null, -1, 1e308, '', '🌲 Forest', 'NaN', [], {}, { type: 'Polygon', coordinates: [] }),
    fc.record({
      type: fc.constantFrom('Polygon', 'MultiPolygon', 'Point'),
      coordinates: fc.array(
        fc.array(fc.array(fc.oneof(fc.double(), fc.constant(null)), { maxLength: 3 }), { maxLength: 6 }),
        { maxLength: 2 },
      ),
    }),
    fc.record({
      sourceParams: fc.record(
        { myImagery: fc.jsonValue(), userDefined: fc.jsonValue() },
        { requiredKeys: [] },
      ),
    }),
  );
  const object = fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string({ maxLength: 8 })), value, {
    maxKeys: 8,
  });
  return fc.oneof(
    { weight: 6, arbitrary: object.map((body) => JSON.stringify(body)) },
    { weight: 1, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string() },
    { weight: 1, arbitrary: object.map((body) => JSON.stringify(body).slice(0, -3)) },
  );
}

const fields = [
  'name',
  'description',
  'projectId',
  'wdId',
  'wdName',
  'geometry',
  'areaSqKm',
  'params',
  'blocks',
  'meta',
  'tags',
  'url',
  'aoi',
  'limit',
  'offset',
  'sortBy',
  'sortOrder',
  'page',
  'perPage',
  'sort',
  'filter',
  'rating',
  'feedback',
  'comment',
  'features',
  'maxCloudCover',
  'dataProviders',
  'productTypes',
  '__proto__',
  'constructor',
];

test(`${String(bodies)} bodies of every kind never end in a silent failure`, async () => {
  allow({ paths: true, requests: true });
  const table: readonly Endpoint[] = Object.values(endpoints);
  const accepting = table.filter(({ method }) => method === 'POST' || method === 'PUT');
  const one: fc.Arbitrary<Sent> = fc
    .tuple(fc.constantFrom(...accepting), fc.nat(5), nearly(fields), fc.webQueryParameters())
    .map(([endpoint, pick, body, query]) => ({
      method: endpoint.method,
      path: `/rest${endpoint.path.replace(/\{\w+\}/g, () => encodeURIComponent(ids[pick] ?? ''))}?${query}`,
      type: endpoint.bodyType === 'multipart' ? 'multipart/form-data; boundary=x' : 'application/json',
      body,
    }));
  const sample = fc.sample(one, { numRuns: bodies, seed: 20_261 });
  const statuses = new Map<number, number>();
  const lane = async (): Promise<void> => {
    for (let sent = sample.pop(); sent; sent = sample.pop()) {
      const { status, text } = await send(sent);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      // Every answer that is no success says why, as JSON.
      if (status >= 400) expect(JSON.parse(text), `${sent.method} ${sent.path}`).toBeTypeOf('object');
      expect(status, `${sent.method} ${sent.path} ${sent.body} ${complaints.join(' ')}`).not.toBe(500);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  expect(statuses.get(400)).toBeGreaterThan(1000);
  expect(complaints).toEqual([]);
  expect(await it.client.user.status()).toMatchObject({ billingType: 'CREDITS' });
}, 120_000);
