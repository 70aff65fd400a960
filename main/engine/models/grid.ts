import type { Geotransform } from '@shared/tiff/types';

/** The image whose pixels the working grid is made of. */
export interface GridImage {
  /** North up: no rotation. */
  readonly geotransform: Geotransform;
  /** Ground size of a pixel at the middle of the area, metres. */
  readonly metres: { readonly x: number; readonly y: number };
}

export interface GridPlan {
  readonly geotransform: Geotransform;
  /** px of the working grid */
  readonly width: number;
  readonly height: number;
  /** metres per pixel of the grid */
  readonly gsd: number;
  /** A pixel of the grid is the mean of factor.x · factor.y pixels of the image. */
  readonly factor: { readonly x: number; readonly y: number };
  /** Where the grid's top left corner lies in the image, px; may be negative. */
  readonly offset: { readonly x: number; readonly y: number };
}

/**
 * The working grid over `bounds` ([min x, min y, max x, max y] in the CRS of the image). Its pixels are whole blocks of image
 * pixels, counted from the origin of the CRS: an orthophoto cut into chunks gets the same grid as the whole one.
 */
export function planGrid(
  image: GridImage,
  bounds: readonly [number, number, number, number],
  workingGsd: (imageGsd: number) => number,
): GridPlan {
  const [originX, pixelX, , originY, , pixelY] = image.geotransform;
  const wanted = workingGsd(Math.min(image.metres.x, image.metres.y));
  const factor = {
    x: Math.max(1, Math.round(wanted / image.metres.x)),
    y: Math.max(1, Math.round(wanted / image.metres.y)),
  };
  const [minX, minY, maxX, maxY] = bounds;
  const across = blocks(originX, pixelX, [minX, maxX], factor.x);
  const down = blocks(originY, pixelY, [minY, maxY], factor.y);
  return {
    geotransform: [
      originX + across.offset * pixelX,
      pixelX * factor.x,
      0,
      originY + down.offset * pixelY,
      0,
      pixelY * factor.y,
    ],
    width: across.count,
    height: down.count,
    gsd: Math.sqrt(image.metres.x * factor.x * image.metres.y * factor.y),
    factor,
    offset: { x: across.offset, y: down.offset },
  };
}

/** Less than this of a pixel is rounding, not area. */
const EPSILON = 1e-4;

/** The blocks of `factor` pixels along one axis that cover a range; `offset` in pixels from the image's edge. */
function blocks(
  origin: number,
  pixel: number,
  range: readonly [number, number],
  factor: number,
): { offset: number; count: number } {
  const ends = range.map((value) => (value - origin) / pixel).sort((a, b) => a - b);
  const index = Math.round(origin / pixel);
  const first = Math.floor((Math.floor(ends[0]! + EPSILON) + index) / factor);
  const last = Math.ceil((Math.ceil(ends[1]! - EPSILON) + index) / factor);
  return { offset: first * factor - index, count: Math.max(1, last - first) };
}
