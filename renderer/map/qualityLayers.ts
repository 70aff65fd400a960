import type { FeatureCollection } from 'geojson';
import GeoJSON from 'ol/format/GeoJSON';
import type ImageTile from 'ol/ImageTile';
import TileLayer from 'ol/layer/Tile';
import VectorLayer from 'ol/layer/Vector';
import { transformExtent } from 'ol/proj';
import type Projection from 'ol/proj/Projection';
import VectorSource from 'ol/source/Vector';
import XYZ from 'ol/source/XYZ';
import Fill from 'ol/style/Fill';
import Stroke from 'ol/style/Stroke';
import Style from 'ol/style/Style';
import TileState from 'ol/TileState';
import type { LonLatBox } from '@shared/ipc/types';
import { css, mapColours } from './colours';
import { hiddenWhileEmpty, overlayZ } from './overlays';

/** Deeper tiles would show the same pixels larger. */
const finestZoom = 21;

/** The probabilities of a processing, coloured by the engine. */
export function probabilityLayer(processingId: string, bounds: LonLatBox, view: Projection): TileLayer<XYZ> {
  const source = new XYZ({
    url: `/probabilities/${encodeURIComponent(processingId)}/{z}/{x}/{y}`,
    maxZoom: finestZoom,
    transition: 0,
    interpolate: false,
    wrapX: false,
    tileLoadFunction: (tile, url) => void loadTile(tile as ImageTile, url),
  });
  // Nothing is asked for beside the area.
  const extent = transformExtent([...bounds], 'EPSG:4326', view, 8);
  return new TileLayer({ source, extent });
}

/** Where nothing is likely there is no picture, which is no failure. */
async function loadTile(tile: ImageTile, url: string): Promise<void> {
  const image = tile.getImage() as HTMLImageElement;
  try {
    const answer = await fetch(url);
    if (answer.status === 204) {
      tile.setState(TileState.EMPTY);
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const address = URL.createObjectURL(await answer.blob());
    const release = (): void => URL.revokeObjectURL(address);
    image.addEventListener('load', release, { once: true });
    image.addEventListener('error', release, { once: true });
    image.src = address;
  } catch {
    tile.setState(TileState.ERROR);
  }
}

/** Outlines that are tried: none of the colours of results or probabilities. */
export function previewOverlay(): VectorLayer<VectorSource> {
  return hiddenWhileEmpty(
    new VectorLayer({
      source: new VectorSource(),
      style: [
        new Style({ stroke: new Stroke({ color: css(mapColours.casing), width: 3.5 }) }),
        new Style({
          fill: new Fill({ color: css(mapColours.previewFill) }),
          stroke: new Stroke({ color: css(mapColours.preview), width: 2 }),
        }),
      ],
      zIndex: overlayZ - 1,
      updateWhileAnimating: true,
      updateWhileInteracting: true,
    }),
  );
}

const geojson = new GeoJSON();

export function showPreview(
  layer: VectorLayer<VectorSource>,
  outlines: FeatureCollection | null,
  projection: Projection,
): void {
  const source = layer.getSource();
  source?.clear(true);
  if (!outlines) return;
  source?.addFeatures(
    geojson.readFeatures(outlines, { dataProjection: 'EPSG:4326', featureProjection: projection }),
  );
}
