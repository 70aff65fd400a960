import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { silentLog } from '@shared/log';
import { serveRpc, type RpcPort } from '@shared/rpc';
import { expect, onTestFinished, test } from 'vitest';
import { openLedger, openLibrary } from '../../../main/library';
import { directLedger, ledgerMethods, LedgerWriter } from '../../../main/uploads';
import { newUpload } from '../../../main/uploads/newUpload';

function entry(id: string) {
  return newUpload({
    id,
    accountId: 'a',
    path: '/data/ortho.tif',
    mosaic: { id: null, name: 'Town', tag: 'orthodesk-t' },
    identity: { size: 1, mtimeMs: 2, hash: 'h' },
    plan: {
      chunks: [0, 1].map((x) => ({
        name: `c${x}`,
        window: { x, y: 0, width: 1, height: 1 },
        bytes: 5,
        exact: true,
        verbatim: true,
      })),
      skipped: [],
    },
    limits: { targetBytes: 1, maxBytes: 2, maxSide: 3 },
    position: 1,
    createdAt: '2026-01-01T00:00:00.000Z',
  });
}

function rpcPort(port: MessagePort): RpcPort {
  return {
    postMessage: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
  };
}

function setUp() {
  const path = join(mkdtempSync(join(tmpdir(), 'orthodesk-ledger-')), 'library.db');
  const library = openLibrary(path, { log: silentLog, durability: 'relaxed' });
  onTestFinished(() => library.close());
  const exits: (() => void)[] = [];
  const writer = new LedgerWriter(() => {
    const { port1, port2 } = new MessageChannel();
    serveRpc(rpcPort(port2), ledgerMethods(openLedger(path)));
    onTestFinished(() => port1.close());
    return {
      port: rpcPort(port1),
      onExit: (listener) => void exits.push(listener),
      kill: () => port1.close(),
    };
  });
  return { library, writer, die: () => exits.splice(0).forEach((exit) => exit()) };
}

test('what is written elsewhere is read here once the promise is kept', async () => {
  const { library, writer } = setUp();
  const ledger = writer.over(library.uploads);
  const { upload, chunks } = entry('u');
  await ledger.insert(upload, chunks);
  expect(ledger.get('u')).toEqual(upload);
  await Promise.all([
    ledger.updateChunk('u', 0, { state: 'sending', attempts: 1 }),
    ledger.updateChunk('u', 1, { state: 'confirmed', sha1: 'ff' }),
    ledger.update('u', { state: 'sending' }),
  ]);
  expect(ledger.chunks('u')).toMatchObject([
    { state: 'sending', attempts: 1 },
    { state: 'confirmed', sha1: 'ff' },
  ]);
  expect(ledger.list()).toMatchObject([{ id: 'u', state: 'sending' }]);
  expect(await ledger.lease('u', process.pid, Date.now() + 60_000)).toBe(true);
  expect(await ledger.lease('u', 1, Date.now() + 60_000)).toBe(false);
  await ledger.release('u', process.pid);
  expect(await ledger.lease('u', 1, Date.now() + 60_000)).toBe(true);
  await ledger.remove('u');
  expect(ledger.list()).toEqual([]);
});

test('one write that fails does not take those beside it along', async () => {
  const { library } = setUp();
  const ledger = directLedger(library.uploads);
  const { upload, chunks } = entry('u');
  const twice = { ...entry('v'), chunks: [...entry('v').chunks, ...entry('v').chunks] };
  const outcomes = await Promise.allSettled([
    ledger.insert(upload, chunks),
    ledger.insert(twice.upload, twice.chunks),
    ledger.update('u', { state: 'paused' }),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(ledger.list().map(({ id, state }) => [id, state])).toEqual([['u', 'paused']]);
});

test('a writer that dies fails what it was doing, and another takes its place', async () => {
  const { library, writer, die } = setUp();
  const ledger = writer.over(library.uploads);
  const { upload, chunks } = entry('u');
  const writing = ledger.insert(upload, chunks);
  die();
  await expect(writing).rejects.toMatchObject({ kind: 'uploads.ledger_stopped' });
  const again = entry('w');
  await ledger.insert(again.upload, again.chunks);
  expect(ledger.get('w')).toEqual(again.upload);
});
