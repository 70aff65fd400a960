import type { PixelWindow } from '@shared/tiff/types';
import type { RgbWindow } from '../models/types';
import type { OpenRaster } from '../rasterAccess';
import { paint, type Planes, type Stretch } from './colours';
import type { WorkingGrid } from './grid';
import { fromLattice, latticeOf, toLattice } from './lattice';
import type { SourceImage } from './mosaicSource';

/** Samples along a side of a working pixel, at most. */
const finest = 6;

/**
 * Lays an image that does not share the grid's lattice over a picture: each working pixel becomes the average of evenly
 * spread samples of the image, where at least half of them are valid.
 */
export async function overlay(
  picture: RgbWindow,
  window: PixelWindow,
  grid: WorkingGrid,
  image: SourceImage,
  raster: OpenRaster,
  stretch: Stretch | null,
): Promise<void> {
  const own = latticeOf(image.profile.geotransform);
  const [column, row] = toLattice(own, image.profile.geotransform[0], image.profile.geotransform[3]);
  /** Working pixel coordinates of the window -> pixel coordinates of the image. */
  const locate = (x: number, y: number): [number, number] => {
    const u = (grid.column + window.x + x) * grid.ratio[0];
    const v = (grid.row + window.y + y) * grid.ratio[1];
    const [imageU, imageV] = toLattice(own, ...fromLattice(grid.lattice, u, v));
    return [imageU - column, imageV - row];
  };
  const part = partOf(locate, window, image);
  if (!part) return;
  const pixels = await raster.readWindow(0, part);
  const count = part.width * part.height;
  const planes: Planes = [new Uint8Array(count), new Uint8Array(count), new Uint8Array(count)];
  const valid = new Uint8Array(count);
  paint(pixels, raster.description, stretch, { planes, valid, width: part.width }, { x: 0, y: 0 });

  const steps = Math.min(finest, Math.max(1, Math.ceil(Math.max(...grid.ratio))));
  for (let y = 0; y < window.height; y++) {
    for (let x = 0; x < window.width; x++) {
      let [red, green, blue, found] = [0, 0, 0, 0];
      for (let step = 0; step < steps * steps; step++) {
        const [px, py] = locate(
          x + ((step % steps) + 0.5) / steps,
          y + (Math.floor(step / steps) + 0.5) / steps,
        );
        const column = Math.floor(px) - part.x;
        const line = Math.floor(py) - part.y;
        if (column < 0 || line < 0 || column >= part.width || line >= part.height) continue;
        const i = line * part.width + column;
        if (valid[i] === 0) continue;
        found++;
        red += planes[0][i] ?? 0;
        green += planes[1][i] ?? 0;
        blue += planes[2][i] ?? 0;
      }
      if (found === 0 || found * 2 < steps * steps) continue;
      const at = y * window.width + x;
      picture.valid[at] = 1;
      picture.red[at] = red / found + 0.5;
      picture.green[at] = green / found + 0.5;
      picture.blue[at] = blue / found + 0.5;
    }
  }
}

/** The part of the image that the window covers; null for none. */
function partOf(
  locate: (x: number, y: number) => [number, number],
  window: PixelWindow,
  image: SourceImage,
): PixelWindow | null {
  const corners = [
    locate(0, 0),
    locate(window.width, 0),
    locate(0, window.height),
    locate(window.width, window.height),
  ];
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  const x = Math.max(0, Math.floor(Math.min(...xs)));
  const y = Math.max(0, Math.floor(Math.min(...ys)));
  const width = Math.min(image.profile.width, Math.ceil(Math.max(...xs))) - x;
  const height = Math.min(image.profile.height, Math.ceil(Math.max(...ys))) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}
