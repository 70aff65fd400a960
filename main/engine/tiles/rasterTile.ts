import { projectionFor } from '@shared/geo/crs';
import { previewSizes } from '@shared/api';
import type { Geotransform, PixelWindow } from '@shared/tiff/types';
import { paint, type Planes, type Stretch } from '../imagery/colours';
import type { SourceImage } from '../imagery/mosaicSource';
import { readPicture } from '../imagery/picture';
import type { RasterAccess } from '../rasterAccess';
import { fromUnit, type TileAddress } from './mercator';

/** px */
export const tileSize = 256;
/** Points along a side between which positions are interpolated: some metres off at worst, and far from slow. */
const nodes = 17;
/** px that are read of an image for one tile; where more would be needed its small picture must do */
const mostPixels = 4_000_000;

export interface TileImage extends SourceImage {
  /** The small picture of the whole image that its preparation left. */
  readonly picture: string;
}

/**
 * A tile of images in Web Mercator: RGBA, transparent where there is no data. Nearest neighbour, the latest image on top.
 * Returns null where no image touches it.
 */
export async function renderTile(
  images: readonly TileImage[],
  tile: TileAddress,
  stretch: Stretch | null,
  rasters: RasterAccess,
): Promise<Uint8Array | null> {
  const rgba = new Uint8Array(tileSize * tileSize * 4);
  let touched = false;
  for (const image of images) {
    const positions = positionsIn(image, tile);
    const part = positions && (await readPart(image, positions, stretch, rasters));
    if (part && draw(rgba, positions, part)) touched = true;
  }
  return touched ? rgba : null;
}

/** Some pixels of an image, at some scale. */
interface Part {
  readonly window: PixelWindow;
  /** Pixels of the part's level for each pixel of the image. */
  readonly scale: readonly [number, number];
  readonly planes: Planes;
  readonly valid: Uint8Array;
}

/** Pixel coordinates in the image for the nodes of the tile; null when the tile lies beside the image. */
function positionsIn(image: SourceImage, tile: TileAddress): Float64Array | null {
  const { profile } = image;
  const projection = projectionFor(profile.system);
  if (!projection) return null;
  const size = 2 ** -tile.z;
  const positions = new Float64Array(nodes * nodes * 2);
  let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let row = 0; row < nodes; row++) {
    for (let column = 0; column < nodes; column++) {
      const lonLat = fromUnit((tile.x + column / (nodes - 1)) * size, (tile.y + row / (nodes - 1)) * size);
      const [x, y] = toPixel(profile.geotransform, ...projection.fromLonLat(lonLat));
      positions.set([x, y], (row * nodes + column) * 2);
      west = Math.min(west, x);
      east = Math.max(east, x);
      north = Math.min(north, y);
      south = Math.max(south, y);
    }
  }
  const meets = east > 0 && south > 0 && west < profile.width && north < profile.height;
  return meets ? positions : null;
}

function toPixel(g: Geotransform, x: number, y: number): [number, number] {
  const determinant = g[1] * g[5] - g[2] * g[4];
  const [dx, dy] = [x - g[0], y - g[3]];
  return [(dx * g[5] - dy * g[2]) / determinant, (dy * g[1] - dx * g[4]) / determinant];
}

/** What the tile needs of the image: from the level that suits, or from the small picture. */
async function readPart(
  image: TileImage,
  positions: Float64Array,
  stretch: Stretch | null,
  rasters: RasterAccess,
): Promise<Part | null> {
  const { width, height } = image.profile;
  const step = Math.hypot(
    (positions[2] ?? 0) - (positions[0] ?? 0),
    (positions[3] ?? 0) - (positions[1] ?? 0),
  );
  const perPixel = (step * (nodes - 1)) / tileSize;
  const whole = windowAround(positions, [1, 1], image.profile);
  const isLarge = whole !== null && whole.width * whole.height > mostPixels;
  if (isLarge || perPixel >= Math.max(width, height) / previewSizes.l) return fromPicture(image);
  const raster = await rasters.open(image.path);
  try {
    const { levels } = raster.description;
    let index = 0;
    levels.forEach((level, i) => {
      if (width / level.width <= perPixel * 1.01) index = i;
    });
    const level = levels[index] ?? { width, height };
    const scale = [level.width / width, level.height / height] as const;
    const window = windowAround(positions, scale, level);
    if (!window) return null;
    const pixels = await raster.readWindow(index, window);
    const count = window.width * window.height;
    const planes: Planes = [new Uint8Array(count), new Uint8Array(count), new Uint8Array(count)];
    const valid = new Uint8Array(count);
    paint(pixels, raster.description, stretch, { planes, valid, width: window.width }, { x: 0, y: 0 });
    return { window, scale, planes, valid };
  } finally {
    await raster.close();
  }
}

async function fromPicture(image: TileImage): Promise<Part | null> {
  const picture = await readPicture(image.picture);
  if (!picture) return null;
  const { width, height } = picture;
  return {
    window: { x: 0, y: 0, width, height },
    scale: [width / image.profile.width, height / image.profile.height],
    planes: [picture.red, picture.green, picture.blue],
    valid: picture.valid,
  };
}

/** Draws pixels of one image; false when none of them was valid. */
function draw(rgba: Uint8Array, positions: Float64Array, { window, scale, planes, valid }: Part): boolean {
  let drawn = false;
  for (let y = 0; y < tileSize; y++) {
    for (let x = 0; x < tileSize; x++) {
      const [px, py] = interpolate(positions, (x + 0.5) / tileSize, (y + 0.5) / tileSize);
      const column = Math.floor(px * scale[0]) - window.x;
      const row = Math.floor(py * scale[1]) - window.y;
      if (column < 0 || row < 0 || column >= window.width || row >= window.height) continue;
      const i = row * window.width + column;
      if (valid[i] === 0) continue;
      const at = (y * tileSize + x) * 4;
      rgba[at] = planes[0][i] ?? 0;
      rgba[at + 1] = planes[1][i] ?? 0;
      rgba[at + 2] = planes[2][i] ?? 0;
      rgba[at + 3] = 255;
      drawn = true;
    }
  }
  return drawn;
}

function windowAround(
  positions: Float64Array,
  scale: readonly [number, number],
  level: { readonly width: number; readonly height: number },
): PixelWindow | null {
  let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < positions.length; i += 2) {
    const x = (positions[i] ?? 0) * scale[0];
    const y = (positions[i + 1] ?? 0) * scale[1];
    west = Math.min(west, x);
    east = Math.max(east, x);
    north = Math.min(north, y);
    south = Math.max(south, y);
  }
  const x = Math.max(0, Math.floor(west));
  const y = Math.max(0, Math.floor(north));
  const width = Math.min(level.width, Math.ceil(east)) - x;
  const height = Math.min(level.height, Math.ceil(south)) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

/** @param u,v 0–1 across and down the tile */
function interpolate(positions: Float64Array, u: number, v: number): [number, number] {
  const across = u * (nodes - 1);
  const down = v * (nodes - 1);
  const column = Math.min(nodes - 2, Math.floor(across));
  const row = Math.min(nodes - 2, Math.floor(down));
  const [s, t] = [across - column, down - row];
  const at = (c: number, r: number, axis: number): number => positions[(r * nodes + c) * 2 + axis] ?? 0;
  const mix = (axis: number): number =>
    (at(column, row, axis) * (1 - s) + at(column + 1, row, axis) * s) * (1 - t) +
    (at(column, row + 1, axis) * (1 - s) + at(column + 1, row + 1, axis) * s) * t;
  return [mix(0), mix(1)];
}
