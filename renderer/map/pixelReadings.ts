import type { Projection } from 'ol/proj';
import { transform } from 'ol/proj';
import type { RasterLayer } from '../state/layers.svelte';
import type { PixelReading } from '../state/identify.svelte';
import { placementOf, toPixel } from './placement';
import type { TileLoaders } from './tileLoaders';

/** The pixels of the visible rasters under a point of the view, topmost first, at full resolution. */
export async function readPixels(
  layers: readonly RasterLayer[],
  space: string,
  coordinate: readonly number[],
  view: Projection,
  loaders: TileLoaders,
): Promise<readonly PixelReading[]> {
  const readings = await Promise.all(
    layers
      .filter((layer) => layer.visible)
      .map((layer) => readPixel(layer, space, coordinate, view, loaders)),
  );
  return readings.filter((reading) => reading !== null);
}

async function readPixel(
  layer: RasterLayer,
  space: string,
  coordinate: readonly number[],
  view: Projection,
  loaders: TileLoaders,
): Promise<PixelReading | null> {
  const placement = placementOf(layer.raster);
  if (placement.space !== space) return null;
  const [x = NaN, y = NaN] = transform([...coordinate], view, placement.projection);
  const [column, row] = toPixel(placement.transform, x, y).map(Math.floor);
  const { width, height } = layer.raster.description;
  if (column === undefined || row === undefined) return null;
  if (!(column >= 0 && row >= 0 && column < width && row < height)) return null;
  return { layerName: layer.name, column, row, values: await readValues(layer, column, row, loaders) };
}

async function readValues(
  layer: RasterLayer,
  column: number,
  row: number,
  loaders: TileLoaders,
): Promise<readonly number[] | null> {
  const key = loaders.keyOf(layer.raster, layer.display);
  const loader = loaders.take(key, layer.raster, layer.display);
  try {
    const level = loader.levels[0];
    if (!level) return null;
    const { tileWidth, tileHeight } = level;
    const tile = await loader.load(0, Math.floor(column / tileWidth), Math.floor(row / tileHeight));
    const channels = loader.channels.length;
    const at = ((row % tileHeight) * tileWidth + (column % tileWidth)) * channels;
    const values = Array.from(tile.subarray(at, at + channels));
    return values.pop() === 0 ? null : values;
  } finally {
    loaders.release(key);
  }
}
