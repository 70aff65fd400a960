import type { Layer, LayerStack } from './layers.svelte';

export type CompareMode = 'overlay' | 'swipe' | 'sideBySide';

/** Which side of the comparison a map shows. */
export type CompareSide = 'all' | 'before' | 'after';

/**
 * Two states of the map: "before" is everything under the compared layers, "after" is with them. Without a choice the
 * compared layers are the results; where there are none, the topmost raster.
 */
export class Compare {
  readonly #layers: LayerStack;
  #mode = $state<CompareMode>('overlay');
  #position = $state(0.5);
  #chosenId = $state<string | null>(null);

  constructor(layers: LayerStack) {
    this.#layers = layers;
  }

  get mode(): CompareMode {
    return this.#mode;
  }

  set mode(mode: CompareMode) {
    this.#mode = mode;
  }

  /** Where the swipe line stands, 0 at the left edge, 1 at the right. */
  get position(): number {
    return this.#position;
  }

  set position(position: number) {
    this.#position = Math.min(1, Math.max(0, position));
  }

  /** The one layer that is compared; null stands for the usual choice. */
  get chosenId(): string | null {
    return this.#layers.find(this.#chosenId ?? '') === null ? null : this.#chosenId;
  }

  set chosenId(id: string | null) {
    this.#chosenId = id;
  }

  /** The layers that only the "after" side shows. */
  get compared(): readonly Layer[] {
    const chosen = this.#layers.find(this.#chosenId ?? '');
    if (chosen) return [chosen];
    if (this.#layers.results.length > 0) return this.#layers.results;
    const [top, ...others] = this.#layers.rasters;
    return top && others.length > 0 ? [top] : [];
  }

  /** True when there is something to tell apart. */
  get possible(): boolean {
    return this.compared.length > 0;
  }

  shows(layer: Layer, side: CompareSide): boolean {
    return side !== 'before' || !this.compared.includes(layer);
  }
}
