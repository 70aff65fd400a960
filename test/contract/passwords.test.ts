import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isTerminal, type Geometry, type Processing } from '@shared/api';
import { encodeJpeg } from '../../main/engine/nodeParts';
import { silentLog, type Log } from '@shared/log';
import { startTestEngine, until, type TestEngine } from './support';

const password = 'hunter2-and-more';
const geometry: Geometry = {
  type: 'Polygon',
  coordinates: [
    [
      [14.4, 49],
      [14.4005, 49],
      [14.4005, 49.0004],
      [14.4, 49.0004],
      [14.4, 49],
    ],
  ],
};

let server: Server;
let folder: string;
let patient = true;
const asked: (string | undefined)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passwords-'));
  const rgb = new Uint8Array(256 * 256 * 3).map((_, i) => (i * 7919) % 251);
  const jpeg = await encodeJpeg(rgb, 256, 256);
  server = createServer((request, response) => {
    asked.push(request.headers.authorization);
    // The first engine never gets an answer: it is gone before.
    if (patient) return;
    response.writeHead(200, { 'content-type': 'image/jpeg' }).end(jpeg);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await rm(folder, { recursive: true, force: true });
});

const words: string[] = [];
const keep = (message: string, data?: unknown): void => void words.push(`${message} ${JSON.stringify(data)}`);
const log: Log = { ...silentLog, debug: keep, info: keep, warn: keep, error: keep };

async function create({ client }: TestEngine): Promise<Processing> {
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/{z}/{x}/{y}.jpg`;
  const models = (await client.user.status()).models;
  return client.processings.create({
    name: 'behind a login',
    projectId: (await client.projects.default()).id,
    wdId: models.find(({ name, available }) => available && name.includes('Forest'))!.id,
    geometry,
    params: {
      sourceParams: {
        userDefined: { sourceType: 'XYZ', url, zoom: 19, rasterLogin: 'me', rasterPassword: password },
      },
    },
  });
}

const ended = ({ client }: TestEngine, id: string): Promise<Processing> =>
  until(
    () => client.processings.get(id),
    ({ status }) => isTerminal(status),
  );

async function storedBytes(): Promise<Buffer> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const parts = files
    .filter((file) => file.isFile())
    .map((file) => readFile(join(file.parentPath, file.name)));
  return Buffer.concat(await Promise.all(parts));
}

test('a password outlives the engine, sealed, where its key does; else the engine asks for it clearly', async () => {
  const key = randomBytes(32);
  const sealingKey = () => Promise.resolve(key);
  const first = await startTestEngine({ dataDir: folder, sealingKey, log });
  const one = await create(first);
  const two = await create(first);
  expect(JSON.stringify([one, await first.client.processings.list()])).not.toContain(password);
  await until(
    () => Promise.resolve(asked.length),
    (count) => count > 0,
  );
  await first.stop();
  expect((await storedBytes()).includes(password)).toBe(false);

  patient = false;
  asked.length = 0;
  const second = await startTestEngine({ dataDir: folder, sealingKey, log });
  expect(await ended(second, one.id)).toMatchObject({ status: 'OK' });
  expect(await ended(second, two.id)).toMatchObject({ status: 'OK' });
  expect(new Set(asked)).toEqual(new Set([`Basic ${Buffer.from(`me:${password}`).toString('base64')}`]));
  patient = true;
  const three = await create(second);
  await second.stop();

  patient = false;
  const third = await startTestEngine({ dataDir: folder, log });
  const failed = await ended(third, three.id);
  expect(failed).toMatchObject({ status: 'FAILED', messages: [{ code: 'engine.PasswordNeeded' }] });
  expect(failed.messages[0]?.parameters).toMatchObject({ host: expect.stringContaining('127.0.0.1') });
  await third.stop();
  expect((await storedBytes()).includes(password)).toBe(false);
  expect(words.join('\n')).not.toContain(password);
  expect(words.length).toBeGreaterThan(0);
});
