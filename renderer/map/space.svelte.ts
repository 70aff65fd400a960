import type { LonLatBox } from '@shared/ipc/types';
import type { Crs } from '@shared/tiff/types';
import { get as getProjection } from 'ol/proj';
import type Projection from 'ol/proj/Projection';
import type { Layer, RasterLayer } from '../state/layers.svelte';
import { earth, placementOf } from './placement';

/** What one view can show: what lies around a place on the Earth in one projection, or a single picture in its pixels. */
export interface Space {
  readonly key: string;
  readonly projection: Projection;
  readonly crsName: string;
  /** Units of the projection; null where no raster gave one. */
  readonly pixelSize: number | null;
  /** Where the projection comes from; null where it holds for all the Earth. */
  readonly home: LonLatBox | null;
}

/** Degrees around the home of a projection in which a raster takes it over, and in which anything is drawn in it at all. */
const sharedDegrees = 4;
const drawnDegrees = 15;

/**
 * The space that the map shows. It takes the projection of the first raster and keeps it for what lies nearby; a raster
 * from elsewhere brings its own, since a projection is good for its own region only.
 */
export class CurrentSpace {
  #space = $state.raw<Space | null>(null);

  get value(): Space | null {
    return this.#space;
  }

  /** After a change of the list. Returns the layer to look at when the space had to change. */
  follow(layers: readonly Layer[]): Layer | null {
    const held = this.#space;
    const own = held === null ? [] : layers.filter((layer) => holds(held, layer));
    const raster = own.find((layer) => layer.kind === 'raster');
    // Results alone are shown in Web Mercator until a raster knows better.
    const better = held?.pixelSize === null && raster !== undefined;
    if (own.length > 0 && !better) return null;
    const first = better
      ? raster
      : (lowestRaster(layers) ?? layers.filter(({ kind }) => kind === 'result').at(-1));
    if (!first) {
      this.#space = null;
      return null;
    }
    this.enter(first);
    return first;
  }

  /** Shows the space of this layer: the present one where it will do. */
  enter(layer: Layer): void {
    const held = this.#space;
    if (layer.kind === 'lost') return;
    if (held !== null && suits(held, layer)) return;
    this.#space = layer.kind === 'raster' ? spaceOfRaster(layer) : webMercator();
  }

  holds(layer: Layer): boolean {
    return this.#space !== null && holds(this.#space, layer);
  }
}

/** Whether a layer can be drawn in a space. */
export function holds(space: Space, layer: Layer): boolean {
  return keyOf(layer) === space.key && (space.home === null || isNear(layer.bbox, space.home, drawnDegrees));
}

/** Whether a layer that the user asks for is shown well in a space. */
function suits(space: Space, layer: Layer): boolean {
  if (keyOf(layer) !== space.key) return false;
  if (layer.kind !== 'raster') return holds(space, layer);
  return space.pixelSize !== null && (space.home === null || isNear(layer.bbox, space.home, sharedDegrees));
}

function isNear(box: LonLatBox | null, home: LonLatBox, degrees: number): boolean {
  if (box === null) return true;
  const [west, south, east, north] = home;
  return (
    box[0] >= west - degrees &&
    box[1] >= south - degrees &&
    box[2] <= east + degrees &&
    box[3] <= north + degrees
  );
}

/** The one that was opened first. */
function lowestRaster(layers: readonly Layer[]): RasterLayer | undefined {
  return layers.filter((layer) => layer.kind === 'raster').at(-1);
}

/** A layer whose file is gone lies nowhere. */
function keyOf(layer: Layer): string {
  if (layer.kind === 'lost') return 'nowhere';
  return layer.kind === 'raster' ? placementOf(layer.raster).space : earth;
}

function spaceOfRaster({ raster }: RasterLayer): Space {
  const { space, projection, pixelSize } = placementOf(raster);
  const { crs } = raster.description.georeference;
  const worldwide = projection.getUnits() === 'degrees' || projection.getCode() === 'EPSG:3857';
  return {
    key: space,
    projection,
    pixelSize,
    crsName: space === earth && crs ? crsName(crs) : '',
    home: worldwide ? null : raster.bbox,
  };
}

/** "EPSG:32645 · WGS 84 / UTM zone 45N" */
export function crsName({ epsg, name }: Crs): string {
  const code = epsg === null ? '' : `EPSG:${epsg}`;
  return [code, name]
    .filter((part, index, parts) => part !== '' && parts.indexOf(part) === index)
    .join(' · ');
}

/** Results without any raster. */
function webMercator(): Space {
  const projection = getProjection('EPSG:3857');
  if (!projection) throw new Error('the map library lost Web Mercator');
  return {
    key: earth,
    projection,
    pixelSize: null,
    crsName: 'EPSG:3857 · WGS 84 / Pseudo-Mercator',
    home: null,
  };
}
