import { datumDefinition, ellipsoidOf, WGS84_ELLIPSOID } from '../geo/definition';
import type { Ellipsoid, EpsgEntry, EpsgTable } from '../geo/epsgTable';
import { KEY, type GeoKeys } from './geoKeys';

/** The datum's half of a definition: from a code, from a name, or from the ellipsoid's numbers. */
export function datumFrom(keys: GeoKeys, epsg: EpsgTable): string {
  const system =
    epsg.crs(keys.code(KEY.GeodeticCrs) ?? 0) ??
    epsg.geographicOfDatum(keys.code(KEY.GeodeticDatum) ?? 0) ??
    citedDatum(keys, epsg);
  const shift = keys.numbers.get(KEY.ToWgs84);
  const own = ellipsoidFrom(keys, epsg);
  if (system && !shift && (!own || isSame(own, ellipsoidOf(system.datum)))) return system.datum;
  const meridian =
    keys.number(KEY.PrimeMeridianLongitude) ?? epsg.meridian(keys.code(KEY.PrimeMeridian) ?? 0) ?? 0;
  return datumDefinition(own ?? WGS84_ELLIPSOID, meridian, shift ?? null);
}

/** GDAL names a datum without a code in the citation: `GCS Name = …|Datum = …|Ellipsoid = …|`. */
function citedDatum(keys: GeoKeys, epsg: EpsgTable): EpsgEntry | undefined {
  const name = /(?:^|\|)Datum = ([^|]+)/.exec(keys.text(KEY.GeodeticCitation) ?? '')?.[1];
  return name === undefined ? undefined : epsg.geographicOfDatumName(name);
}

function isSame(a: Ellipsoid, b: Ellipsoid): boolean {
  return (
    Math.abs(a.semiMajor - b.semiMajor) < 0.01 && Math.abs(a.inverseFlattening - b.inverseFlattening) < 1e-3
  );
}

/** Null where no key tells of it. */
function ellipsoidFrom(keys: GeoKeys, epsg: EpsgTable): Ellipsoid | null {
  // Some Sentinel-1 products name 4326 as their ellipsoid.
  const code = keys.code(KEY.Ellipsoid);
  const registered = epsg.ellipsoid(code === 4326 ? 7030 : (code ?? 0));
  const semiMajor = keys.number(KEY.SemiMajorAxis) ?? registered?.semiMajor;
  if (!semiMajor || !(semiMajor > 0)) return null;
  const inverse = keys.number(KEY.InverseFlattening);
  const semiMinor = keys.number(KEY.SemiMinorAxis);
  if (inverse !== undefined && Number.isFinite(inverse)) return { semiMajor, inverseFlattening: inverse };
  if (semiMinor !== undefined && semiMinor > 0) {
    return {
      semiMajor,
      inverseFlattening: semiMinor === semiMajor ? 0 : semiMajor / (semiMajor - semiMinor),
    };
  }
  return { semiMajor, inverseFlattening: registered?.inverseFlattening ?? 0 };
}
