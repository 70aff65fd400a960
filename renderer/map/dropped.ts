import type { Aoi } from '@shared/ipc/types';
import type { Position } from 'geojson';

const isGeoJson = (name: string): boolean => /\.(geo)?json$/i.test(name);

/** Files that were dropped, by what becomes of them. */
export interface Dropped {
  readonly rasters: readonly File[];
  readonly shapes: readonly File[];
}

export function sortDropped(files: readonly File[]): Dropped {
  return {
    rasters: files.filter((file) => !isGeoJson(file.name)),
    shapes: files.filter((file) => isGeoJson(file.name)),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** In degrees: a file in metres is none of ours. */
function isPosition(value: unknown): value is Position {
  if (!Array.isArray(value) || value.length < 2 || !value.every((item) => Number.isFinite(item)))
    return false;
  const [lon, lat] = value as number[];
  return Math.abs(lon ?? NaN) <= 180 && Math.abs(lat ?? NaN) <= 90;
}

const isRing = (value: unknown): value is Position[] =>
  Array.isArray(value) && value.length >= 4 && value.every(isPosition);

const isPolygon = (value: unknown): value is Position[][] =>
  Array.isArray(value) && value.length > 0 && value.every(isRing);

/** Every polygon of a GeoJSON text, joined into one area; null where there is none. The text may be anything. */
export function readAoi(text: string): Aoi | null {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return null;
  }
  const polygons = polygonsIn(data, 0);
  const [first] = polygons;
  if (!first) return null;
  return polygons.length === 1
    ? { type: 'Polygon', coordinates: first }
    : { type: 'MultiPolygon', coordinates: polygons };
}

const deepest = 8;

function polygonsIn(value: unknown, depth: number): Position[][][] {
  if (!isObject(value) || depth > deepest) return [];
  switch (value['type']) {
    case 'Polygon':
      return isPolygon(value['coordinates']) ? [value['coordinates']] : [];
    case 'MultiPolygon':
      return Array.isArray(value['coordinates']) ? value['coordinates'].filter(isPolygon) : [];
    case 'Feature':
      return polygonsIn(value['geometry'], depth + 1);
    case 'FeatureCollection':
      return listed(value['features'], depth);
    case 'GeometryCollection':
      return listed(value['geometries'], depth);
    default:
      return [];
  }
}

function listed(value: unknown, depth: number): Position[][][] {
  return Array.isArray(value) ? value.flatMap((item) => polygonsIn(item, depth + 1)) : [];
}
