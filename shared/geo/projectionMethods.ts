/**
 * Map projections by the names of OGC's well-known text (lower case, without underscores), as proj4 knows them.
 * Sources: OGC 01-009, the GeoTIFF projections list, EPSG guidance note 7-2, PROJ's documentation.
 */

/** Angles in degrees, lengths in metres. What a projection does not use is ignored; what is missing has its default. */
export interface ProjectionParameters {
  readonly latitudeOfOrigin?: number | undefined;
  readonly centralMeridian?: number | undefined;
  readonly standardParallel1?: number | undefined;
  readonly standardParallel2?: number | undefined;
  readonly scaleFactor?: number | undefined;
  readonly azimuth?: number | undefined;
  readonly rectifiedGridAngle?: number | undefined;
  readonly falseEasting?: number | undefined;
  readonly falseNorthing?: number | undefined;
  /** m above the ellipsoid; of a geostationary satellite. */
  readonly satelliteHeight?: number | undefined;
  /** The satellite's instrument swings about its x axis first (GOES-R), not about its y axis. */
  readonly sweepsX?: boolean | undefined;
  /** The axes point south and west, as those of the older of Krovak's two forms do, which share a name. */
  readonly southWest?: boolean | undefined;
}

/** `+proj=… +x_0=… +y_0=…` without units and datum; null for a projection that proj4 lacks. */
export function proj4Projection(method: string, parameters: ProjectionParameters): string | null {
  const build = METHODS[normalize(method)];
  if (!build) return null;
  const isNewZealand = build === newZealandMapGrid;
  const east = isNewZealand ? 2510000 : (parameters.falseEasting ?? 0);
  const north = isNewZealand ? 6023150 : (parameters.falseNorthing ?? 0);
  return [...build(parameters), ['x_0', east] as const, ['y_0', north] as const]
    .map(([key, value]) => (value === true ? `+${key}` : `+${key}=${value}`))
    .join(' ');
}

type Part = readonly [string, string | number | true];
type Builder = (p: ProjectionParameters) => Part[];

function normalize(method: string): string {
  return method.toLowerCase().replace(/[^a-z0-9]/g, '');
}

const lat0 = (p: ProjectionParameters): Part => ['lat_0', p.latitudeOfOrigin ?? 0];
const lon0 = (p: ProjectionParameters): Part => ['lon_0', p.centralMeridian ?? 0];
const scale = (p: ProjectionParameters): Part => ['k', p.scaleFactor || 1];
const lat1 = (p: ProjectionParameters): Part => ['lat_1', p.standardParallel1 ?? 0];
const lat2 = (p: ProjectionParameters): Part => ['lat_2', p.standardParallel2 ?? p.standardParallel1 ?? 0];

const simple =
  (name: string, ...parts: ((p: ProjectionParameters) => Part)[]): Builder =>
  (p) => [['proj', name], ...parts.map((part) => part(p))];

const transverseMercator = simple('tmerc', lat0, lon0, scale);
const southOriented: Builder = (p) => [['proj', 'tmerc'], ['axis', 'wsu'], lat0(p), lon0(p), scale(p)];
const mercatorByScale = simple('merc', lon0, scale);
const mercatorByParallel: Builder = (p) => [['proj', 'merc'], ['lat_ts', p.standardParallel1 ?? 0], lon0(p)];
const mercator: Builder = (p) =>
  p.standardParallel1 === undefined ? mercatorByScale(p) : mercatorByParallel(p);
const conicTwoParallels = simple('lcc', lat0, lon0, lat1, lat2);
/** ESRI gives the one parallel beside the origin; both are the same then. */
const conicOneParallel: Builder = (p) => [
  ['proj', 'lcc'],
  ['lat_1', p.standardParallel1 ?? p.latitudeOfOrigin ?? 0],
  lat0(p),
  lon0(p),
  ['k_0', p.scaleFactor || 1],
];
const conic: Builder = (p) => {
  if (p.standardParallel2 === undefined) return conicOneParallel(p);
  return p.scaleFactor === undefined
    ? conicTwoParallels(p)
    : [...conicTwoParallels(p), ['k_0', p.scaleFactor]];
};

/** Variant A has its origin at the pole and a scale there, variant B the latitude of true scale. */
const polarStereographic: Builder = (p) => {
  const trueScale = p.standardParallel1 ?? p.latitudeOfOrigin ?? 90;
  const pole = trueScale < 0 ? -90 : 90;
  if (Math.abs(trueScale) === 90) return [['proj', 'stere'], ['lat_0', pole], lon0(p), scale(p)];
  return [['proj', 'stere'], ['lat_0', pole], ['lat_ts', trueScale], lon0(p)];
};

const oblique = (p: ProjectionParameters, ...before: Part[]): Part[] => [
  ['proj', 'omerc'],
  ...before,
  lat0(p),
  ['lonc', p.centralMeridian ?? 0],
  ['alpha', p.azimuth ?? 0],
  ['gamma', p.rectifiedGridAngle ?? p.azimuth ?? 0],
  scale(p),
];
const obliqueFromOrigin: Builder = (p) => oblique(p, ['no_uoff', true]);
/** With both angles at 90° this is the Swiss projection, which has its own closed form. */
const obliqueFromCentre: Builder = (p) =>
  p.azimuth === 90 && (p.rectifiedGridAngle ?? 90) === 90 ? swiss(p) : oblique(p);
const swiss = simple('somerc', lat0, lon0, scale);

/** As a satellite sees the Earth that stays over one place of the equator. The older names do not say how it sweeps. */
const geostationary: Builder = (p) => [
  ['proj', 'geos'],
  lon0(p),
  ['h', p.satelliteHeight ?? 35785831],
  ...(p.sweepsX ? [['sweep', 'x'] as const] : []),
];

/** The series of New Zealand's grid fits its own origin only. */
const newZealandMapGrid: Builder = () => [
  ['proj', 'nzmg'],
  ['lat_0', -41],
  ['lon_0', 173],
];

const METHODS: Readonly<Record<string, Builder>> = {
  transversemercator: transverseMercator,
  gausskruger: transverseMercator,
  transversemercatorsouthorientated: southOriented,
  transversemercatorsouthoriented: southOriented,
  mercator,
  mercator1sp: mercatorByScale,
  mercatorvarianta: mercatorByScale,
  mercator2sp: mercatorByParallel,
  mercatorvariantb: mercatorByParallel,
  popularvisualisationpseudomercator: simple('webmerc', lon0),
  mercatorauxiliarysphere: simple('webmerc', lon0),
  lambertconformalconic: conic,
  lambertconicconformal: conic,
  lambertconformalconic1sp: conicOneParallel,
  lambertconicconformal1sp: conicOneParallel,
  lambertconformalconic2sp: conicTwoParallels,
  lambertconicconformal2sp: conicTwoParallels,
  albers: simple('aea', lat0, lon0, lat1, lat2),
  albersequalarea: simple('aea', lat0, lon0, lat1, lat2),
  albersconicequalarea: simple('aea', lat0, lon0, lat1, lat2),
  lambertazimuthalequalarea: simple('laea', lat0, lon0),
  polarstereographic: polarStereographic,
  polarstereographicvarianta: polarStereographic,
  polarstereographicvariantb: polarStereographic,
  stereographicnorthpole: polarStereographic,
  stereographicsouthpole: polarStereographic,
  stereographic: simple('stere', lat0, lon0, scale),
  obliquestereographic: simple('sterea', lat0, lon0, scale),
  doublestereographic: simple('sterea', lat0, lon0, scale),
  hotineobliquemercator: obliqueFromOrigin,
  hotineobliquemercatorvarianta: obliqueFromOrigin,
  hotineobliquemercatorazimuthnaturalorigin: obliqueFromOrigin,
  rectifiedskeworthomorphicnaturalorigin: obliqueFromOrigin,
  hotineobliquemercatorazimuthcenter: obliqueFromCentre,
  hotineobliquemercatorvariantb: obliqueFromCentre,
  rectifiedskeworthomorphiccenter: obliqueFromCentre,
  obliquemercator: obliqueFromCentre,
  swissobliquecylindrical: swiss,
  swissobliquemercator: swiss,
  equidistantconic: simple('eqdc', lat0, lon0, lat1, lat2),
  cassinisoldner: simple('cass', lat0, lon0),
  cassini: simple('cass', lat0, lon0),
  polyconic: simple('poly', lat0, lon0),
  americanpolyconic: simple('poly', lat0, lon0),
  azimuthalequidistant: simple('aeqd', lat0, lon0),
  modifiedazimuthalequidistant: simple('aeqd', lat0, lon0),
  millercylindrical: (p) => [['proj', 'mill'], ['R_A', true], lon0(p)],
  equirectangular: (p) => [['proj', 'eqc'], ['lat_ts', p.standardParallel1 ?? 0], lat0(p), lon0(p)],
  equidistantcylindrical: (p) => [['proj', 'eqc'], ['lat_ts', p.standardParallel1 ?? 0], lat0(p), lon0(p)],
  platecarree: simple('eqc', lon0),
  gnomonic: simple('gnom', lat0, lon0),
  orthographic: simple('ortho', lat0, lon0),
  robinson: simple('robin', lon0),
  sinusoidal: simple('sinu', lon0),
  mollweide: simple('moll', lon0),
  vandergrinten: (p) => [['proj', 'vandg'], ['R_A', true], lon0(p)],
  vandergrinteni: (p) => [['proj', 'vandg'], ['R_A', true], lon0(p)],
  newzealandmapgrid: newZealandMapGrid,
  cylindricalequalarea: (p) => [['proj', 'cea'], ['lat_ts', p.standardParallel1 ?? 0], lon0(p)],
  lambertcylindricalequalarea: (p) => [['proj', 'cea'], ['lat_ts', p.standardParallel1 ?? 0], lon0(p)],
  bonne: simple('bonne', lat1, lon0),
  equalearth: simple('eqearth', lon0),
  geostationarysatellite: geostationary,
  geostationarysatellitesweepx: (p) => geostationary({ ...p, sweepsX: true }),
  geostationarysatellitesweepy: geostationary,
  krovak: (p) => krovak(p, p.southWest ? 'swu' : 'enu'),
  krovaknorthorientated: (p) => krovak(p, 'enu'),
};

function krovak(p: ProjectionParameters, axis: string): Part[] {
  const parts: Part[] = [
    ['proj', 'krovak'],
    ['lat_0', p.latitudeOfOrigin ?? 49.5],
    ['lon_0', p.centralMeridian ?? 24.833333333333332],
    ['alpha', p.azimuth ?? 30.288139722222223],
    ['k', p.scaleFactor ?? 0.9999],
  ];
  return axis === 'enu' ? parts : [...parts, ['axis', axis]];
}
