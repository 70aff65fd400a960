import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCodecs } from '@shared/tiff/codecs';
import { openRaster } from '@shared/tiff/open';
import { blockDecoder } from '@shared/tiff/sliceEncode';
import { describe, expect, onTestFinished, test } from 'vitest';
import { reducingParts } from '../../../main/rasters';
import {
  SourceReader,
  sourceOpener,
  type Carry,
  sha1Of,
  type Checksums,
  type ReaderLink,
  type SourceParts,
} from '../../../main/uploads';
import type { ChunkEnd, Piece } from '../../../main/uploads/ports';
import { fileSource } from '../../support/fileSource';
import { linkHere } from '../../support/sourceReader';
import { sha1, writeOrthophoto } from './orthophoto';

const limits = { targetBytes: 40_000, maxBytes: 1e9, maxSide: 30_000 };
const never = new AbortController().signal;
const openFiles = new Set<string>();

const sourceParts: SourceParts = {
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
};
const openHere = sourceOpener(sourceParts);

/** A reader whose answering end is here too, behind a real port. */
function setUp() {
  const links: ReaderLink[] = [];
  const reader = new SourceReader(() => {
    const link = linkHere(openHere);
    links.push(link);
    return link;
  });
  onTestFinished(() => reader.close());
  const path = join(mkdtempSync(join(tmpdir(), 'orthodesk-reader-')), 'a.tif');
  writeOrthophoto(path, { columns: 5, rows: 4 });
  return { reader, path, links };
}

/** The bytes; the last piece, and only that, names their SHA-1. */
async function bytesOf(pieces: AsyncIterable<Piece>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  const ends: (ChunkEnd | null)[] = [];
  for await (const { bytes, end } of pieces) {
    all.push(bytes);
    ends.push(end);
  }
  const whole = Buffer.concat(all);
  expect(ends).toEqual([...ends.slice(0, -1).map(() => null), { sha1: sha1(whole) }]);
  return whole;
}

describe('a source that is read elsewhere', () => {
  test('gives the same plan and the same checksums as one that is read here', async () => {
    const { reader, path } = setUp();
    const [there, here] = [await reader.open(path), await openHere(path)];
    expect(there.identity).toEqual(here.identity);
    expect(there.description.width).toBe(320);
    const plan = await there.plan(limits, never);
    expect(plan).toEqual(await here.plan(limits, never));
    for (const { name, bytes } of plan.chunks) {
      const read = await bytesOf(here.read(name, never));
      expect(read.length).toBe(bytes);
      expect(await there.sha1(name, never)).toBe(sha1(read));
    }
    await here.close();
    await there.close();
    expect(openFiles.size).toBe(0);
  });

  test('tells the same errors', async () => {
    const { reader, path } = setUp();
    const source = await reader.open(path);
    await expect(source.sha1('no such chunk', never)).rejects.toMatchObject({
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
    const reading = source.sha1(chunks[0]?.name ?? '', abort.signal);
    abort.abort(new Error('paused'));
    await expect(reading).rejects.toThrow('paused');
    await source.close();
    expect(openFiles.size).toBe(0);
  });

  test('is sent by its thread, which tells the hash of each chunk before its last bytes, and closed there', async () => {
    const { path } = setUp();
    let sent = 0;
    const carry: Carry = async (_request, body) => {
      for await (const part of body) sent += part.byteLength;
      return null;
    };
    const reader = new SourceReader(() => linkHere(openHere, { carry }));
    onTestFinished(() => reader.close());
    const source = await reader.open(path);
    const { chunks } = await source.plan(limits, never);
    for (const { name, bytes } of chunks) {
      const told: (string | null)[] = [];
      const pass = async (asked: number, end: ChunkEnd | null): Promise<number> => {
        if (end) told.push(end.sha1);
        return asked;
      };
      await source.courier(name, bytes, pass)(null, undefined);
      expect(told).toEqual([await source.sha1(name, never)]);
    }
    expect(sent).toBe(chunks.reduce((sum, { bytes }) => sum + bytes, 0));
    await source.close();
    expect(openFiles.size).toBe(0);
  });

  test('leaves the checksum of stored bytes to whoever computes it', async () => {
    const { path } = setUp();
    let asked = 0;
    const checksums: Checksums = {
      sha1: (layout, files, signal) => {
        asked++;
        return sha1Of(layout, files, signal);
      },
    };
    const source = await sourceOpener({ ...sourceParts, checksums })(path);
    const { chunks } = await source.plan(limits, never);
    const { name } = chunks[0]!;
    const all: Uint8Array[] = [];
    for await (const { bytes, end } of source.read(name, never)) {
      all.push(bytes);
      if (end) expect(end.sha1).toBeNull();
    }
    expect(asked).toBe(0);
    expect(await source.sha1(name, never)).toBe(sha1(Buffer.concat(all)));
    expect(asked).toBe(1);
    await source.close();
  });

  test('fails when its thread dies; the next one is opened in another', async () => {
    const { reader, path, links } = setUp();
    const source = await reader.open(path);
    links[0]?.kill();
    await expect(source.plan(limits, never)).rejects.toMatchObject({ kind: 'uploads.reader_stopped' });
    const again = await reader.open(path);
    expect((await again.plan(limits, never)).chunks.length).toBeGreaterThan(1);
    expect(links.length).toBe(2);
    await again.close();
    openFiles.clear();
  });
});
