import type { Crs } from '@shared/tiff/types';
import { get as getProjection } from 'ol/proj';
import type Projection from 'ol/proj/Projection';
import type { Layer, RasterLayer } from '../state/layers.svelte';
import { earth, placementOf } from './placement';

/** What one view can show: everything on the Earth in one projection, or a single picture in its own pixels. */
export interface Space {
  readonly key: string;
  readonly projection: Projection;
  readonly crsName: string;
  /** Units of the projection; null where no raster gave one. */
  readonly pixelSize: number | null;
}

/** The space that the map shows. It takes the projection of the first raster and keeps it while anything of it is open. */
export class CurrentSpace {
  #space = $state.raw<Space | null>(null);

  get value(): Space | null {
    return this.#space;
  }

  /** After a change of the list. Returns the layer to look at when the space had to change. */
  follow(layers: readonly Layer[]): Layer | null {
    const held = this.#space;
    const own = layers.filter((layer) => spaceKey(layer) === held?.key);
    const betterProjection = own.some((layer) => layer.kind === 'raster') && held?.pixelSize === null;
    if (own.length > 0 && !betterProjection) return null;
    const first = lowestRaster(betterProjection ? own : layers) ?? layers.at(-1);
    if (!first) {
      this.#space = null;
      return null;
    }
    this.enter(first);
    return first;
  }

  /** Shows the space of this layer. */
  enter(layer: Layer): void {
    if (this.#space !== null && spaceKey(layer) === this.#space.key && this.#space.pixelSize !== null) return;
    this.#space = layer.kind === 'raster' ? spaceOfRaster(layer) : webMercator();
  }

  holds(layer: Layer): boolean {
    return spaceKey(layer) === this.#space?.key;
  }
}

/** The one that was opened first. */
function lowestRaster(layers: readonly Layer[]): RasterLayer | undefined {
  return layers.filter((layer) => layer.kind === 'raster').at(-1);
}

function spaceKey(layer: Layer): string {
  return layer.kind === 'raster' ? placementOf(layer.raster).space : earth;
}

function spaceOfRaster({ raster }: RasterLayer): Space {
  const { space, projection, pixelSize } = placementOf(raster);
  const crs = raster.description.georeference.crs;
  return { key: space, projection, pixelSize, crsName: space === earth && crs ? crsName(crs) : '' };
}

/** "EPSG:32645 · WGS 84 / UTM zone 45N" */
function crsName({ epsg, name }: Crs): string {
  const code = epsg === null ? '' : `EPSG:${epsg}`;
  return [code, name]
    .filter((part, index, parts) => part !== '' && parts.indexOf(part) === index)
    .join(' · ');
}

/** Results without any raster. */
function webMercator(): Space {
  const projection = getProjection('EPSG:3857');
  if (!projection) throw new Error('the map library lost Web Mercator');
  return { key: earth, projection, pixelSize: null, crsName: 'EPSG:3857 · WGS 84 / Pseudo-Mercator' };
}
