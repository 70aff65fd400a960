export type Tool = 'pan' | 'identify' | 'measureLength' | 'measureArea' | 'drawAoi';
export type AoiShape = 'polygon' | 'rectangle';

/** What a click on the map does. */
export class Tools {
  #active = $state<Tool>('pan');
  #aoiShape = $state<AoiShape>('polygon');

  get active(): Tool {
    return this.#active;
  }

  get aoiShape(): AoiShape {
    return this.#aoiShape;
  }

  set aoiShape(shape: AoiShape) {
    this.#aoiShape = shape;
  }

  use(tool: Tool): void {
    this.#active = tool;
  }

  /** Back to panning; what Escape does. */
  leave(): void {
    this.#active = 'pan';
  }
}
