import type { Extent } from 'ol/extent';
import { intersects, isEmpty } from 'ol/extent';
import type MapBrowserEvent from 'ol/MapBrowserEvent';
import { fromLonLat, transformExtent } from 'ol/proj';
import type View from 'ol/View';
import type { ViewPlace } from '@shared/ipc/desk';
import type { LonLatBox } from '@shared/ipc/types';
import { noFacts } from '../state/camera.svelte';
import type { CompareSide } from '../state/compare.svelte';
import type { Layer } from '../state/layers.svelte';
import type { Tool } from '../state/tools.svelte';
import type { Workspace } from '../state/workspace';
import { previewOverlay, probabilityLayer, showPreview } from './qualityLayers';
import { drawAoi, measure, type EndTool } from './drawing';
import {
  aoiOverlay,
  chunkOverlay,
  highlightOverlay,
  measureOverlay,
  overlayZ,
  showChunks,
  showGeometry,
} from './overlays';
import { readPixels } from './pixelReadings';
import { earth, placementOf } from './placement';
import { boxInView, MapScene, pixelsPerMetre, pointerAt, viewFacts, viewFor } from './scene';
import { holds, type Space } from './space.svelte';
import type { TileLoaders } from './tileLoaders';

const zoomMilliseconds = 140;
const fitPadding = [24, 24, 24, 24];
/** px around a click that still count as hit */
const hitTolerance = 4;

/** One space on the screen: its view, the map that is always there, and the second one of "side by side". */
export class MapSession {
  readonly view: View;
  readonly #space: Space;
  readonly #workspace: Workspace;
  readonly #loaders: TileLoaders;
  readonly #main: MapScene;
  #second: MapScene | null = null;
  readonly #undrawn = new Set<MapScene>();
  readonly #aoi = aoiOverlay();
  readonly #measure = measureOverlay();
  readonly #highlight = highlightOverlay();
  readonly #chunks = chunkOverlay();
  readonly #preview = previewOverlay();
  #probabilities: { readonly key: string; readonly ol: ReturnType<typeof probabilityLayer> } | null = null;
  #endTool: EndTool | null = null;

  constructor(target: HTMLElement, space: Space, workspace: Workspace, loaders: TileLoaders) {
    this.#space = space;
    this.#workspace = workspace;
    this.#loaders = loaders;
    this.view = viewFor(space.projection, space.pixelSize);
    this.#main = this.#createScene(target);
    for (const overlay of [this.#preview, this.#chunks, this.#aoi, this.#highlight, this.#measure]) {
      this.#main.map.addLayer(overlay);
    }
    this.#main.map.on('moveend', () => {
      this.#workspace.memory.keepView(this.place());
      this.#tellBox();
    });
    this.view.on(['change:center', 'change:resolution', 'change:rotation'], () => {
      this.#tellFacts();
      // The map says so only with its next frame: until then the old picture would pass for the new one.
      for (const scene of [this.#main, this.#second]) scene?.render();
    });
    this.#tellFacts();
  }

  showSecond(target: HTMLElement): () => void {
    const scene = this.#createScene(target);
    this.#second = scene;
    this.showBaseMap();
    return () => {
      if (this.#second === scene) this.#second = null;
      this.#undrawn.delete(scene);
      scene.dispose();
      this.#main.map.updateSize();
    };
  }

  /** Takes over the list of layers. In "side by side" the second map, on the left, leaves the compared ones out. */
  sync(layers: readonly Layer[]): void {
    const { compare } = this.#workspace;
    const shows = (side: CompareSide) => (layer: Layer) => compare.shows(layer, side);
    this.#main.sync(layers, shows('all'));
    this.#second?.sync(layers, shows('before'));
    this.#workspace.camera.seen = layers;
    this.#workspace.camera.elsewhere = layers
      .filter((layer) => layer.kind !== 'lost' && !holds(this.#space, layer))
      .map((layer) => layer.id);
  }

  /** A base map lies under what is on the Earth only. */
  showBaseMap(): void {
    const { baseMaps } = this.#workspace;
    const map = this.#space.key === earth && baseMaps.visible ? baseMaps.current : null;
    for (const scene of [this.#main, this.#second]) scene?.setBaseMap(map, baseMaps.opacity);
  }

  retryBaseMap(): void {
    this.#main.retryBaseMap();
    this.#second?.retryBaseMap();
  }

  /** The swipe line has moved. */
  redraw(): void {
    this.#main.render();
  }

  restyle(): void {
    this.#main.redraw();
    this.#second?.redraw();
  }

  showOverlays(): void {
    const { aoi, highlight, layers, uploads } = this.#workspace;
    if (this.#space.key === earth) {
      showGeometry(this.#aoi, aoi.shape, this.#space.projection);
      showGeometry(this.#highlight, highlight.feature?.geometry ?? null, this.#space.projection);
    }
    const path = uploads.mapped?.path;
    const layer = layers.rasters.find((raster) => raster.raster.path === path);
    const placement = layer ? placementOf(layer.raster) : null;
    const fits = placement?.space === this.#space.key;
    showChunks(this.#chunks, uploads.chunks, fits ? placement : null, this.#space.projection);
  }

  /** Probabilities, and outlines that are tried; over the first map only. */
  showQuality(): void {
    const { layers, quality } = this.#workspace;
    if (this.#space.key !== earth) return;
    const { processingId, layerShown, opacity, range } = quality;
    const key = layerShown ? processingId : null;
    if (this.#probabilities && this.#probabilities.key !== key) {
      this.#main.map.removeLayer(this.#probabilities.ol);
      this.#probabilities.ol.dispose();
      this.#probabilities = null;
    }
    if (key !== null && range && !this.#probabilities) {
      this.#probabilities = { key, ol: probabilityLayer(key, range.bounds, this.#space.projection) };
      this.#main.map.addLayer(this.#probabilities.ol);
    }
    // Under the outlines of the result, over what is under them.
    const result = layers.results.find((layer) => layer.processingId === processingId);
    const height = result ? this.#main.heightOf(result.id) : null;
    this.#probabilities?.ol.setZIndex((height ?? overlayZ) - 0.5);
    this.#probabilities?.ol.setOpacity(opacity);
    showPreview(this.#preview, quality.preview?.outlines ?? null, this.#space.projection);
    this.#main.render();
  }

  useTool(tool: Tool): void {
    this.#endTool?.();
    this.#endTool = null;
    const { aoi, draft, measure: state, tools } = this.#workspace;
    const map = this.#main.map;
    if (this.#space.key !== earth) return;
    if (tool === 'drawAoi') {
      this.#endTool = drawAoi(map, this.#aoi, tools.aoiShape, (shape, finished) => {
        aoi.set(shape);
        draft.areaMode = 'drawn';
        // The click that ends the drawing must not reach the next tool.
        if (finished) setTimeout(() => tools.leave(), 0);
      });
    } else if (tool === 'measureLength' || tool === 'measureArea') {
      const kind = tool === 'measureLength' ? 'length' : 'area';
      this.#endTool = measure(map, this.#measure, kind, (measurement) => (state.current = measurement));
    }
  }

  zoomBy(factor: number): void {
    const resolution = this.view.getResolution();
    if (resolution === undefined) return;
    this.view.cancelAnimations();
    this.view.animate({ resolution: resolution / factor, duration: this.#duration });
  }

  zoomToLayer(layer: Layer): void {
    const { projection } = this.#space;
    if (layer.kind === 'raster') {
      const placement = placementOf(layer.raster);
      const own = placement.projection.getCode() === projection.getCode();
      this.#fit(
        own ? placement.extent : transformExtent(placement.extent, placement.projection, projection, 8),
      );
    } else if (layer.bbox) {
      this.zoomToBox(layer.bbox);
    }
  }

  zoomToBox(box: LonLatBox): void {
    if (this.#space.key !== earth) return;
    // Not closer than the image has detail: a single tree would fill the window.
    this.#fit(boxInView(box, this.#space.projection), this.#space.pixelSize ?? 0);
  }

  /** True when some of the box is in sight. */
  sees(box: LonLatBox): boolean {
    const size = this.#main.map.getSize();
    if (this.#space.key !== earth || !size) return false;
    return intersects(this.view.calculateExtent(size), boxInView(box, this.#space.projection));
  }

  /** One pixel of the raster on one of the screen, its grid on the screen's, so that nothing is resampled. */
  zoomToPixels(layer: Layer): void {
    if (layer.kind !== 'raster') return;
    const { projection, pixelSize, transform } = placementOf(layer.raster);
    const size = this.#main.map.getSize();
    const center = this.view.getCenter();
    if (!size || !center) return;
    const resolution = pixelSize / window.devicePixelRatio;
    this.view.cancelAnimations();
    this.view.setRotation(0);
    this.view.setResolution(resolution);
    if (projection.getCode() !== this.#space.projection.getCode()) return;
    const [width = 0, height = 0] = size;
    const align = (value: number, origin: number, pixels: number): number => {
      const edge = value - (pixels / 2) * resolution;
      return Math.round((edge - origin) / pixelSize) * pixelSize + origin + (pixels / 2) * resolution;
    };
    this.view.setCenter([
      align(center[0] ?? 0, transform[0], width),
      align(center[1] ?? 0, transform[3], height),
    ]);
  }

  resetRotation(): void {
    this.view.animate({ rotation: 0, duration: this.#duration });
  }

  setScale(denominator: number): void {
    const { metresPerPixel } = viewFacts(this.view, '');
    if (metresPerPixel !== null && denominator > 0)
      this.#setMetresPerPixel(denominator / pixelsPerMetre, metresPerPixel);
  }

  setRotation(degrees: number): void {
    this.view.setRotation((degrees * Math.PI) / 180);
  }

  place(): ViewPlace | null {
    const { metresPerPixel, rotation } = viewFacts(this.view, '');
    const center = this.view.getCenter();
    if (metresPerPixel === null || !center) return null;
    const { lon, lat } = pointerAt(center, this.#space.projection);
    return lon === null || lat === null ? null : { lon, lat, metresPerPixel, rotation };
  }

  showPlace({ lon, lat, metresPerPixel, rotation }: ViewPlace): void {
    if (this.#space.key !== earth) return;
    const center = fromLonLat([lon, lat], this.#space.projection);
    if (!center.every(Number.isFinite)) return;
    this.view.cancelAnimations();
    this.view.setCenter(center);
    this.view.setRotation(rotation);
    const { metresPerPixel: now } = viewFacts(this.view, '');
    if (now !== null) this.#setMetresPerPixel(metresPerPixel, now);
  }

  #setMetresPerPixel(wanted: number, now: number): void {
    const resolution = this.view.getResolution();
    if (resolution === undefined) return;
    this.view.cancelAnimations();
    this.view.setResolution((resolution * wanted) / now);
  }

  updateSize(): void {
    this.#main.map.updateSize();
    this.#second?.map.updateSize();
  }

  dispose(): void {
    this.#endTool?.();
    this.#second?.dispose();
    this.#main.dispose();
    this.#workspace.camera.pointer = null;
    this.#workspace.camera.facts = noFacts;
    this.#workspace.camera.drawn = true;
  }

  get #duration(): number {
    return window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : zoomMilliseconds;
  }

  #createScene(target: HTMLElement): MapScene {
    const { api, camera, compare, highlight, problems, quality, rasters } = this.#workspace;
    const scene: MapScene = new MapScene(target, {
      api,
      loaders: this.#loaders,
      view: this.view,
      space: this.#space,
      swipe: (layer) =>
        compare.mode === 'swipe' && compare.compared.includes(layer) ? compare.position : null,
      isHighlighted: (processingId, featureId) => {
        const feature = highlight.feature;
        return feature?.processingId === processingId && feature.featureId === featureId;
      },
      hides: (layer) => quality.hides(layer),
      onerror: (error, about) => problems.report(error, about),
      onpicture: () => rasters.pictureShown(),
      ondrawn: (drawn) => {
        // Rasters that are reprojected or out of sight count as seen when all is drawn.
        if (drawn) rasters.pictureShown();
        if (drawn) this.#undrawn.delete(scene);
        else this.#undrawn.add(scene);
        camera.drawn = this.#undrawn.size === 0;
      },
    });
    scene.map.on('pointermove', (event) => {
      camera.pointer = pointerAt(event.coordinate, this.#space.projection);
    });
    target.addEventListener('pointerleave', () => (camera.pointer = null));
    scene.map.on('singleclick', (event) => this.#click(event));
    return scene;
  }

  #click(event: MapBrowserEvent): void {
    const { api, identify, layers, tools } = this.#workspace;
    if (tools.active !== 'identify') return;
    const { key, projection } = this.#space;
    const facts = viewFacts(this.view, this.#space.crsName);
    const place = {
      ...pointerAt(event.coordinate, projection),
      toleranceMetres: hitTolerance * (facts.metresPerPixel ?? 0),
    };
    const results = layers.results.filter((layer) => layer.visible);
    void identify.at(place, results, () =>
      readPixels(layers.rasters, key, event.coordinate, projection, api),
    );
  }

  #fit(extent: Extent, minResolution = 0): void {
    if (isEmpty(extent) || !extent.every(Number.isFinite)) return;
    this.view.cancelAnimations();
    this.view.setRotation(0);
    this.view.fit(extent, { padding: fitPadding, minResolution });
  }

  #tellBox(): void {
    const size = this.#main.map.getSize();
    if (this.#space.key !== earth || !size) return;
    const extent = this.view.calculateExtent(size);
    const box = transformExtent(extent, this.#space.projection, 'EPSG:4326', 8);
    const [west = NaN, south = NaN, east = NaN, north = NaN] = box;
    if (box.every(Number.isFinite)) this.#workspace.quality.look([west, south, east, north]);
  }

  #tellFacts(): void {
    this.#workspace.camera.facts = viewFacts(this.view, this.#space.crsName);
  }
}
