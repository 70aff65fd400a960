import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinParts, type FileRange, type LayoutPart } from '@shared/tiff/write';
import { layoutSource, readLayoutRange, streamLayout } from '@shared/tiff/writeStream';
import type { ByteSource } from '@shared/tiff/types';
import { memorySource } from '../../support/fileSource';

const noise = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (Math.imul(index + seed, 2654435761) >>> 24) & 255);

const files = [noise(300_000, 1), noise(50_000, 2)];

/** A source that counts its reads. */
function counting(bytes: Uint8Array): ByteSource & { readonly reads: [number, number][] } {
  const reads: [number, number][] = [];
  return {
    name: 'source.tif',
    size: bytes.length,
    reads,
    read: (offset, length) => {
      reads.push([offset, length]);
      return Promise.resolve(bytes.slice(offset, offset + length));
    },
  };
}

function expectedBytes(parts: readonly LayoutPart[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (part instanceof Uint8Array) return part;
      if ('file' in part) return files[part.file]!.subarray(part.offset, part.offset + part.length);
      return noise(part.length, 9);
    }),
  );
}

const partArbitrary: fc.Arbitrary<LayoutPart> = fc.oneof(
  fc.nat(300).map((length) => noise(length, 5)),
  fc
    .record({ file: fc.nat(1), offset: fc.nat(40_000), length: fc.nat(9_000) })
    .map((range): LayoutPart => range),
  fc.nat(500).map((length): LayoutPart => ({ length, compute: () => Promise.resolve(noise(length, 9)) })),
);

async function collected(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

test('any range of any layout is what its parts say', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(partArbitrary, { minLength: 1, maxLength: 20 }),
      fc.nat(),
      fc.nat(),
      async (parts, a, b) => {
        const layout = joinParts(parts);
        const offset = layout.size === 0 ? 0 : a % layout.size;
        const length = b % (layout.size - offset + 1);
        const wanted = expectedBytes(parts).subarray(offset, offset + length);
        const sources = files.map((bytes) => memorySource(bytes));
        const found = await readLayoutRange(layout, sources, offset, length);
        expect(Buffer.from(found).equals(wanted)).toBe(true);
      },
    ),
  );
});

test('a stream gives the same bytes in pieces no larger than asked for, from any place on', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(partArbitrary, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 20_000 }),
      fc.nat(),
      async (parts, chunkBytes, start) => {
        const layout = joinParts(parts);
        const from = layout.size === 0 ? 0 : start % layout.size;
        const sources = files.map((bytes) => memorySource(bytes));
        const pieces: Uint8Array[] = [];
        for await (const piece of streamLayout(layout, sources, { chunkBytes, from })) pieces.push(piece);
        expect(pieces.every((piece) => piece.length > 0 && piece.length <= chunkBytes)).toBe(true);
        expect(Buffer.concat(pieces).equals(expectedBytes(parts).subarray(from))).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});

test('neighbouring ranges are read at once, distant ones apart', async () => {
  const source = counting(noise(1_000_000, 3));
  const parts: LayoutPart[] = [];
  for (let index = 0; index < 100; index++)
    parts.push({ file: 0, offset: index * 1008, length: 1000 }, new Uint8Array(1));
  for (let index = 0; index < 3; index++)
    parts.push({ file: 0, offset: 400_000 + index * 200_000, length: 500 });
  await readLayoutRange(joinParts(parts), [source], 0, joinParts(parts).size);
  expect(source.reads.sort((a, b) => a[0] - b[0])).toEqual([
    [0, 99 * 1008 + 1000],
    [400_000, 500],
    [600_000, 500],
    [800_000, 500],
  ]);
});

test('a piece ends where the source goes on elsewhere, so that bytes are handed on as they were read', async () => {
  const bytes = noise(2_000_000, 6);
  const given: Uint8Array[] = [];
  const source: ByteSource = {
    name: 'rows.tif',
    size: bytes.length,
    read: (offset, length) => {
      given.push(bytes.slice(offset, offset + length));
      return Promise.resolve(given[given.length - 1]!);
    },
  };
  const rows = [0, 1, 2].map((row): LayoutPart => ({ file: 0, offset: row * 600_000, length: 200_000 }));
  const pieces: Uint8Array[] = [];
  for await (const piece of streamLayout(joinParts(rows), [source])) pieces.push(piece);
  expect(pieces).toHaveLength(3);
  pieces.forEach((piece, index) => expect(piece).toBe(given[index]));
});

test('small gaps and padding are taken out of what was read in place', async () => {
  const bytes = noise(400_000, 7);
  const parts: LayoutPart[] = [];
  for (let block = 0; block < 40; block++) {
    parts.push({ file: 0, offset: 100 + block * 1008, length: 999 + (block % 2) });
    if (block % 2 === 0) parts.push(Uint8Array.of(250));
  }
  const layout = joinParts(parts);
  const wanted = Buffer.concat(
    parts.map((part) =>
      part instanceof Uint8Array ? part : bytes.subarray((part as FileRange).offset).subarray(0, part.length),
    ),
  );
  const source = counting(bytes);
  expect(Buffer.from(await readLayoutRange(layout, [source], 0, layout.size)).equals(wanted)).toBe(true);
  expect(source.reads).toHaveLength(1);
});

test('no more is read than a few pieces ahead', async () => {
  const source = counting(noise(1_000_000, 4));
  const layout = joinParts([{ file: 0, offset: 0, length: 1_000_000 }]);
  const stream = streamLayout(layout, [source], { chunkBytes: 10_000, ahead: 2 });
  for (let pieces = 1; pieces <= 5; pieces++) {
    await stream.next();
    expect(source.reads.length).toBe(pieces + 2);
  }
  await stream.return();
});

test('a stream that is aborted ends with the reason', async () => {
  const abort = new AbortController();
  const layout = joinParts([{ file: 0, offset: 0, length: 300_000 }]);
  const stream = streamLayout(layout, [memorySource(files[0]!)], { chunkBytes: 1000, signal: abort.signal });
  await stream.next();
  abort.abort(new Error('paused'));
  await expect(stream.next()).rejects.toThrow('paused');
});

test('a source that gives less than it promised is reported', async () => {
  const short: ByteSource = { name: 'short.tif', size: 1000, read: () => Promise.resolve(new Uint8Array(3)) };
  const layout = joinParts([{ file: 0, offset: 0, length: 100 }, new Uint8Array(2)]);
  await expect(collected(streamLayout(layout, [short]))).rejects.toMatchObject({
    kind: 'tiff.source_changed',
  });
});

test('a read that fails ahead of its turn fails the stream, not the process', async () => {
  let reads = 0;
  const failing: ByteSource = {
    name: 'failing.tif',
    size: 10_000,
    read: (_, length) =>
      ++reads > 2 ? Promise.reject(new Error('disk gone')) : Promise.resolve(new Uint8Array(length)),
  };
  const layout = joinParts([{ file: 0, offset: 0, length: 10_000 }]);
  const stream = streamLayout(layout, [failing], { chunkBytes: 1000 });
  await stream.next();
  await stream.next();
  await expect(stream.next()).rejects.toThrow('disk gone');
});

test('nothing lies past the end', async () => {
  const layout = joinParts([new Uint8Array(10)]);
  await expect(readLayoutRange(layout, [], 5, 6)).rejects.toMatchObject({ kind: 'tiff.read_beyond_end' });
  const source = layoutSource(layout, [], 'ten.bin');
  expect(source.size).toBe(10);
  expect(await source.read(4, 6)).toEqual(new Uint8Array(6));
});
