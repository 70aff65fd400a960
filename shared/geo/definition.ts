import type { Crs } from '../tiff/types';
import { isKnownToProj4, proj4Definition } from './crs';
import type { Ellipsoid } from './epsgTable';

/** The ellipsoid of a system whose file names none. */
export const WGS84_ELLIPSOID: Ellipsoid = { semiMajor: 6378137, inverseFlattening: 298.257223563 };

/** `+a=… +rf=… +pm=… +towgs84=…` of a user-defined datum. */
export function datumDefinition(
  ellipsoid: Ellipsoid,
  meridian = 0,
  toWgs84: readonly number[] | null = null,
): string {
  const parts = [ellipsoidDefinition(ellipsoid)];
  if (meridian !== 0) parts.push(`+pm=${meridian}`);
  if (toWgs84) parts.push(`+towgs84=${toWgs84.join(',')}`);
  return parts.join(' ');
}

function ellipsoidDefinition({ semiMajor, inverseFlattening }: Ellipsoid): string {
  if (semiMajor === 6378137 && Math.abs(inverseFlattening - 298.257223563) < 1e-9) return '+ellps=WGS84';
  if (semiMajor === 6378137 && Math.abs(inverseFlattening - 298.257222101) < 1e-9) return '+ellps=GRS80';
  if (inverseFlattening === 0) return `+a=${semiMajor} +b=${semiMajor}`;
  return `+a=${semiMajor} +rf=${inverseFlattening}`;
}

/** `+units=…` or `+to_meter=…`. The two feet differ in the sixth digit: 2 m in a state plane coordinate. */
export function unitDefinition(metres: number): string {
  if (Math.abs(metres - 1) < 1e-9) return '+units=m';
  if (Math.abs(metres - 0.3048) < 1e-9) return '+units=ft';
  if (Math.abs(metres - 1200 / 3937) < 1e-9) return '+units=us-ft';
  return `+to_meter=${metres}`;
}

/** @param projection from `proj4Projection`; null for one that proj4 lacks */
export function projectedCrs(name: string, projection: string | null, datum: string, metres: number): Crs {
  const fitted = projection === null ? null : fitToEllipsoid(projection, datum);
  const definition =
    fitted && proj4Definition(`${fitted.projection} ${unitDefinition(metres)}`, fitted.datum);
  const usable = definition !== null && isKnownToProj4(definition);
  return { epsg: null, proj4: usable ? definition : null, name, kind: 'projected', unitFactor: metres };
}

interface Halves {
  readonly projection: string;
  readonly datum: string;
}

/**
 * Where proj4js and PROJ compute differently: proj4js has the transverse Mercator of a sphere under another name, knows
 * the orthographic projection of spheres only, and misreads +R_A, which is a sphere of the same area. Null where it cannot
 * do what PROJ does.
 */
function fitToEllipsoid(projection: string, datum: string): Halves | null {
  const ellipsoid = ellipsoidOf(datum);
  const isSphere = ellipsoid.inverseFlattening === 0;
  if (projection.includes('+proj=tmerc') && isSphere) return { projection: `${projection} +approx`, datum };
  if (projection.includes('+proj=ortho')) return isSphere ? { projection, datum } : null;
  if (!projection.includes(' +R_A')) return { projection, datum };
  if (/\+towgs84=(?!0,0,0(,|$|\s))/.test(datum)) return null;
  const radius = authalicRadius(ellipsoid);
  const meridian = / ?\+pm=\S+/.exec(datum)?.[0] ?? '';
  return { projection: projection.replace(' +R_A', ''), datum: `+a=${radius} +b=${radius}${meridian}` };
}

/** m; of the sphere with the ellipsoid's area. Source: Snyder, Map Projections, equation 3-12 to the sixth power of e. */
function authalicRadius({ semiMajor, inverseFlattening }: Ellipsoid): number {
  const flattening = inverseFlattening === 0 ? 0 : 1 / inverseFlattening;
  const e2 = flattening * (2 - flattening);
  return semiMajor * (1 - e2 / 6 - (17 * e2 * e2) / 360 - (67 * e2 * e2 * e2) / 3024);
}

/** The ellipsoid in a datum's definition. */
export function ellipsoidOf(datum: string): Ellipsoid {
  const value = (key: string): number | undefined => {
    const text = new RegExp(`\\+${key}=(\\S+)`).exec(datum)?.[1];
    return text === undefined ? undefined : Number(text);
  };
  const semiMajor = value('a');
  if (semiMajor === undefined) return datum.includes('+ellps=GRS80') ? GRS80_ELLIPSOID : WGS84_ELLIPSOID;
  return { semiMajor, inverseFlattening: value('rf') ?? 0 };
}

const GRS80_ELLIPSOID: Ellipsoid = { semiMajor: 6378137, inverseFlattening: 298.257222101 };

export function geographicCrs(name: string, datum: string, degrees: number): Crs {
  return {
    epsg: null,
    proj4: proj4Definition('+proj=longlat', datum),
    name,
    kind: 'geographic',
    unitFactor: degrees,
  };
}

/** Coordinates of a site or a scan, whose place on Earth the file does not tell. */
export function localCrs(name: string, metres: number): Crs {
  return { epsg: null, proj4: null, name, kind: 'local', unitFactor: metres };
}
