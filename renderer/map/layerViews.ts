import type OlLayer from 'ol/layer/Layer';
import type Projection from 'ol/proj/Projection';
import type { Api } from '../bridge';
import type { RasterLayer, ResultLayer } from '../state/layers.svelte';
import type { Placement } from './placement';
import { RasterSource } from './rasterSource';
import { RasterTileLayer } from './rasterTileLayer';
import { rasterStyle, styleKey, styleVariables } from './rasterStyle';
import { resultLayer } from './resultLayer';
import { resultSource } from './resultTiles';
import type { TileLoader } from '../workers/tileLoader';
import type { TileLoaders } from './tileLoaders';
import { UploadPace } from './uploadPace';

/** A layer of the list as one map draws it. */
export interface LayerView {
  readonly ol: OlLayer;
  /** Takes over what the list says now; false when it must be built anew. */
  update(): boolean;
  /** Another view takes over: this one is drawn as it is until then. */
  leave(): void;
  dispose(): void;
}

/** One for all rasters: they share the frame. */
const uploads = new UploadPace();

export function rasterView(
  layer: RasterLayer,
  placement: Placement,
  loaders: TileLoaders,
  onerror: (error: unknown, about: string) => void,
  onpicture: () => void,
): LayerView {
  const key = loaders.keyOf(layer.raster, layer.display);
  const loader = loaders.take(key, layer.raster, layer.display);
  const { width, height } = layer.raster.description;
  // Not to wait for the map's first frame.
  void loader.preview?.load().catch(() => undefined);
  const tell = (error: unknown): void => onerror(error, layer.name);
  const source = new RasterSource(loader, placement, width, height, tell, uploads);
  const ol = new RasterTileLayer({
    source,
    style: rasterStyle(loader, layer.display),
    cacheSize: cacheSize(loader),
    onpicture,
  });
  let shape = styleKey(loader, layer.display);
  return {
    ol,
    update() {
      if (loaders.keyOf(layer.raster, layer.display) !== key) return false;
      ol.setVisible(layer.visible);
      ol.setOpacity(layer.opacity);
      // A new shape compiles a program anew, a new value only sets it; the tiles stay on the graphics card either way.
      const wanted = styleKey(loader, layer.display);
      if (wanted === shape) ol.updateStyleVariables(styleVariables(loader, layer.display));
      else ol.setStyle(rasterStyle(loader, layer.display));
      shape = wanted;
      return true;
    },
    leave: () => source.stopLoading(),
    dispose() {
      source.stopLoading();
      ol.dispose();
      loaders.release(key);
    },
  };
}

/** bytes of tiles that one layer keeps on the graphics card */
const cacheBytes = 96 * 1024 * 1024;
/** Fewer would not fill a screen at two zoom levels. */
const fewestTiles = 48;

function cacheSize({ levels, channels, dtype }: TileLoader): number {
  const [finest] = levels;
  const pixels = finest ? finest.tileWidth * finest.tileHeight : 1;
  return Math.max(
    fewestTiles,
    Math.floor(cacheBytes / (pixels * channels.length * (dtype === 'uint8' ? 1 : 4))),
  );
}

export interface ResultSurroundings {
  readonly api: Api;
  readonly view: Projection;
  isHighlighted(processingId: string, featureId: number | string | undefined): boolean;
  onerror(error: unknown): void;
}

export function resultView(layer: ResultLayer, around: ResultSurroundings): LayerView {
  const { processingId, summary } = layer;
  const read = (z: number, x: number, y: number) =>
    around.api.call('results.tile', { processingId, z, x, y });
  const source = resultSource(read, summary.bbox, around.view, (error) => around.onerror(error));
  const metresPerUnit = around.view.getMetersPerUnit() ?? 1;
  const ol = resultLayer(source, summary.styleName, metresPerUnit, (featureId) =>
    around.isHighlighted(processingId, featureId),
  );
  return {
    ol,
    update() {
      ol.setVisible(layer.visible);
      ol.setOpacity(layer.opacity);
      return true;
    },
    leave: () => undefined,
    dispose: () => ol.dispose(),
  };
}
