import { decodeText } from './directory';
import { TAG } from './tags';
import type { TagValues } from './tagValues';

/** Keys used here. Source: OGC GeoTIFF 1.1, annex A; 2062 is GDAL's. */
export const KEY = {
  ModelType: 1024,
  RasterType: 1025,
  Citation: 1026,
  GeodeticCrs: 2048,
  GeodeticCitation: 2049,
  GeodeticDatum: 2050,
  PrimeMeridian: 2051,
  AngularUnits: 2054,
  AngularUnitSize: 2055,
  Ellipsoid: 2056,
  SemiMajorAxis: 2057,
  SemiMinorAxis: 2058,
  InverseFlattening: 2059,
  PrimeMeridianLongitude: 2061,
  ToWgs84: 2062,
  ProjectedCrs: 3072,
  ProjectedCitation: 3073,
  Projection: 3074,
  ProjectionMethod: 3075,
  LinearUnits: 3076,
  LinearUnitSize: 3077,
  StandardParallel1: 3078,
  StandardParallel2: 3079,
  NaturalOriginLongitude: 3080,
  NaturalOriginLatitude: 3081,
  FalseEasting: 3082,
  FalseNorthing: 3083,
  FalseOriginLongitude: 3084,
  FalseOriginLatitude: 3085,
  FalseOriginEasting: 3086,
  FalseOriginNorthing: 3087,
  CenterLongitude: 3088,
  CenterLatitude: 3089,
  CenterEasting: 3090,
  CenterNorthing: 3091,
  ScaleAtNaturalOrigin: 3092,
  ScaleAtCenter: 3093,
  Azimuth: 3094,
  StraightVerticalPoleLongitude: 3095,
  RectifiedGridAngle: 3096,
  Vertical: 4096,
} as const;

/** The code that says "not one of the registered ones". */
export const USER_DEFINED = 32767;

/** The GeoKeys of a directory: a small dictionary of numbers and texts inside three tags. */
export class GeoKeys {
  constructor(
    readonly numbers: ReadonlyMap<number, readonly number[]>,
    readonly texts: ReadonlyMap<number, string>,
    /** [key revision, minor revision]: [1, 0] is GeoTIFF 1.0, [1, 1] is OGC GeoTIFF 1.1. */
    readonly revision: readonly [number, number],
  ) {}

  get size(): number {
    return this.numbers.size + this.texts.size;
  }

  has(key: number): boolean {
    return this.numbers.has(key) || this.texts.has(key);
  }

  number(key: number): number | undefined {
    return this.numbers.get(key)?.[0];
  }

  /** A registered code; undefined where the key is missing, zero or "user defined". */
  code(key: number): number | undefined {
    const value = this.number(key);
    return value === undefined || value <= 0 || value === USER_DEFINED ? undefined : value;
  }

  text(key: number): string | undefined {
    return this.texts.get(key);
  }
}

/** Reads the keys; null where they are missing. Keys that point outside their tags make all of them suspect: null too. */
export async function readGeoKeys(tags: TagValues): Promise<GeoKeys | null> {
  const words = await tags.integers(TAG.GeoKeyDirectory, 4 * 1024);
  const [version, major, minor, count] = words ?? [];
  if (!words || version !== 1 || major === undefined || minor === undefined || count === undefined)
    return null;
  const doubles = (await tags.numbers(TAG.GeoDoubleParams, 8192)) ?? [];
  const ascii = (await tags.bytes(TAG.GeoAsciiParams)) ?? new Uint8Array(0);
  const numbers = new Map<number, readonly number[]>();
  const texts = new Map<number, string>();
  for (let at = 4; at + 3 < words.length && at < 4 + count * 4; at += 4) {
    const [key, place, length, value] = words.slice(at, at + 4) as [number, number, number, number];
    if (place === TAG.GeoAsciiParams) {
      if (value >= ascii.length && length > 1) return null;
      texts.set(key, decodeText(ascii.subarray(value, value + length)).replace(/\|+\s*$/, ''));
      continue;
    }
    const list = place === TAG.GeoDoubleParams ? doubles : place === TAG.GeoKeyDirectory ? words : null;
    if (list && value + length > list.length) return null;
    numbers.set(key, list ? list.slice(value, value + length) : [value]);
  }
  return new GeoKeys(numbers, texts, [major, minor]);
}
