import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { serveRpc, type RpcPort } from '@shared/rpc';
import { createCodecs } from '@shared/tiff/codecs';
import { openRaster } from '@shared/tiff/open';
import { blockDecoder } from '@shared/tiff/sliceEncode';
import { describe, expect, onTestFinished, test } from 'vitest';
import { reducingParts } from '../../../main/rasters';
import { SourceReader, sourceMethods, sourceOpener, type OpenSource } from '../../../main/uploads';
import type { Piece } from '../../../main/uploads/ports';
import { fileSource } from '../../support/fileSource';
import { sha1, writeOrthophoto } from './orthophoto';

const limits = { targetBytes: 40_000, maxBytes: 1e9, maxSide: 30_000 };
const never = new AbortController().signal;
const openFiles = new Set<string>();

const openHere: OpenSource = sourceOpener({
  openFile: async (path) => {
    const source = await fileSource(path);
    openFiles.add(path);
    const close = async (): Promise<void> => {
      openFiles.delete(path);
      await source.close();
    };
    return { raster: await openRaster(source), identity: { size: source.size, mtimeMs: 1 }, close };
  },
  decoderFor: (raster) => blockDecoder(raster, createCodecs()),
  reducing: reducingParts(createCodecs()),
});

function rpcPort(port: MessagePort): RpcPort {
  return {
    postMessage: (message) => port.postMessage(message),
    onMessage: (listener) => void port.on('message', listener),
  };
}

/** A reader whose answering end is here too, behind a real port. */
function setUp() {
  const exits: (() => void)[] = [];
  let spawned = 0;
  const reader = new SourceReader(() => {
    spawned++;
    const { port1, port2 } = new MessageChannel();
    serveRpc(rpcPort(port2), sourceMethods(openHere));
    onTestFinished(() => port1.close());
    return {
      port: rpcPort(port1),
      onExit: (listener) => void exits.push(listener),
      kill: () => port1.close(),
    };
  });
  const path = join(mkdtempSync(join(tmpdir(), 'orthodesk-reader-')), 'a.tif');
  writeOrthophoto(path, { columns: 5, rows: 4 });
  return { reader, path, die: () => exits.splice(0).forEach((exit) => exit()), spawned: () => spawned };
}

/** The bytes; the last piece, and only that, names their SHA-1. */
async function bytesOf(pieces: AsyncIterable<Piece>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  const hashes: (string | null)[] = [];
  for await (const { bytes, sha1: named } of pieces) {
    all.push(bytes);
    hashes.push(named);
  }
  const whole = Buffer.concat(all);
  expect(hashes).toEqual([...hashes.slice(0, -1).map(() => null), sha1(whole)]);
  return whole;
}

describe('a source that is read elsewhere', () => {
  test('gives the same plan and the same bytes as one that is read here', async () => {
    const { reader, path } = setUp();
    const [there, here] = [await reader.open(path), await openHere(path)];
    expect(there.identity).toEqual(here.identity);
    expect(there.description.width).toBe(320);
    const plan = await there.plan(limits, never);
    expect(plan).toEqual(await here.plan(limits, never));
    for (const { name, bytes } of plan.chunks) {
      const read = await bytesOf(there.read(name, never));
      expect(read.length).toBe(bytes);
      expect(sha1(read)).toBe(sha1(await bytesOf(here.read(name, never))));
    }
    await here.close();
    await there.close();
    expect(openFiles.size).toBe(0);
  });

  test('tells the same errors', async () => {
    const { reader, path } = setUp();
    const source = await reader.open(path);
    await expect(bytesOf(source.read('no such chunk', never))).rejects.toMatchObject({
      kind: 'uploads.source_changed',
    });
    await expect(source.checkUnchanged()).rejects.toMatchObject({ kind: 'uploads.source_changed' });
    await source.close();
  });

  test('whose reading is given up lets go of its file', async () => {
    const { reader, path } = setUp();
    const source = await reader.open(path);
    const { chunks } = await source.plan(limits, never);
    const abort = new AbortController();
    const reading = bytesOf(source.read(chunks[0]?.name ?? '', abort.signal));
    abort.abort(new Error('paused'));
    await expect(reading).rejects.toThrow('paused');
    await source.close();
    expect(openFiles.size).toBe(0);
  });

  test('fails when its thread dies; the next one is opened in another', async () => {
    const { reader, path, die, spawned } = setUp();
    const source = await reader.open(path);
    die();
    await expect(source.plan(limits, never)).rejects.toMatchObject({ kind: 'uploads.reader_stopped' });
    const again = await reader.open(path);
    expect((await again.plan(limits, never)).chunks.length).toBeGreaterThan(1);
    expect(spawned()).toBe(2);
    await again.close();
    openFiles.clear();
  });
});
