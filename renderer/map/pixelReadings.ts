import type { Projection } from 'ol/proj';
import { transform } from 'ol/proj';
import type { Api } from '../bridge';
import type { RasterLayer } from '../state/layers.svelte';
import type { PixelReading } from '../state/identify.svelte';
import { placementOf, toPixel } from './placement';
import { isPixels } from './projections';
import { crsName } from './space.svelte';

/** The pixels of the visible rasters under a point of the view, topmost first, at full resolution and as the files have them. */
export async function readPixels(
  layers: readonly RasterLayer[],
  space: string,
  coordinate: readonly number[],
  view: Projection,
  api: Api,
): Promise<readonly PixelReading[]> {
  const readings = await Promise.all(
    layers.filter((layer) => layer.visible).map((layer) => readPixel(layer, space, coordinate, view, api)),
  );
  return readings.filter((reading) => reading !== null);
}

async function readPixel(
  layer: RasterLayer,
  space: string,
  coordinate: readonly number[],
  view: Projection,
  api: Api,
): Promise<PixelReading | null> {
  const placement = placementOf(layer.raster);
  if (placement.space !== space) return null;
  const [x = NaN, y = NaN] = transform([...coordinate], view, placement.projection);
  const [column, row] = toPixel(placement.transform, x, y).map(Math.floor);
  const { width, height, georeference, palette, sampleType } = layer.raster.description;
  if (column === undefined || row === undefined) return null;
  if (!(column >= 0 && row >= 0 && column < width && row < height)) return null;
  const { values, valid } = await api.call('files.pixel', { rasterId: layer.id, column, row });
  const { crs } = georeference;
  const located = crs !== null && !isPixels(placement.projection);
  return {
    layerId: layer.id,
    layerName: layer.name,
    column,
    row,
    place: located
      ? { x, y, crs: crsName(crs), degrees: placement.projection.getUnits() === 'degrees' }
      : null,
    values,
    valid,
    whole: !sampleType.startsWith('float'),
    colour: palette?.[values[0] ?? -1] ?? null,
  };
}
