import { decodeText } from './directory';
import type { ByteSource, Geotransform } from './types';

/** In the order in which GDAL looks for them. */
export const WORLD_FILE_SUFFIXES = ['.tfw', '.tifw', '.tiffw', '.wld'] as const;

/** Far more than six numbers need. */
const MAX_BYTES = 4096;

/** Six lines: A D B E C F, where (C, F) is the centre of the top left pixel. Null where it is not a world file. */
export async function readWorldFile(source: ByteSource): Promise<Geotransform | null> {
  if (source.size > MAX_BYTES) return null;
  const lines = decodeText(await source.read(0, source.size))
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const numbers = lines.slice(0, 6).map((line) => Number(line.replace(',', '.')));
  if (numbers.length < 6 || !numbers.every(Number.isFinite)) return null;
  const [a, d, b, e, c, f] = numbers as [number, number, number, number, number, number];
  if ((a === 0 && b === 0) || (d === 0 && e === 0)) return null;
  return [c - 0.5 * a - 0.5 * b, a, b, f - 0.5 * d - 0.5 * e, d, e];
}
