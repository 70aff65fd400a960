import Map from 'ol/Map';
import View from 'ol/View';
import WebGLTileLayer from 'ol/layer/WebGLTile';
import DataTileSource from 'ol/source/DataTile';
import TileGrid from 'ol/tilegrid/TileGrid';
import { drawsInSoftware } from './plainContexts';
import { pixelProjection } from './projections';
import { warmUpScreens } from './softwareScreen';

const side = 16;

/**
 * Draws one grey tile where nobody sees it. The graphics process compiles its programs and the window its code now, not when
 * the first raster is waited for: that takes some tenths of a second where there is no graphics card.
 */
export function warmUpDrawing(): void {
  if (drawsInSoftware()) warmUpScreens();
  const target = document.createElement('div');
  Object.assign(target.style, {
    position: 'fixed',
    left: `-${2 * side}px`,
    width: `${side}px`,
    height: `${side}px`,
  });
  target.setAttribute('aria-hidden', 'true');
  document.body.append(target);
  const projection = pixelProjection('warm-up', side, side);
  const extent = projection.getExtent();
  const source = new DataTileSource({
    projection,
    tileGrid: new TileGrid({ extent, origin: [0, 0], resolutions: [1], tileSize: side }),
    tileSize: side,
    bandCount: 4,
    transition: 0,
    wrapX: false,
    loader: () => Promise.resolve(new Uint8Array(side * side * 4).fill(128)),
  });
  const layer = new WebGLTileLayer({ source });
  const view = new View({ projection, center: [side / 2, -side / 2], resolution: 1 });
  const map = new Map({ target, controls: [], interactions: [], layers: [layer], view });
  map.once('rendercomplete', () => {
    map.setTarget(undefined);
    map.dispose();
    layer.dispose();
    target.remove();
  });
}
