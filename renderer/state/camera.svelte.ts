import type { ViewPlace } from '@shared/ipc/desk';
import type { LonLatBox } from '@shared/ipc/types';
import type { Layer } from './layers.svelte';

/** Where the pointer is. Longitude and latitude are null where the picture has no place on the Earth. */
export interface Pointer {
  readonly x: number;
  readonly y: number;
  readonly lon: number | null;
  readonly lat: number | null;
}

/** What the map shows, for the status bar. */
export interface ViewFacts {
  /** Name of the view's coordinate system; empty for a picture in pixels. */
  readonly crs: string;
  /** True where the system counts in degrees. */
  readonly degrees: boolean;
  /** Metres of ground a screen pixel at the centre; null for a picture in pixels. */
  readonly metresPerPixel: number | null;
  /** Denominator of the map scale on a screen of 96 dpi; null for a picture in pixels. */
  readonly scale: number | null;
  /** radians, clockwise */
  readonly rotation: number;
}

/** What the map can be told; the map attaches itself. */
export interface CameraDriver {
  zoomBy(factor: number): void;
  zoomToLayer(layerId: string): void;
  /** One pixel of the layer on one pixel of the screen. */
  zoomToPixels(layerId: string): void;
  zoomToBox(box: LonLatBox): void;
  resetRotation(): void;
  /** Denominator of the map scale, on a screen of 96 dpi. */
  setScale(denominator: number): void;
  /** degrees, clockwise */
  setRotation(degrees: number): void;
  /** What is seen now, to be found again; null for a picture without a place. */
  place(): ViewPlace | null;
  showPlace(place: ViewPlace): void;
}

/** Without a map. */
export const noFacts: ViewFacts = { crs: '', degrees: false, metresPerPixel: null, scale: null, rotation: 0 };

/** The map's view as the other panels see it. */
export class Camera implements CameraDriver {
  #driver: CameraDriver | null = null;
  #pointer = $state.raw<Pointer | null>(null);
  #facts = $state.raw<ViewFacts>(noFacts);
  #drawn = $state(true);
  #seen = $state.raw<readonly Layer[]>([]);
  #elsewhere = $state.raw<readonly string[]>([]);

  get pointer(): Pointer | null {
    return this.#pointer;
  }

  set pointer(pointer: Pointer | null) {
    this.#pointer = pointer;
  }

  get facts(): ViewFacts {
    return this.#facts;
  }

  set facts(facts: ViewFacts) {
    this.#facts = facts;
  }

  /** False while something of the current view is not on the screen yet. */
  get drawn(): boolean {
    return this.#drawn;
  }

  /** The list of layers as the map last took it over. */
  get seen(): readonly Layer[] {
    return this.#seen;
  }

  set seen(layers: readonly Layer[]) {
    this.#seen = layers;
  }

  set drawn(drawn: boolean) {
    this.#drawn = drawn;
  }

  /** Layers that the present view cannot show: they lie in another part of the world, or have no place on it. */
  get elsewhere(): readonly string[] {
    return this.#elsewhere;
  }

  set elsewhere(layerIds: readonly string[]) {
    this.#elsewhere = layerIds;
  }

  /** Returns the function that detaches. */
  attach(driver: CameraDriver): () => void {
    this.#driver = driver;
    return () => {
      if (this.#driver === driver) this.#driver = null;
    };
  }

  zoomBy(factor: number): void {
    this.#driver?.zoomBy(factor);
  }

  zoomToLayer(layerId: string): void {
    this.#driver?.zoomToLayer(layerId);
  }

  zoomToPixels(layerId: string): void {
    this.#driver?.zoomToPixels(layerId);
  }

  zoomToBox(box: LonLatBox): void {
    this.#driver?.zoomToBox(box);
  }

  resetRotation(): void {
    this.#driver?.resetRotation();
  }

  setScale(denominator: number): void {
    this.#driver?.setScale(denominator);
  }

  setRotation(degrees: number): void {
    this.#driver?.setRotation(degrees);
  }

  place(): ViewPlace | null {
    return this.#driver?.place() ?? null;
  }

  showPlace(place: ViewPlace): void {
    this.#driver?.showPlace(place);
  }
}
