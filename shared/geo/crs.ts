import proj4 from 'proj4';
import type { Crs } from '../tiff/types';
import { loadEpsgTable, type EpsgEntry, type EpsgTable } from './epsgTable';

export type Position = readonly [number, number];

/** Between a system's own coordinates and longitude/latitude on WGS 84, degrees. Where it is not defined: [NaN, NaN]. */
export interface Projection {
  toLonLat(xy: Position): [number, number];
  fromLonLat(lonLat: Position): [number, number];
}

/**
 * The system of an EPSG code. A code that is not in the table, or whose projection proj4 lacks, keeps its number and name
 * and has no proj4 definition.
 */
export async function crsFromEpsg(code: number): Promise<Crs> {
  return crsOfCode(await loadEpsgTable(), code);
}

export function crsOfCode(table: EpsgTable, code: number): Crs {
  const horizontal = table.horizontalOf(code);
  const entry = table.crs(horizontal ?? code);
  if (!entry) return { epsg: code, proj4: null, name: `EPSG:${code}`, kind: 'unknown', unitFactor: 1 };
  return { ...crsOfEntry(entry), epsg: code };
}

/** A system of the table, which proj4 can compute unless its projection is an exotic one. */
export function crsOfEntry(entry: EpsgEntry): Crs {
  const definition = proj4Definition(entry.projection, entry.datum);
  return {
    epsg: entry.code,
    proj4: entry.kind === 'geocentric' || !isKnownToProj4(definition) ? null : definition,
    name: entry.name,
    kind: entry.kind,
    unitFactor:
      entry.kind === 'projected' ? metresPerUnit(entry.projection) : degreesPerUnit(entry.projection),
  };
}

/** Joins the two halves of a definition. */
export function proj4Definition(projection: string, datum: string): string {
  const standard = datum === '+ellps=WGS84' ? '+datum=WGS84' : datum;
  return `${projection.replace(/ ?\+to_radian=\S+/, '')} ${standard} +no_defs`;
}

export function metresPerUnit(projection: string): number {
  const factor = /\+to_meter=(\S+)/.exec(projection)?.[1];
  if (factor !== undefined) return Number(factor);
  const unit = /\+units=(\S+)/.exec(projection)?.[1] ?? 'm';
  return UNITS[unit] ?? 1;
}

/** PROJ's unit names, in metres. */
const UNITS: Readonly<Record<string, number>> = {
  m: 1,
  km: 1000,
  ft: 0.3048,
  'us-ft': 1200 / 3937,
  yd: 0.9144,
  'us-yd': 3600 / 3937,
  'ind-yd': 0.91439523,
  ch: 20.1168,
  link: 0.201168,
};

function degreesPerUnit(projection: string): number {
  const radians = /\+to_radian=(\S+)/.exec(projection)?.[1];
  return radians === undefined ? 1 : (Number(radians) * 180) / Math.PI;
}

/** Null for a system that is known by name only. Cheap to call again: compiled definitions are kept. */
export function projectionFor(crs: Crs): Projection | null {
  const converter = crs.proj4 === null ? null : converterOf(crs.proj4);
  if (!converter) return null;
  const degrees = crs.kind === 'geographic' ? crs.unitFactor : 1;
  return {
    toLonLat: ([x, y]) => guarded(() => converter.forward([x * degrees, y * degrees], true)),
    fromLonLat: ([lon, lat]) =>
      guarded(() => {
        const [x, y] = converter.inverse([lon, lat], true);
        return [Number(x) / degrees, Number(y) / degrees];
      }),
  };
}

/** proj4 throws for coordinates far outside and gives huge or undefined numbers for others. */
function guarded(convert: () => number[]): [number, number] {
  try {
    const [x, y] = convert();
    return x !== undefined && y !== undefined && Number.isFinite(x) && Number.isFinite(y)
      ? [x, y]
      : [NaN, NaN];
  } catch {
    return [NaN, NaN];
  }
}

const KEPT = 32;
const converters = new Map<string, proj4.Converter | null>();

function converterOf(definition: string): proj4.Converter | null {
  let converter = converters.get(definition);
  if (converter === undefined) {
    converter = compile(definition);
    const oldest = converters.keys().next();
    if (converters.size >= KEPT && !oldest.done) converters.delete(oldest.value);
    converters.set(definition, converter);
  }
  return converter;
}

function compile(definition: string): proj4.Converter | null {
  try {
    return proj4(definition, 'WGS84');
  } catch {
    return null;
  }
}

export function isKnownToProj4(definition: string): boolean {
  return converterOf(definition) !== null;
}
