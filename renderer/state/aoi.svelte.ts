import type { Aoi } from '@shared/ipc/types';

/** The area of interest that the user drew or dropped, in WGS 84. */
export class AreaOfInterest {
  #shape = $state.raw<Aoi | null>(null);

  get shape(): Aoi | null {
    return this.#shape;
  }

  set(shape: Aoi): void {
    this.#shape = shape;
  }

  clear(): void {
    this.#shape = null;
  }
}
