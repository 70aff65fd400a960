import type { Crs } from '../tiff/types';
import { crsOfCode } from './crs';
import { datumDefinition, geographicCrs, localCrs, projectedCrs, WGS84_ELLIPSOID } from './definition';
import { loadEpsgTable, type EpsgTable } from './epsgTable';
import { proj4Projection, type ProjectionParameters } from './projectionMethods';
import { childOf, childrenOf, nameOf, numberAt, parseWkt, type WktNode } from './wkt';

/**
 * The system that well-known text describes: by its EPSG code where it carries one, else by its parameters.
 * Null where the text cannot be understood at all.
 */
export async function crsFromWkt(text: string): Promise<Crs | null> {
  const node = parseWkt(text.trim());
  return node && crsOfNode(node, await loadEpsgTable());
}

function crsOfNode(node: WktNode, epsg: EpsgTable): Crs | null {
  const code = epsgCodeOf(node);
  if (code !== undefined && epsg.crs(epsg.horizontalOf(code) ?? code)) return crsOfCode(epsg, code);
  switch (node.keyword) {
    case 'COMPD_CS':
    case 'COMPOUNDCRS':
    case 'BOUNDCRS':
    case 'SOURCECRS':
      return firstCrs(node, epsg);
    case 'PROJCS':
    case 'PROJCRS':
    case 'PROJECTEDCRS':
      return projectedOf(node, epsg);
    case 'GEOGCS':
    case 'GEOGCRS':
    case 'GEOGRAPHICCRS':
    case 'GEODCRS':
    case 'GEODETICCRS':
      return geographicCrs(nameOf(node), datumOf(node, epsg), degreesOf(node));
    case 'LOCAL_CS':
    case 'ENGCRS':
    case 'ENGINEERINGCRS':
      return localCrs(nameOf(node), lengthUnitOf(node));
    case 'GEOCCS':
      return { epsg: null, proj4: null, name: nameOf(node), kind: 'geocentric', unitFactor: 1 };
    default:
      return null;
  }
}

function firstCrs(node: WktNode, epsg: EpsgTable): Crs | null {
  for (const child of childrenOf(node)) {
    const crs = crsOfNode(child, epsg);
    if (crs) return crs;
  }
  return null;
}

/** The node's own code, not that of a part. ISO 19162 calls it ID. */
function epsgCodeOf(node: WktNode): number | undefined {
  const authority = childOf(node, 'AUTHORITY', 'ID');
  if (nameOf(authority).toUpperCase() !== 'EPSG') return undefined;
  const code = Number(authority?.values[1]);
  return Number.isInteger(code) ? code : undefined;
}

function projectedOf(node: WktNode, epsg: EpsgTable): Crs {
  const conversion = childOf(node, 'CONVERSION') ?? node;
  const method = nameOf(childOf(conversion, 'PROJECTION', 'METHOD'));
  const base = childOf(node, 'GEOGCS', 'BASEGEOGCRS', 'BASEGEODCRS', 'GEOGCRS', 'GEODCRS') ?? node;
  const metres = lengthUnitOf(node);
  const parameters = {
    ...parametersOf(conversion, metres, degreesOf(base)),
    southWest: firstAxisOf(node) === 'SOUTH',
    sweepsX: /\+sweep=x\b/.test(proj4Extension(node)),
  };
  const datum = /auxiliary.?sphere|pseudo.?mercator/i.test(method) ? WEB_MERCATOR_DATUM : datumOf(base, epsg);
  const projection =
    datum === WEB_MERCATOR_DATUM
      ? proj4Projection('mercator', parameters)
      : proj4Projection(method, parameters);
  return projectedCrs(nameOf(node), projection, datum, metres);
}

/** What GDAL adds of a system that its well-known text cannot express: `EXTENSION["PROJ4","+proj=…"]`. */
function proj4Extension(node: WktNode): string {
  const extension = childrenOf(node).find(
    (child) => child.keyword === 'EXTENSION' && nameOf(child).toUpperCase() === 'PROJ4',
  );
  const definition = extension?.values[1];
  return typeof definition === 'string' ? definition : '';
}

function firstAxisOf(node: WktNode): string {
  const direction = childOf(node, 'AXIS')?.values[1];
  const keyword = typeof direction === 'object' ? direction.keyword : String(direction ?? '');
  return keyword.toUpperCase();
}

const WEB_MERCATOR_DATUM = '+a=6378137 +b=6378137 +nadgrids=@null';

function parametersOf(conversion: WktNode, metres: number, degrees: number): ProjectionParameters {
  const found: Record<string, number> = {};
  for (const parameter of childrenOf(conversion).filter((child) => child.keyword === 'PARAMETER')) {
    const slot =
      PARAMETERS[
        nameOf(parameter)
          .toLowerCase()
          .replace(/[^a-z0-9]/g, '')
      ];
    const value = numberAt(parameter, 1);
    if (slot === undefined || value === undefined) continue;
    const unit = childOf(parameter, 'ANGLEUNIT', 'LENGTHUNIT', 'SCALEUNIT', 'UNIT');
    const own = numberAt(unit, 1);
    if (LENGTHS.has(slot)) found[slot] = value * (own ?? metres);
    else if (slot === 'scaleFactor') found[slot] = value * (own ?? 1);
    else found[slot] = value * (own === undefined ? degrees : (own * 180) / Math.PI);
  }
  return found;
}

const LENGTHS: ReadonlySet<keyof ProjectionParameters> = new Set([
  'falseEasting',
  'falseNorthing',
  'satelliteHeight',
]);

/** Parameter names of both OGC editions and of ESRI. */
const PARAMETERS: Readonly<Record<string, keyof ProjectionParameters>> = {
  latitudeoforigin: 'latitudeOfOrigin',
  latitudeofcenter: 'latitudeOfOrigin',
  latitudeofnaturalorigin: 'latitudeOfOrigin',
  latitudeoffalseorigin: 'latitudeOfOrigin',
  latitudeofprojectioncentre: 'latitudeOfOrigin',
  centrallatitude: 'latitudeOfOrigin',
  centralparallel: 'latitudeOfOrigin',
  centralmeridian: 'centralMeridian',
  longitudeofcenter: 'centralMeridian',
  longitudeoforigin: 'centralMeridian',
  longitudeofnaturalorigin: 'centralMeridian',
  longitudeoffalseorigin: 'centralMeridian',
  longitudeofprojectioncentre: 'centralMeridian',
  standardparallel1: 'standardParallel1',
  latitudeof1ststandardparallel: 'standardParallel1',
  latitudeofstandardparallel: 'standardParallel1',
  standardparallel2: 'standardParallel2',
  latitudeof2ndstandardparallel: 'standardParallel2',
  scalefactor: 'scaleFactor',
  scalefactoratnaturalorigin: 'scaleFactor',
  scalefactoratprojectioncentre: 'scaleFactor',
  scalefactoroninitialline: 'scaleFactor',
  scalefactoronpseudostandardparallel: 'scaleFactor',
  azimuth: 'azimuth',
  azimuthofinitialline: 'azimuth',
  azimuthatprojectioncentre: 'azimuth',
  colatitudeofconeaxis: 'azimuth',
  rectifiedgridangle: 'rectifiedGridAngle',
  anglefromrectifiedtoskewgrid: 'rectifiedGridAngle',
  xyplanerotation: 'rectifiedGridAngle',
  height: 'satelliteHeight',
  satelliteheight: 'satelliteHeight',
  falseeasting: 'falseEasting',
  eastingatfalseorigin: 'falseEasting',
  eastingatprojectioncentre: 'falseEasting',
  falsenorthing: 'falseNorthing',
  northingatfalseorigin: 'falseNorthing',
  northingatprojectioncentre: 'falseNorthing',
};

/** By the geographic system's or the datum's EPSG code, else by a name that everybody means the same with, else by its numbers. */
function datumOf(node: WktNode, epsg: EpsgTable): string {
  const code = epsgCodeOf(node);
  const byCode = code === undefined ? undefined : epsg.crs(code);
  if (byCode && byCode.kind === 'geographic') return byCode.datum;
  const datum = childOf(node, 'DATUM', 'GEODETICDATUM', 'TRF', 'ENSEMBLE') ?? node;
  const datumCode = epsgCodeOf(datum);
  const known = datumCode === undefined ? undefined : epsg.geographicOfDatum(datumCode);
  if (known) return known.datum;
  const byName = epsg.geographicOfDatumName(nameOf(datum));
  if (byName) return byName.datum;
  const spheroid = childOf(datum, 'SPHEROID', 'ELLIPSOID');
  const ellipsoid = {
    semiMajor:
      (numberAt(spheroid, 1) ?? WGS84_ELLIPSOID.semiMajor) *
      (numberAt(childOf(spheroid ?? datum, 'LENGTHUNIT'), 1) ?? 1),
    inverseFlattening: numberAt(spheroid, 2) ?? WGS84_ELLIPSOID.inverseFlattening,
  };
  const shift = childOf(datum, 'TOWGS84')?.values.filter(
    (value): value is number => typeof value === 'number',
  );
  return datumDefinition(ellipsoid, numberAt(childOf(node, 'PRIMEM'), 1) ?? 0, shift ?? null);
}

function lengthUnitOf(node: WktNode): number {
  const unit = childOf(node, 'UNIT', 'LENGTHUNIT');
  if (unit) return numberAt(unit, 1) ?? 1;
  const axis = childOf(node, 'AXIS');
  return (axis && numberAt(childOf(axis, 'LENGTHUNIT', 'UNIT'), 1)) ?? 1;
}

function degreesOf(node: WktNode): number {
  const unit =
    childOf(node, 'UNIT', 'ANGLEUNIT') ?? childOf(childOf(node, 'AXIS') ?? node, 'ANGLEUNIT', 'UNIT');
  const radians = numberAt(unit, 1);
  const degrees = radians === undefined ? 1 : (radians * 180) / Math.PI;
  return Math.abs(degrees - 1) < 1e-9 ? 1 : degrees;
}
