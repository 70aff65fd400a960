import { serialize } from 'node:v8';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reached, setUpBench, targetBytes, type Bench } from './bench';
import { sha1, writeOrthophoto } from './orthophoto';

/** The queue with a reader behind a port; what crosses it is noted. */
async function setUp(): Promise<Bench & { readonly path: string; readonly largest: () => number }> {
  let largest = 0;
  const onAnswer = (message: unknown): void => {
    largest = Math.max(largest, serialize(message).length);
  };
  const bench = await setUpBench({}, { onAnswer });
  const path = join(bench.folder, 'town.tif');
  writeOrthophoto(path, { columns: 6, rows: 5 });
  return { ...bench, path, largest: () => largest };
}

const start = ({ uploads, path }: Bench & { readonly path: string }) =>
  uploads.start({ accountId: 'a', path, mosaic: { name: 'M' }, targetBytes });

/** Every chunk of the plan is stored once, byte for byte. */
function expectAllStored({ server, library }: Bench, id: string): void {
  const wanted = library.uploads.chunks(id).map(({ name, sha1: hash }) => [name, hash]);
  const stored = server.images.map(({ filename, bytes }) => [filename, sha1(bytes)]);
  expect(stored.sort()).toEqual(wanted.sort());
  expect(stored.length).toBeGreaterThan(3);
}

test('chunks are sent from where they are read: no byte of them comes here', async () => {
  const bench = await setUp();
  const { id } = await start(bench);
  await reached(bench.uploads, id, 'done');
  expectAllStored(bench, id);
  // The largest is the plan.
  expect(bench.largest()).toBeLessThan(targetBytes / 4);
});

test('connections that break on the way, and after the last byte, lose nothing and double nothing', async () => {
  const bench = await setUp();
  let count = 0;
  bench.server.nextFault = () => {
    count++;
    if (count % 3 === 1) return { kind: 'reset_at', bytes: 9_000 };
    return count % 3 === 2 ? { kind: 'reset_after' } : null;
  };
  const { id } = await start(bench);
  expect((await reached(bench.uploads, id, 'done', 'failed')).error).toBeNull();
  expectAllStored(bench, id);
});

test('a server that asks for patience is understood', async () => {
  const bench = await setUp();
  let asked = 0;
  // The first to ask is the new mosaic.
  bench.server.nextFault = () =>
    ++asked === 2 ? { kind: 'answer', status: 429, body: '', retryAfter: '0' } : null;
  const { id } = await start(bench);
  await reached(bench.uploads, id, 'done');
  expectAllStored(bench, id);
  expect(bench.server.counts.uploads).toBe(bench.server.images.length + 1);
});

test('a pause ends what is on its way; it goes on afterwards', async () => {
  const bench = await setUp();
  bench.server.nextFault = () => ({ kind: 'late', ms: 60_000 });
  const { id } = await start(bench);
  await new Promise<void>((resolve) => {
    bench.uploads.listen({ onChunk: ({ state }) => void (state === 'ambiguous' && resolve()) });
  });
  await bench.uploads.pause(id);
  expect(bench.uploads.get(id).state).toBe('paused');
  bench.server.nextFault = null;
  await bench.uploads.resume(id);
  await reached(bench.uploads, id, 'done');
  expectAllStored(bench, id);
});
