import { applyGeotransform, invertGeotransform } from '@shared/geo/affine';
import { addCoordinateTransforms, transform } from 'ol/proj';
import Projection from 'ol/proj/Projection';
import type { Placement } from './placement';

let made = 0;

/**
 * The pixels of a raster that does not lie upright, as a system of its own to the map library: x to the right, y up, so that
 * rows go into the negative. It knows how large a pixel is on the ground, so that the right level is drawn at every scale.
 */
export class PixelGrid extends Projection {
  readonly #placement: Placement;
  readonly #linked = new Set<string>();

  constructor(placement: Placement, width: number, height: number) {
    super({
      code: `GRID:${made++}`,
      units: 'pixels',
      extent: [0, -height, width, 0],
      metersPerUnit: placement.pixelSize * (placement.projection.getMetersPerUnit() ?? 1),
      getPointResolution: (resolution) => resolution,
    });
    this.#placement = placement;
  }

  /** Makes known how pixels become coordinates of a view, and back. */
  linkTo(view: Projection): void {
    const back = invertGeotransform(this.#placement.transform);
    if (view === this || this.#linked.has(view.getCode()) || back === null) return;
    this.#linked.add(view.getCode());
    const { projection, transform: geotransform } = this.#placement;
    const own = projection === view;
    addCoordinateTransforms(
      this,
      view,
      ([x = NaN, y = NaN]) => {
        const place = applyGeotransform(geotransform, x, -y);
        return own ? place : transform(place, projection, view);
      },
      (coordinate) => {
        const [x = NaN, y = NaN] = own ? coordinate : transform([...coordinate], view, projection);
        const [column, row] = applyGeotransform(back, x, y);
        return [column, -row];
      },
    );
  }
}
