import { defaults } from 'ol/interaction/defaults';
import OlMap from 'ol/Map';
import { getPointResolution, toLonLat, transformExtent } from 'ol/proj';
import type Projection from 'ol/proj/Projection';
import View from 'ol/View';
import type { Extent } from 'ol/extent';
import type { LonLatBox } from '@shared/ipc/types';
import type { Api } from '../bridge';
import type { Pointer, ViewFacts } from '../state/camera.svelte';
import type { Layer, RasterLayer, ResultLayer } from '../state/layers.svelte';
import type TileLayer from 'ol/layer/Tile';
import type XYZ from 'ol/source/XYZ';
import type { BaseMap } from '@shared/ipc/desk';
import { baseMapLayer } from './baseMapLayer';
import { rasterView, resultView, type LayerView } from './layerViews';
import { placementOf, type Placement } from './placement';
import { isPixels } from './projections';
import { isShown, onShown } from './softwareScreen';
import { holds, type Space } from './space.svelte';
import { clipRightOf } from './swipe';
import type { TileLoaders } from './tileLoaders';

export interface SceneOptions {
  readonly api: Api;
  readonly loaders: TileLoaders;
  readonly view: View;
  /** What the view can show: layers of another space are left out. */
  readonly space: Space;
  /** Where the swipe line stands, and for which layers; null without one. */
  swipe(layer: Layer): number | null;
  isHighlighted(processingId: string, featureId: number | string | undefined): boolean;
  /** `about`: which layer it is about, where that is not plain. */
  onerror(error: unknown, about?: string): void;
  /** What gives way to something else for the moment, visible as it is. */
  hides(layer: Layer): boolean;
  /** Called when a raster is to be seen for the first time. */
  onpicture(): void;
  /** Called with false when tiles begin to be missing, with true when all are drawn. */
  ondrawn(drawn: boolean): void;
}

interface Shown {
  readonly layer: Layer;
  readonly view: LayerView;
  unclip(): void;
}

/** One map: draws the layers of the list that it is told to, in their order. */
export class MapScene {
  readonly map: OlMap;
  readonly #options: SceneOptions;
  readonly #shown = new Map<string, Shown>();
  /** Rasters that another view of the same takes over from, by the id of their layer; drawn until that is complete. */
  readonly #leaving = new Map<string, Shown>();
  /** The last frame has all that it needs; it may not be on the screen yet. */
  #complete = false;
  #baseMap: { readonly map: BaseMap; readonly ol: TileLayer<XYZ> } | null = null;
  readonly #placements = new WeakMap<RasterLayer, Placement>();

  constructor(target: HTMLElement, options: SceneOptions) {
    this.#options = options;
    // Without a word OpenLayers leaves wheel and drag to the page until the map has the focus: no page scrolls here.
    const interactions = defaults({ onFocusOnly: false });
    this.map = new OlMap({ target, view: options.view, interactions, controls: [], maxTilesLoading: 24 });
    this.map.on('loadstart', () => this.#begin());
    this.map.on('movestart', () => this.#begin());
    // No word back: the map takes false for an order to tell nobody else, not even the layers of sketches.
    this.map.on('precompose', () => void (this.#complete = false));
    this.map.on('rendercomplete', () => {
      this.#complete = true;
      this.#tellDrawn();
    });
    onShown(this.map, () => this.#tellDrawn());
  }

  /** Takes over the list, topmost first; `shows` says which layers belong to this map. */
  sync(layers: readonly Layer[], shows: (layer: Layer) => boolean): void {
    const wanted = layers
      .filter((layer) => layer.kind !== 'lost')
      .filter((layer) => shows(layer) && holds(this.#options.space, layer));
    const ids = new Set(wanted.map((layer) => layer.id));
    for (const id of this.#shown.keys()) if (!ids.has(id)) this.#remove(id);
    for (const [index, layer] of wanted.entries()) {
      const shown = this.#present(layer);
      shown.view.ol.setZIndex(wanted.length - index);
      shown.view.ol.setVisible(layer.visible && !this.#options.hides(layer));
      // Under the one that takes over, and never instead of it.
      const leaving = this.#leaving.get(layer.id)?.view.ol;
      leaving?.setZIndex(wanted.length - index - 0.5);
      leaving?.setVisible(layer.visible && layer.opacity === 1 && !this.#options.hides(layer));
    }
    this.render();
  }

  /** What lies under all layers; null for nothing. Another server, or another description of it, begins anew. */
  setBaseMap(map: BaseMap | null, opacity: number): void {
    if (this.#baseMap && this.#baseMap.map !== map) {
      this.map.removeLayer(this.#baseMap.ol);
      this.#baseMap.ol.dispose();
      this.#baseMap = null;
    }
    if (map && !this.#baseMap) {
      this.#baseMap = { map, ol: baseMapLayer(map) };
      this.map.addLayer(this.#baseMap.ol);
    }
    this.#baseMap?.ol.setOpacity(opacity);
  }

  /** Asks again for the tiles of the base map that could not be had. */
  retryBaseMap(): void {
    this.#baseMap?.ol.getSource()?.refresh();
  }

  /** Where a layer of the list stands among the others; null while it is not drawn. */
  heightOf(layerId: string): number | null {
    return this.#shown.get(layerId)?.view.ol.getZIndex() ?? null;
  }

  /** Draws the next frame; it is told when it is there. */
  render(): void {
    this.#begin();
    this.map.render();
  }

  #begin(): void {
    this.#complete = false;
    this.#options.ondrawn(false);
  }

  #tellDrawn(): void {
    if (this.#complete && isShown(this.map)) this.#options.ondrawn(true);
  }

  /** Draws anew what depends on the swipe line or the highlighted feature. */
  redraw(): void {
    for (const { view } of this.#shown.values()) view.ol.changed();
  }

  dispose(): void {
    for (const id of [...this.#shown.keys()]) this.#remove(id);
    this.setBaseMap(null, 1);
    this.map.setTarget(undefined);
    this.map.dispose();
  }

  #placement(layer: RasterLayer): Placement {
    const known = this.#placements.get(layer) ?? placementOf(layer.raster);
    this.#placements.set(layer, known);
    return known;
  }

  #present(layer: RasterLayer | ResultLayer): Shown {
    const present = this.#shown.get(layer.id);
    // A result of the same processing may be another version of it.
    if (present?.layer === layer && present.view.update()) return present;
    if (present) this.#replace(present);
    const view = this.#create(layer);
    view.update();
    const unclip = clipRightOf(view.ol, this.map, () => this.#options.swipe(layer));
    const shown = { layer, view, unclip };
    this.#shown.set(layer.id, shown);
    this.map.addLayer(view.ol);
    return shown;
  }

  #create(layer: RasterLayer | ResultLayer): LayerView {
    const { api, loaders, view, isHighlighted, onerror, onpicture } = this.#options;
    if (layer.kind === 'raster')
      return rasterView(layer, this.#placement(layer), loaders, onerror, onpicture);
    return resultView(layer, { api, view: view.getProjection(), isHighlighted, onerror });
  }

  /**
   * A raster stays until the new view of it is drawn: nothing flickers, and the two share the context of the graphics card,
   * which would else be lost with the old one.
   */
  #replace(present: Shown): void {
    const { id, kind } = present.layer;
    if (kind !== 'raster') return this.#remove(id);
    this.#end(this.#leaving.get(id));
    this.#shown.delete(id);
    this.#leaving.set(id, present);
    present.view.leave();
    this.map.once('rendercomplete', () => {
      if (this.#leaving.get(id) !== present) return;
      this.#leaving.delete(id);
      this.#end(present);
    });
  }

  #remove(id: string): void {
    for (const some of [this.#shown, this.#leaving]) {
      this.#end(some.get(id));
      some.delete(id);
    }
  }

  #end(shown: Shown | undefined): void {
    if (!shown) return;
    shown.unclip();
    this.map.removeLayer(shown.view.ol);
    shown.view.dispose();
  }
}

/** A view for a space: in the projection of the raster that it begins with. */
export function viewFor(projection: Projection, pixelSize: number | null): View {
  const metres = projection.getMetersPerUnit() ?? 1;
  const coarsest = isPixels(projection) ? 256 : 160_000 / metres;
  const finest = pixelSize === null ? 0.01 / metres : pixelSize / 64;
  return new View({
    projection,
    center: [0, 0],
    resolution: coarsest,
    minResolution: finest,
    maxResolution: coarsest,
    constrainResolution: false,
    multiWorld: true,
    enableRotation: true,
    smoothResolutionConstraint: false,
  });
}

/** CSS pixels a metre on the screen of 96 dpi that a map scale is given for. */
export const pixelsPerMetre = 96 / 0.0254;

/** What the status bar says of a view. */
export function viewFacts(view: View, crsName: string): ViewFacts {
  const projection = view.getProjection();
  const center = view.getCenter();
  const resolution = view.getResolution();
  const rotation = view.getRotation();
  if (isPixels(projection) || !center || resolution === undefined) {
    return { crs: '', degrees: false, metresPerPixel: null, scale: null, rotation };
  }
  const metresPerPixel = getPointResolution(projection, resolution, center, 'm');
  const degrees = projection.getUnits() === 'degrees';
  return { crs: crsName, degrees, metresPerPixel, scale: metresPerPixel * pixelsPerMetre, rotation };
}

/** A place of the view, with its longitude and latitude where it has them. */
export function pointerAt(coordinate: readonly number[], projection: Projection): Pointer {
  const [x = 0, y = 0] = coordinate;
  if (isPixels(projection)) return { x, y: -y, lon: null, lat: null };
  const [lon = NaN, lat = NaN] = toLonLat([x, y], projection);
  const known = Number.isFinite(lon) && Number.isFinite(lat);
  return { x, y, lon: known ? lon : null, lat: known ? lat : null };
}

/** A box in degrees, as the view's projection sees it. */
export function boxInView(box: LonLatBox, projection: Projection): Extent {
  return transformExtent([...box], 'EPSG:4326', projection, 8);
}
