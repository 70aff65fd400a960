import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { AppError } from '@shared/errors';
import { blockBytes } from '@shared/tiff/blockIndex';
import type { CodecRegistry, Raster } from '@shared/tiff/types';
import { readBandFull } from '@shared/tiff/windowRows';

/** bytes of one row of blocks up to which all bands are decoded in one pass */
const ONE_PASS_BYTES = 256 * 1024 * 1024;

/** bytes of decoded pixels up to which they are read: hours of work. More than that no disk holds, a header claims it. */
const MOST_BYTES = 2 ** 44;

/**
 * SHA-256 of each decoded band at full resolution: row by row, little-endian, in its own type. In constant memory: bands
 * are taken one after the other where a row of blocks of all of them would be too large.
 * Throws `tiff.too_many_pixels`, and whatever reading and decoding throw.
 * @param onRows is told how many rows of how many are done
 */
export async function bandSha256(
  raster: Raster,
  codecs: CodecRegistry,
  signal?: AbortSignal,
  onRows: (done: number, total: number) => void = () => undefined,
): Promise<string[]> {
  const { name, bands, width, height, levels } = raster.description;
  const level = levels[0];
  const rowOfBlocks = level ? blockBytes(level, level.blockHeight) * level.columns * level.planes : 0;
  if (rowOfBlocks * (level?.rows ?? 0) > MOST_BYTES) {
    throw new AppError('tiff.too_many_pixels', { file: name, width, height });
  }
  const all = Array.from({ length: bands }, (_, band) => band);
  const passes = rowOfBlocks <= ONE_PASS_BYTES ? [all] : all.map((band) => [band]);
  const hashes = all.map(() => createHash('sha256'));
  for (const [pass, chosen] of passes.entries()) {
    for await (const rows of readBandFull(raster, codecs, { bands: chosen, mask: false, signal })) {
      rows.bands.forEach(({ buffer, byteOffset, byteLength }, i) =>
        hashes[chosen[i] as number]?.update(new Uint8Array(buffer, byteOffset, byteLength)),
      );
      onRows(pass * height + rows.y + rows.height, passes.length * height);
    }
  }
  return hashes.map((hash) => hash.digest('hex'));
}

/** SHA-256 of a whole file. Throws `rasters.file_unreadable`, or the signal's reason. */
export async function fileSha256(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    const stream = createReadStream(path, { highWaterMark: 1024 * 1024, ...(signal && { signal }) });
    for await (const chunk of stream) hash.update(chunk as Buffer);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new AppError('rasters.file_unreadable', { file: path.split(/[\\/]/).at(-1) ?? path }, { cause });
  }
  return hash.digest('hex');
}
