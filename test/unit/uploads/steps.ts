import { join } from 'node:path';
import { expect } from 'vitest';
import { targetBytes, type Bench } from './bench';
import { sha1, writeOrthophoto } from './orthophoto';

/** Begins the upload of a new orthophoto into a new mosaic. */
export async function startUpload(bench: Bench, name = 'ortho.tif', size = { columns: 5, rows: 4 }) {
  const path = join(bench.folder, name);
  writeOrthophoto(path, { ...size, seed: name.length });
  return bench.uploads.start({ accountId: 'a', path, mosaic: { name: 'Town' }, targetBytes });
}

/** Resolves when the first chunk is at the server. */
export function firstConfirmed(bench: Bench): Promise<void> {
  return new Promise((resolve) => {
    const stop = bench.uploads.listen({
      onChunk: ({ state }) => {
        if (state !== 'confirmed') return;
        stop();
        resolve();
      },
    });
  });
}

/** Every chunk of the ledger is at the server exactly once, with the bytes that the ledger knows. */
export function expectWhole(bench: Bench, id: string): void {
  const chunks = bench.library.uploads.chunks(id);
  const names = bench.server.images.map((image) => image.filename).sort();
  expect(names).toEqual(chunks.map((chunk) => chunk.name).sort());
  for (const image of bench.server.images) {
    const chunk = chunks.find((candidate) => candidate.name === image.filename);
    expect(image.sha1).toBe(sha1(image.bytes));
    expect(chunk).toMatchObject({
      bytes: image.bytes.length,
      sha1: image.sha1,
      state: 'confirmed',
      usable: true,
    });
    expect([image.width, image.height]).toEqual([chunk?.width, chunk?.height]);
  }
}
