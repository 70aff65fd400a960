import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { MaskBand } from '../models/types';

const compress = promisify<Uint8Array, { level: number }, Buffer>(deflateRaw);
const expand = promisify<Uint8Array, Buffer>(inflateRaw);

/** Row, width, height and the length of the compressed classes, each a 32-bit integer. */
const headBytes = 16;
/** rows of the bands that are read */
const rowsAtOnce = 128;

/**
 * Writes bands to a file that appears under its name when it is whole and on disk: a part that is there is done, whatever
 * happened meanwhile.
 */
export async function writeMask(path: string, bands: AsyncIterable<MaskBand>): Promise<void> {
  const unfinished = `${path}.part`;
  const file = await open(unfinished, 'w');
  try {
    for await (const band of bands) {
      const classes = await compress(band.classes, { level: 1 });
      const head = Buffer.alloc(headBytes);
      [band.y, band.width, band.height, classes.length].forEach((value, i) =>
        head.writeUInt32LE(value, i * 4),
      );
      await file.writev([head, classes]);
    }
    await file.sync();
  } catch (error) {
    await file.close();
    await rm(unfinished, { force: true });
    throw error;
  }
  await file.close();
  await rename(unfinished, path);
}

/** The bands of several files, one after another. */
export async function* readMasks(
  paths: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<MaskBand, void, undefined> {
  for (const path of paths) {
    signal?.throwIfAborted();
    const file = await open(path, 'r');
    try {
      yield* bandsOf(file);
    } finally {
      await file.close();
    }
  }
}

async function* bandsOf(file: FileHandle): AsyncGenerator<MaskBand, void, undefined> {
  const { size } = await file.stat();
  let at = 0;
  while (at < size) {
    const head = await readAt(file, at, headBytes);
    const [y, width, height, length] = [0, 4, 8, 12].map((offset) => head.readUInt32LE(offset));
    const classes = await expand(await readAt(file, at + headBytes, length ?? 0));
    yield* cut({ y: y ?? 0, width: width ?? 0, height: height ?? 0, classes });
    at += headBytes + (length ?? 0);
  }
}

/** What follows keeps some numbers a pixel: it goes by fewer rows than a network does. */
function* cut({ y, width, height, classes }: MaskBand): Generator<MaskBand, void, undefined> {
  for (let row = 0; row < height; row += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, height - row);
    yield { y: y + row, width, height: rows, classes: classes.subarray(row * width, (row + rows) * width) };
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  if (bytesRead !== length) throw new Error('a mask file is cut off');
  return bytes;
}
