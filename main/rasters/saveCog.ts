import { open, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '@shared/errors';
import { cogLayout } from '@shared/tiff/composeCog';
import type { Raster } from '@shared/tiff/types';
import { streamLayout } from '@shared/tiff/writeStream';

/** bytes between two words on how far it is */
const STEP = 16 * 1024 * 1024;

/**
 * Writes a raster with its overviews and masks as a cloud-optimised GeoTIFF, without recompressing anything. It appears under
 * its name when it is whole. Returns its bytes. Throws `rasters.disk_full`, `rasters.cannot_write`, `tiff.cog_*`, the
 * signal's reason.
 */
export async function saveCog(
  raster: Raster,
  target: string,
  signal?: AbortSignal,
  onBytes: (done: number, total: number) => void = () => undefined,
): Promise<number> {
  const layout = await cogLayout(raster);
  const part = `${target}.part`;
  try {
    const file = await open(part, 'w');
    try {
      let done = 0;
      let told = 0;
      for await (const piece of streamLayout(layout, raster.files, { ...(signal && { signal }) })) {
        await file.writeFile(piece);
        done += piece.length;
        if (done - told < STEP) continue;
        told = done;
        onBytes(done, layout.size);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    signal?.throwIfAborted();
    await rename(part, target);
    return layout.size;
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw signal?.aborted ? error : failure(error, target);
  }
}

function failure(cause: unknown, target: string): unknown {
  const code = (cause as NodeJS.ErrnoException).code;
  if (cause instanceof AppError || code === undefined) return cause;
  const kind = code === 'ENOSPC' || code === 'EDQUOT' ? 'rasters.disk_full' : 'rasters.cannot_write';
  return new AppError(kind, { name: basename(target) }, { cause, details: code });
}
