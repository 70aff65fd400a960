import type { Crs } from '@shared/tiff/types';
import { get as getProjection } from 'ol/proj';
import { register } from 'ol/proj/proj4';
import Projection from 'ol/proj/Projection';
import proj4 from 'proj4';

/** The two systems that the map library knows by itself. */
const builtIn: ReadonlySet<number> = new Set([4326, 3857]);

/** The name under which a system is known to the map: its EPSG code, else its definition. */
function codeOf(crs: Crs): string | null {
  if (crs.epsg !== null && (builtIn.has(crs.epsg) || crs.proj4 !== null)) return `EPSG:${crs.epsg}`;
  return crs.proj4 === null ? null : `PROJ:${crs.proj4}`;
}

/** The map's projection of a coordinate system, made known on first use; null where no definition could be built. */
export function projectionOf(crs: Crs): Projection | null {
  const code = codeOf(crs);
  if (code === null) return null;
  const known = getProjection(code);
  if (known) return known;
  if (crs.proj4 === null) return null;
  proj4.defs(code, crs.proj4);
  register(proj4);
  return getProjection(code);
}

/** A plane that counts in pixels of one picture: x to the right, y up, so that rows go into the negative. */
export function pixelProjection(id: string, width: number, height: number): Projection {
  return new Projection({ code: `PIXELS:${id}`, units: 'pixels', extent: [0, -height, width, 0] });
}

export const isPixels = (projection: Projection): boolean => projection.getUnits() === 'pixels';
