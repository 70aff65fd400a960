import type { OpenRaster } from '../rasterAccess';
import { colourBands, needsStretch, stretchOf, type Stretch } from './colours';

/** Windows that are looked at, along each side; and their size in px. */
const spread = 4;
const side = 128;
/** px; a level smaller than this has lost its extremes to averaging */
const smallestLevel = 512;

/** Some pixels from all over the raster: values of its colour bands where they are valid. */
async function samplePixels(raster: OpenRaster): Promise<readonly (readonly number[])[]> {
  const { levels } = raster.description;
  let index = 0;
  levels.forEach((level, i) => {
    if (Math.max(level.width, level.height) >= smallestLevel) index = i;
  });
  const level = levels[index];
  const bands = colourBands(raster.description);
  const samples = bands.map((): number[] => []);
  if (!level) return samples;
  for (let part = 0; part < spread * spread; part++) {
    const window = {
      x: along(level.width, part % spread),
      y: along(level.height, Math.floor(part / spread)),
      width: Math.min(side, level.width),
      height: Math.min(side, level.height),
    };
    const pixels = await raster.readWindow(index, window);
    bands.forEach((band, i) => {
      const values = pixels.bands[band];
      for (let at = 0; values && at < values.length; at++) {
        if (pixels.valid === null || pixels.valid[at] !== 0) samples[i]?.push(Number(values[at]));
      }
    });
  }
  return samples;
}

function along(length: number, step: number): number {
  return Math.max(0, Math.round(((length - side) * step) / (spread - 1)));
}

/** The stretch that all of these share; null when their samples are colours already. */
export async function sampleStretch(rasters: AsyncIterable<OpenRaster>): Promise<Stretch | null> {
  const pooled: number[][] = [];
  let needed = false;
  for await (const raster of rasters) {
    if (!needsStretch(raster.description)) continue;
    needed = true;
    (await samplePixels(raster)).forEach((values, band) => {
      const pool = (pooled[band] ??= []);
      for (const value of values) pool.push(value);
    });
  }
  return needed ? stretchOf(pooled) : null;
}
