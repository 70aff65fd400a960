import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { largeImage } from './largeImage';
import { measureViewing } from './viewing';

const side = 32_768;
const moves = 100;

export interface RasterOptions {
  readonly json: boolean;
  readonly image?: string | undefined;
  readonly minutes: string;
  readonly shots?: string | undefined;
}

export async function printRaster({ json, image, minutes, shots }: RasterOptions): Promise<void> {
  const folder = shots && resolve(shots);
  if (folder) mkdirSync(folder, { recursive: true });
  const path = image ? resolve(image) : await largeImage(side);
  const viewing = await measureViewing(path, {
    moves,
    minutes: Number(minutes),
    ...(folder && { shots: folder }),
  });
  process.stdout.write(`${JSON.stringify(viewing, null, json ? 2 : 1)}\n`);
}
