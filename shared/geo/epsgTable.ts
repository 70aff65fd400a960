/**
 * The EPSG dataset as far as rasters need it, loaded when first asked for (0.8 MB of text, so not part of any start).
 * Derived from PROJ's copy of the dataset by build/epsg/make_table.py.
 */

/** A coordinate reference system of the table. */
export interface EpsgEntry {
  readonly code: number;
  readonly kind: 'projected' | 'geographic' | 'geocentric';
  readonly name: string;
  /** `+proj=… +units=…`, without the datum. */
  readonly projection: string;
  /** `+ellps=… +towgs84=…` */
  readonly datum: string;
}

export interface LengthOrAngleUnit {
  readonly kind: 'length' | 'angle';
  /** metres or radians */
  readonly factor: number;
  readonly name: string;
}

export interface Ellipsoid {
  /** m */
  readonly semiMajor: number;
  /** 0 for a sphere */
  readonly inverseFlattening: number;
}

export interface EpsgTable {
  crs(code: number): EpsgEntry | undefined;
  /** The compound system made of these two; undefined where the dataset has none. */
  compoundOf(horizontal: number, vertical: number): number | undefined;
  /** The horizontal part of a compound system. */
  horizontalOf(compound: number): number | undefined;
  /** A projected system that uses the conversion (GeoTIFF's ProjectionGeoKey). */
  crsOfConversion(conversion: number): EpsgEntry | undefined;
  /** A geographic system on the datum (GeoTIFF's GeogGeodeticDatumGeoKey). */
  geographicOfDatum(datum: number): EpsgEntry | undefined;
  /** A geographic system on a datum of this name, in EPSG's, OGC's or ESRI's spelling. */
  geographicOfDatumName(name: string): EpsgEntry | undefined;
  /** What the dataset recommends instead of a deprecated code. */
  replacementOf(code: number): number | undefined;
  ellipsoid(code: number): Ellipsoid | undefined;
  /** Degrees east of Greenwich. */
  meridian(code: number): number | undefined;
  unit(code: number): LengthOrAngleUnit | undefined;
}

let loading: Promise<EpsgTable> | null = null;

export function loadEpsgTable(): Promise<EpsgTable> {
  loading ??= import('./epsgTable.json').then(({ default: json }) => index(json));
  return loading;
}

type TableText = Readonly<Record<keyof typeof import('./epsgTable.json'), string>>;

function index(text: TableText): EpsgTable {
  const datums = text.datums.split('\n');
  const crs = lazyRows(text.crs);
  const compounds = rows(text.compounds);
  const compoundByParts = new Map(compounds.map(([code, over, under]) => [`${over} ${under}`, Number(code)]));
  const horizontals = new Map(compounds.map(([code, over]) => [Number(code), Number(over)]));
  const conversions = numberMap(text.conversions);
  const geodeticDatums = numberMap(text.geodeticDatums);
  const datumNames = new Map(rows(text.datumNames).map(([name, code]) => [name, Number(code)]));
  const replaced = numberMap(text.replaced);
  const ellipsoids = new Map(rows(text.ellipsoids).map((row) => [Number(row[0]), row]));
  const meridians = numberMap(text.meridians);
  const units = new Map(rows(text.units).map((row) => [Number(row[0]), row]));

  const entry = (code: number | undefined): EpsgEntry | undefined => {
    const row = code === undefined ? undefined : crs.get(code)?.split('\t');
    if (!row || code === undefined) return undefined;
    const [, letter, name = '', datum, projection = ''] = row;
    const kind = letter === 'p' ? 'projected' : letter === 'g' ? 'geographic' : 'geocentric';
    return { code, kind, name, projection, datum: datums[Number(datum)] ?? '' };
  };
  return {
    crs: entry,
    compoundOf: (horizontal, vertical) => compoundByParts.get(`${horizontal} ${vertical}`),
    horizontalOf: (compound) => horizontals.get(compound),
    crsOfConversion: (conversion) => entry(conversions.get(conversion)),
    geographicOfDatum: (datum) => entry(geodeticDatums.get(datum)),
    geographicOfDatumName: (name) => entry(datumNames.get(plainName(name))),
    replacementOf: (code) => replaced.get(code),
    ellipsoid(code) {
      const row = ellipsoids.get(code);
      return row && { semiMajor: Number(row[1]), inverseFlattening: Number(row[2]) };
    },
    meridian: (code) => meridians.get(code),
    unit(code) {
      const row = units.get(code);
      return row && { kind: row[1] === 'l' ? 'length' : 'angle', factor: Number(row[2]), name: row[3] ?? '' };
    },
  };
}

function plainName(name: string): string {
  return name
    .toLowerCase()
    .replace(/^d_/, '')
    .replace(/[^a-z0-9]/g, '');
}

function rows(text: string): string[][] {
  return text.split('\n').map((line) => line.split('\t'));
}

function numberMap(text: string): Map<number, number> {
  return new Map(rows(text).map(([key, value]) => [Number(key), Number(value)]));
}

/** Lines by the number they begin with, not yet taken apart. */
function lazyRows(text: string): Map<number, string> {
  return new Map(text.split('\n').map((line) => [Number.parseInt(line, 10), line]));
}
