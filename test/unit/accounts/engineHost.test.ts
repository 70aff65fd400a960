import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@shared/errors';
import { silentLog, type Log } from '@shared/log';
import { expect, onTestFinished, test } from 'vitest';
import { EngineHost, type EngineHostPorts, type EngineProcess } from '../../../main/accounts';

/** Child processes that stand for the engine: a script with its own way of answering. */
function setUp(script: string, startMs = 10_000, log: Log = silentLog, more: Partial<EngineHostPorts> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'orthodesk-host-'));
  const path = join(folder, 'engine.cjs');
  const starts = join(folder, 'starts');
  writeFileSync(starts, '');
  const note = `require('node:fs').appendFileSync(${JSON.stringify(starts)}, JSON.stringify(message) + '\\n')`;
  writeFileSync(path, `process.on('message', (message) => { ${note}; ${script} });`);
  const protectedNow = new Set<string>();
  const spawned: EngineProcess[] = [];
  const host = new EngineHost({
    spawn: () => {
      const child = fork(path, { silent: true });
      const process: EngineProcess = {
        send: (message) => child.send(message),
        onMessage: (listener) => child.on('message', listener),
        onExit: (listener) => child.on('exit', listener),
        kill: () => child.kill('SIGKILL'),
      };
      spawned.push(process);
      return process;
    },
    dataDir: folder,
    protect: (secret) => {
      protectedNow.add(secret);
      return () => protectedNow.delete(secret);
    },
    log,
    startMs,
    wait: () => Promise.resolve(),
    ...more,
  });
  onTestFinished(() => void host.stop());
  const messages = () =>
    readFileSync(starts, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { dataDir: string; token: string });
  return { host, folder, messages, protectedNow, spawned };
}

function reached(host: EngineHost, state: string): Promise<void> {
  return new Promise((resolve) => {
    const stop = host.onChange((now) => {
      if (now.state !== state) return;
      stop();
      resolve();
    });
  });
}

test('the engine is told its folder and a token of its own, and is found at the port that it answers', async () => {
  const { host, folder, messages, protectedNow } = setUp('process.send({ port: 4321 })');
  expect(await host.start()).toEqual({ state: 'running', error: null });
  const endpoint = await host.endpoint();
  expect(endpoint.baseUrl).toBe('http://127.0.0.1:4321/rest');
  expect(messages()).toEqual([{ dataDir: folder, token: endpoint.token, catalog: [], localData: [] }]);
  expect(Buffer.from(endpoint.token, 'base64url')).toHaveLength(32);
  expect([...protectedNow]).toEqual([endpoint.token]);
});

test('one that dies is started again, with another token', async () => {
  const { host, messages, spawned } = setUp('process.send({ port: 4321 })');
  await host.start();
  const again = reached(host, 'running');
  spawned[0]?.kill();
  await again;
  expect((await host.endpoint()).token).toBe(messages()[1]?.token);
  expect(messages()[1]?.token).not.toBe(messages()[0]?.token);
});

test('whoever asks while it restarts waits for the new one', async () => {
  const { host, spawned } = setUp('process.send({ port: 4321 })');
  await host.start();
  const first = await host.endpoint();
  const restarting = reached(host, 'starting');
  spawned[0]?.kill();
  await restarting;
  const second = await host.endpoint();
  expect(second.token).not.toBe(first.token);
});

test('one that dies again and again is given up, and can be started by hand', async () => {
  const { host, spawned } = setUp('process.exit(3)');
  const failed = reached(host, 'failed');
  await host.start();
  await failed;
  expect(spawned).toHaveLength(4);
  expect(host.state().error).toMatchObject({ kind: 'engine.keeps_failing', params: { count: 4 } });
  await expect(host.endpoint()).rejects.toMatchObject({ kind: 'engine.keeps_failing' });
  void host.start();
  expect(host.state().state).toBe('starting');
});

test('one that says why it cannot start is not asked again', async () => {
  const refusal = { kind: 'engine.data_in_use', params: { folder: 'x' } };
  const { host, spawned } = setUp(
    `process.send({ error: ${JSON.stringify(refusal)} }, () => process.exit(1))`,
  );
  const failed = reached(host, 'failed');
  await host.start();
  await failed;
  expect(spawned).toHaveLength(1);
  expect(host.state().error).toEqual(refusal);
});

test('what it logs goes into our log', async () => {
  const said: unknown[] = [];
  const { host } = setUp(
    "process.send({ log: { level: 'warn', message: 'hm', data: { a: 1 } } }); process.send({ port: 1 })",
    10_000,
    {
      ...silentLog,
      warn: (...words) => said.push(words),
    },
  );
  await host.start();
  expect(said).toEqual([['hm', { a: 1 }]]);
});

test('the engine is answered what it asks, and told when its folders change', async () => {
  const script = `if (message.token) process.send({ ask: { id: 7, what: 'route', url: 'https://x/' } });
    if (message.answer) process.send({ port: 4321 });`;
  const folders = ['/a'];
  const asked: unknown[] = [];
  const { host, messages } = setUp(script, 10_000, silentLog, {
    catalog: () => folders,
    answer: (question) => {
      asked.push(question);
      return Promise.resolve({ proxy: null, certificates: [] });
    },
  });
  expect((await host.start()).state).toBe('running');
  expect(asked).toEqual([{ what: 'route', url: 'https://x/' }]);
  folders.push('/b');
  host.catalogChanged();
  await expect.poll(() => messages().length).toBe(3);
  expect(messages()[1]).toEqual({ answer: { id: 7, value: { proxy: null, certificates: [] } } });
  expect(messages()[2]).toEqual({ catalog: ['/a', '/b'] });
});

test('one that never answers is ended', async () => {
  const { host } = setUp('setInterval(() => {}, 1000)', 100);
  const failed = reached(host, 'failed');
  void host.start();
  await failed;
  expect(host.state().state).toBe('failed');
});

test('a stopped one stays stopped', async () => {
  const { host, spawned } = setUp('process.send({ port: 4321 })');
  await host.start();
  const ended = new Promise<void>((resolve) => spawned[0]?.onExit(() => resolve()));
  expect(host.stop()).toEqual({ state: 'stopped', error: null });
  await ended;
  expect(spawned).toHaveLength(1);
  await expect(host.endpoint()).rejects.toEqual(new AppError('engine.stopped'));
});
