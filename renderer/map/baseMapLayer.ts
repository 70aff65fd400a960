import type { BaseMap } from '@shared/ipc/desk';
import TileLayer from 'ol/layer/Tile';
import XYZ from 'ol/source/XYZ';

/** Under every layer of the list. */
const lowestZ = -1;

/** The tiles of a base map. Main fetches and keeps them; the window only ever asks main. */
export function baseMapLayer(map: BaseMap): TileLayer<XYZ> {
  const source = new XYZ({
    url: `/basemap/${map.id}/{z}/{x}/{y}`,
    maxZoom: map.maxZoom,
    transition: 0,
    interpolate: true,
    wrapX: true,
  });
  return new TileLayer({ source, zIndex: lowestZ });
}
