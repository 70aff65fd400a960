import type { CodecRegistry, Raster } from '@shared/tiff/types';
import { asNumbers } from '@shared/tiff/samples';
import { readWindow } from '@shared/tiff/window';
import type { PixelValues } from '@shared/ipc/desk';

/** One pixel at full resolution: every band as the file has it, alpha included. Throws as readWindow does. */
export async function readPixel(
  raster: Raster,
  codecs: CodecRegistry,
  column: number,
  row: number,
  signal?: AbortSignal,
): Promise<PixelValues> {
  const window = { x: column, y: row, width: 1, height: 1 };
  const { bands, valid } = await readWindow(raster, codecs, { window, signal });
  return { values: bands.map((samples) => asNumbers(samples)[0] ?? NaN), valid: valid?.[0] !== 0 };
}
