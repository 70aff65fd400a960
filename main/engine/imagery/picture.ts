import { readFile, rename, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { RgbWindow } from '../models/types';

const compress = promisify<Uint8Array, { level: number }, Buffer>(deflateRaw);
const expand = promisify<Uint8Array, Buffer>(inflateRaw);

/** Keeps a small picture with its mask, which a JPEG cannot: width, height, then the four planes compressed. */
export async function writePicture(path: string, picture: RgbWindow): Promise<void> {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(picture.width, 0);
  head.writeUInt32LE(picture.height, 4);
  const planes = Buffer.concat([picture.red, picture.green, picture.blue, picture.valid]);
  await writeFile(`${path}.part`, Buffer.concat([head, await compress(planes, { level: 1 })]));
  await rename(`${path}.part`, path);
}

/** Null where there is none (yet). */
export async function readPicture(path: string): Promise<RgbWindow | null> {
  const bytes = await readFile(path).catch(() => null);
  if (!bytes) return null;
  const [width, height] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
  const planes = await expand(bytes.subarray(8));
  const plane = (i: number): Uint8Array => planes.subarray(i * width * height, (i + 1) * width * height);
  return { width, height, red: plane(0), green: plane(1), blue: plane(2), valid: plane(3) };
}
