import type { RgbWindow } from '../models/types';
import type { OpenRaster } from '../rasterAccess';
import { addStrip, createSums, finish } from './average';
import { paint, type Planes, type Stretch } from './colours';

/** px of source pixels that are put together at once */
const stripPixels = 4_000_000;

/** The whole raster, its longer side `side` px (or its own, where that is smaller), averaged by area. */
export async function thumbnail(
  raster: OpenRaster,
  side: number,
  stretch: Stretch | null,
  signal?: AbortSignal,
): Promise<RgbWindow> {
  const { levels } = raster.description;
  let index = 0;
  levels.forEach((level, i) => {
    if (Math.max(level.width, level.height) >= side) index = i;
  });
  const level = levels[index];
  if (!level) throw new Error('a raster without levels');
  const ratio = Math.max(1, Math.max(level.width, level.height) / side);
  const width = Math.max(1, Math.round(level.width / ratio));
  const height = Math.max(1, Math.round(level.height / ratio));
  const sums = createSums(width, height);
  const scale = { left: 0, top: 0, ratioX: level.width / width, ratioY: level.height / height };
  // Whole rows of blocks, so that none is decoded twice.
  const rows = Math.max(1, Math.floor(stripPixels / level.width / level.blockHeight)) * level.blockHeight;
  const stripRows = Math.min(
    level.height,
    Math.max(1, Math.min(rows, Math.ceil((4 * stripPixels) / level.width))),
  );
  for (let y = 0; y < level.height; y += stripRows) {
    signal?.throwIfAborted();
    const window = { x: 0, y, width: level.width, height: Math.min(stripRows, level.height - y) };
    const pixels = await raster.readWindow(index, window, signal);
    const count = window.width * window.height;
    const planes: Planes = [new Uint8Array(count), new Uint8Array(count), new Uint8Array(count)];
    const strip = { width: window.width, height: window.height, planes, valid: new Uint8Array(count) };
    paint(pixels, raster.description, stretch, strip, { x: 0, y: 0 });
    addStrip(sums, strip, y, scale);
  }
  return finish(sums);
}

/** A smaller picture of the same. */
export function shrink(picture: RgbWindow, side: number): RgbWindow {
  const ratio = Math.max(picture.width, picture.height) / side;
  if (ratio <= 1) return picture;
  const width = Math.max(1, Math.round(picture.width / ratio));
  const height = Math.max(1, Math.round(picture.height / ratio));
  const sums = createSums(width, height);
  const scale = { left: 0, top: 0, ratioX: picture.width / width, ratioY: picture.height / height };
  const planes = [picture.red, picture.green, picture.blue] as const;
  addStrip(sums, { ...picture, planes }, 0, scale);
  return finish(sums);
}

/** RGB bytes for the encoder; pixels without data are white, as in the service's previews. */
export function interleaved(picture: RgbWindow): Uint8Array {
  const rgb = new Uint8Array(picture.width * picture.height * 3).fill(255);
  for (let i = 0; i < picture.valid.length; i++) {
    if (picture.valid[i] === 0) continue;
    rgb[i * 3] = picture.red[i] ?? 0;
    rgb[i * 3 + 1] = picture.green[i] ?? 0;
    rgb[i * 3 + 2] = picture.blue[i] ?? 0;
  }
  return rgb;
}
