import { crsOfCode, crsOfEntry, metresPerUnit } from '../geo/crs';
import { geographicCrs, localCrs, projectedCrs } from '../geo/definition';
import { loadEpsgTable, type EpsgTable } from '../geo/epsgTable';
import { proj4Projection, type ProjectionParameters } from '../geo/projectionMethods';
import { crsFromWkt } from '../geo/wktCrs';
import { datumFrom } from './geoKeyDatum';
import { KEY, USER_DEFINED, type GeoKeys } from './geoKeys';
import { angularUnit, ERDAS_MARK, linearUnit } from './geoKeyUnits';
import type { Crs } from './types';

const PROJECTED = 1;
const GEOGRAPHIC = 2;
const GEOCENTRIC = 3;

/**
 * The coordinate reference system that GeoKeys describe, read as GDAL reads them: a registered code counts even where
 * further keys repeat its definition; without a code the definition is put together from its parts.
 * Null where there is none, or none on this side of geometry.
 */
export async function crsFromGeoKeys(keys: GeoKeys): Promise<Crs | null> {
  if (keys.size === 0 || (keys.number(KEY.SemiMajorAxis) ?? 0) < 0) return null;
  const epsg = await loadEpsgTable();
  const projected = keys.code(KEY.ProjectedCrs);
  const stated = keys.number(KEY.ModelType) ?? USER_DEFINED;
  const model = stated === USER_DEFINED && projected !== undefined ? PROJECTED : stated;
  switch (model) {
    case PROJECTED:
      return withVertical(await projectedFrom(keys, epsg), keys, epsg);
    case GEOGRAPHIC:
      return withVertical(geographicFrom(keys, epsg), keys, epsg);
    case GEOCENTRIC:
      return {
        epsg: null,
        proj4: null,
        name: nameOf(keys),
        kind: 'geocentric',
        unitFactor: linearUnit(keys, epsg),
      };
    default:
      return (await crsFromEsriString(keys)) ?? localFrom(keys, epsg);
  }
}

async function projectedFrom(keys: GeoKeys, epsg: EpsgTable): Promise<Crs> {
  const stated = keys.code(KEY.ProjectedCrs);
  const isRepeated = DEFINING.some((key) => keys.has(key));
  const code = stated === undefined || isRepeated ? stated : (epsg.replacementOf(stated) ?? stated);
  const entry = code === undefined ? undefined : epsg.crs(code);
  if (entry) {
    const metres = metresPerUnit(entry.projection);
    const wanted = linearUnit(keys, epsg, metres);
    if (Math.abs(wanted - metres) <= 1e-9 * metres || isRepeated) return crsOfEntry(entry);
    // The registered system in other units is no longer the registered system.
    const projection = entry.projection.replace(/\+(units|to_meter)=\S+/, '').trim();
    return projectedCrs(entry.name, projection, entry.datum, wanted);
  }
  const name = nameOf(keys);
  if (name === 'WGS_1984_Web_Mercator') return esriWebMercator(name);
  if (name === 'Google Maps Global Mercator') return crsOfCode(epsg, 900913);
  const custom =
    (keys.has(KEY.Projection) || keys.has(KEY.ProjectionMethod) ? null : await crsFromEsriString(keys)) ??
    userDefinedFrom(keys, epsg, name);
  return code === undefined ? custom : { ...custom, epsg: code };
}

/** Keys that redefine parts of a system; beside a code GDAL takes them as its repetition. */
const DEFINING = [KEY.Projection, KEY.ProjectionMethod, KEY.GeodeticCrs, KEY.GeodeticDatum, KEY.Ellipsoid];

/** ESRI:102113, the sphere that came before EPSG:3857: its latitudes are those of the sphere. */
function esriWebMercator(name: string): Crs {
  return projectedCrs(name, '+proj=merc +lon_0=0 +k=1 +x_0=0 +y_0=0', '+a=6378137 +b=6378137', 1);
}

function userDefinedFrom(keys: GeoKeys, epsg: EpsgTable, name: string): Crs {
  const metres = linearUnit(keys, epsg);
  const datum = datumFrom(keys, epsg);
  const conversion = keys.code(KEY.Projection);
  const like = conversion === undefined ? undefined : epsg.crsOfConversion(conversion);
  const zone = conversion === undefined ? null : utmProjection(conversion);
  if (zone) return projectedCrs(name, zone, datum, metres);
  if (like) {
    const projection = like.projection.replace(/\+(units|to_meter)=\S+/, '').trim();
    return projectedCrs(name, projection, datum, metres);
  }
  const method = METHODS[keys.code(KEY.ProjectionMethod) ?? 0];
  if (!method) return localCrs(name, metres);
  return projectedCrs(
    name,
    proj4Projection(method, parametersFrom(keys, epsg, method, metres)),
    datum,
    metres,
  );
}

/** Conversion codes 16001–16060 and 16101–16160. */
function utmProjection(conversion: number): string | null {
  const zone = conversion % 100;
  const band = conversion - zone;
  if ((band !== 16000 && band !== 16100) || zone < 1 || zone > 60) return null;
  return `+proj=utm +zone=${zone}${band === 16100 ? ' +south' : ''}`;
}

/** ProjCoordTransGeoKey, by the names of well-known text. Source: OGC GeoTIFF 1.1, annex C; libgeotiff for 9815. */
const METHODS: Readonly<Record<number, string>> = {
  1: 'transverse_mercator',
  3: 'hotine_oblique_mercator',
  5: 'swiss_oblique_cylindrical',
  7: 'mercator',
  8: 'lambert_conformal_conic_2sp',
  9: 'lambert_conformal_conic_1sp',
  10: 'lambert_azimuthal_equal_area',
  11: 'albers',
  12: 'azimuthal_equidistant',
  13: 'equidistant_conic',
  14: 'stereographic',
  15: 'polar_stereographic',
  16: 'oblique_stereographic',
  17: 'equirectangular',
  18: 'cassini_soldner',
  19: 'gnomonic',
  20: 'miller_cylindrical',
  21: 'orthographic',
  22: 'polyconic',
  23: 'robinson',
  24: 'sinusoidal',
  25: 'vandergrinten',
  26: 'new_zealand_map_grid',
  27: 'transverse_mercator_south_orientated',
  28: 'cylindrical_equal_area',
  9815: 'hotine_oblique_mercator_azimuth_center',
};

/** Writers disagree on which of three keys holds an origin; readers try them all, as libgeotiff does. */
function parametersFrom(
  keys: GeoKeys,
  epsg: EpsgTable,
  method: string,
  metres: number,
): ProjectionParameters {
  const degrees = angularUnit(keys, epsg);
  const first = (...ids: number[]): number | undefined => {
    for (const id of ids) {
      const value = keys.number(id);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  const angle = (...ids: number[]): number | undefined => scaled(first(...ids), degrees);
  const polar = method === 'polar_stereographic' ? [KEY.StraightVerticalPoleLongitude] : [];
  const mercator = method === 'mercator';
  const parallel = angle(KEY.StandardParallel1);
  return {
    latitudeOfOrigin: angle(KEY.NaturalOriginLatitude, KEY.FalseOriginLatitude, KEY.CenterLatitude),
    centralMeridian: angle(
      ...polar,
      KEY.NaturalOriginLongitude,
      KEY.FalseOriginLongitude,
      KEY.CenterLongitude,
    ),
    standardParallel1: method === 'polar_stereographic' ? undefined : parallel,
    standardParallel2: angle(KEY.StandardParallel2),
    scaleFactor: mercator
      ? first(KEY.ScaleAtNaturalOrigin)
      : first(KEY.ScaleAtNaturalOrigin, KEY.ScaleAtCenter),
    azimuth: angle(KEY.Azimuth),
    rectifiedGridAngle: angle(KEY.RectifiedGridAngle) ?? 90,
    falseEasting: scaled(first(KEY.FalseEasting, KEY.CenterEasting, KEY.FalseOriginEasting), metres),
    falseNorthing: scaled(first(KEY.FalseNorthing, KEY.CenterNorthing, KEY.FalseOriginNorthing), metres),
  };
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor;
}

function geographicFrom(keys: GeoKeys, epsg: EpsgTable): Crs {
  const code = keys.code(KEY.GeodeticCrs);
  const entry = code === undefined ? undefined : epsg.crs(code);
  if (entry) return crsOfEntry(entry);
  const custom = geographicCrs(nameOf(keys), datumFrom(keys, epsg), angularUnit(keys, epsg));
  return code === undefined ? custom : { ...custom, epsg: code };
}

/** ArcGIS writes its own well-known text into the citation where GeoKeys cannot express the system. */
async function crsFromEsriString(keys: GeoKeys): Promise<Crs | null> {
  for (const key of [KEY.ProjectedCitation, KEY.Citation, KEY.GeodeticCitation]) {
    const text = keys.text(key);
    const at = text?.indexOf(ESRI_MARK) ?? -1;
    if (text !== undefined && at >= 0) return crsFromWkt(text.slice(at + ESRI_MARK.length));
  }
  return null;
}

const ESRI_MARK = 'ESRI PE String = ';

function localFrom(keys: GeoKeys, epsg: EpsgTable): Crs {
  return localCrs(nameOf(keys), linearUnit(keys, epsg));
}

function nameOf(keys: GeoKeys): string {
  const texts = [keys.text(KEY.ProjectedCitation), keys.text(KEY.Citation), keys.text(KEY.GeodeticCitation)];
  for (const text of texts) {
    if (text === undefined || text === '' || text.startsWith('LUnits = ')) continue;
    if (text.includes(ERDAS_MARK)) return afterCopyright(text);
    return /(?:PCS|GCS|PRJ) Name = ([^|]*)/.exec(text)?.[1] ?? text.split('|')[0] ?? text;
  }
  return 'unnamed';
}

/** Erdas writes its copyright and revision before the name. */
function afterCopyright(text: string): string {
  return text
    .slice(text.lastIndexOf('$') + 1)
    .replace(/\n/g, ' ')
    .trim();
}

/**
 * GeoTIFF 1.1 keeps a vertical system beside the horizontal one. Where the pair has a code of its own, or the vertical one
 * is the geographic system with heights, that is the raster's code.
 */
function withVertical(crs: Crs, keys: GeoKeys, epsg: EpsgTable): Crs {
  const vertical = keys.code(KEY.Vertical);
  const isFirstEdition = keys.revision[0] === 1 && keys.revision[1] === 0;
  if (vertical === undefined || isFirstEdition || crs.epsg === null) return crs;
  const withHeights =
    crs.kind === 'geographic' && epsg.crs(vertical)?.kind === 'geographic' ? vertical : undefined;
  const code = withHeights ?? epsg.compoundOf(crs.epsg, vertical);
  return code === undefined ? crs : { ...crs, epsg: code };
}
