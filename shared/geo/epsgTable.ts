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
  const crs = new Rows(text.crs);
  const compounds = new Rows(text.compounds);
  const conversions = new Rows(text.conversions);
  const geodeticDatums = new Rows(text.geodeticDatums);
  const datumNames = new Rows(text.datumNames);
  const replaced = new Rows(text.replaced);
  const ellipsoids = new Rows(text.ellipsoids);
  const meridians = new Rows(text.meridians);
  const units = new Rows(text.units);

  const entry = (code: number | undefined): EpsgEntry | undefined => {
    const row = code === undefined ? undefined : crs.find(code);
    if (!row || code === undefined) return undefined;
    const [letter, name = '', datum, projection = ''] = row;
    const kind = letter === 'p' ? 'projected' : letter === 'g' ? 'geographic' : 'geocentric';
    return { code, kind, name, projection, datum: datums[Number(datum)] ?? '' };
  };
  return {
    crs: entry,
    compoundOf: (horizontal, vertical) => compounds.keyOf(`${horizontal}\t${vertical}`),
    horizontalOf: (compound) => compounds.number(compound),
    crsOfConversion: (conversion) => entry(conversions.number(conversion)),
    geographicOfDatum: (datum) => entry(geodeticDatums.number(datum)),
    geographicOfDatumName: (name) => entry(datumNames.number(plainName(name))),
    replacementOf: (code) => replaced.number(code),
    ellipsoid(code) {
      const row = ellipsoids.find(code);
      return row && { semiMajor: Number(row[0]), inverseFlattening: Number(row[1]) };
    },
    meridian: (code) => meridians.number(code),
    unit(code) {
      const row = units.find(code);
      return row && { kind: row[0] === 'l' ? 'length' : 'angle', factor: Number(row[1]), name: row[2] ?? '' };
    },
  };
}

/** Lines of tab-separated cells, searched as text: a raster asks for a handful of them, so none is taken apart before. */
class Rows {
  readonly #text: string;

  constructor(text: string) {
    this.#text = `\n${text}\n`;
  }

  /** The cells behind a first one. */
  find(key: number | string): string[] | undefined {
    const mark = `\n${key}\t`;
    const at = this.#text.indexOf(mark);
    if (at < 0) return undefined;
    const start = at + mark.length;
    return this.#text.slice(start, this.#text.indexOf('\n', start)).split('\t');
  }

  number(key: number | string): number | undefined {
    const cell = this.find(key)?.[0];
    return cell === undefined ? undefined : Number(cell);
  }

  /** The first cell of the line that ends so. */
  keyOf(end: string): number | undefined {
    const at = this.#text.indexOf(`\t${end}\n`);
    return at < 0 ? undefined : Number(this.#text.slice(this.#text.lastIndexOf('\n', at) + 1, at));
  }
}

function plainName(name: string): string {
  return name
    .toLowerCase()
    .replace(/^d_/, '')
    .replace(/[^a-z0-9]/g, '');
}
