import type { Geometry } from 'geojson';

export interface Highlighted {
  readonly processingId: string;
  readonly featureId: number;
  /** WGS 84, where it is known; else the map finds the feature in its tiles by its id. */
  readonly geometry: Geometry | null;
}

/** The one feature that map and table point at together. */
export class Highlight {
  #feature = $state.raw<Highlighted | null>(null);

  get feature(): Highlighted | null {
    return this.#feature;
  }

  set feature(feature: Highlighted | null) {
    this.#feature = feature;
  }
}
