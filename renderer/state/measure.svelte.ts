export interface Measurement {
  readonly kind: 'length' | 'area';
  /** m or m² on the ellipsoid; for an area the outline is given beside it */
  readonly value: number;
  /** m; the outline of an area */
  readonly outline: number | null;
  /** False while points are still being added. */
  readonly finished: boolean;
}

/** The measurement on the map, one at a time. */
export class Measure {
  #current = $state.raw<Measurement | null>(null);

  get current(): Measurement | null {
    return this.#current;
  }

  set current(measurement: Measurement | null) {
    this.#current = measurement;
  }
}
