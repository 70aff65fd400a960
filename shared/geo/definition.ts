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

export function projectedCrs(name: string, projection: string | null, datum: string, metres: number): Crs {
  const definition = projection && proj4Definition(`${projection} ${unitDefinition(metres)}`, datum);
  const usable = definition !== null && isKnownToProj4(definition);
  return { epsg: null, proj4: usable ? definition : null, name, kind: 'projected', unitFactor: metres };
}

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
