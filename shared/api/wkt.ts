import type { Geometry, Position } from './geometry';

/** Reads POLYGON and MULTIPOLYGON (optionally with an SRID and Z); anything else, or a cut text, gives null. */
export function parseWkt(wkt: string): Geometry | null {
  const match = /^\s*(?:SRID=\d+;)?\s*(MULTIPOLYGON|POLYGON)\s*(?:Z|M|ZM)?\s*(\(.*\))\s*$/is.exec(wkt);
  if (!match) return null;
  const nested = `${match[2]}`;
  if (/[^\d\s().,eE+-]/.test(nested)) return null;
  const coordinates = readNested(nested);
  if (match[1]?.toUpperCase() === 'POLYGON') {
    return isPolygon(coordinates) ? { type: 'Polygon', coordinates } : null;
  }
  return Array.isArray(coordinates) && coordinates.every(isPolygon)
    ? { type: 'MultiPolygon', coordinates }
    : null;
}

/** WKT's nested lists differ from JSON's in punctuation alone. */
function readNested(nested: string): unknown {
  const json = nested
    .replace(/\s*,\s*/g, ',')
    .replace(/\(\s*(?=[\d+-])/g, '([')
    .replace(/(?<=\d)\s*\)/g, '])')
    .replace(/(?<=\d),(?=[\d+-])/g, '],[')
    .replaceAll('(', '[')
    .replaceAll(')', ']')
    .replace(/(?<=\d)\s+(?=[\d+-])/g, ',');
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function isPolygon(value: unknown): value is Position[][] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(
      (ring) =>
        Array.isArray(ring) &&
        ring.length > 2 &&
        ring.every(
          (position) =>
            Array.isArray(position) && position.length >= 2 && position.every((n) => typeof n === 'number'),
        ),
    )
  );
}

/** The data catalogue's form of a footprint. */
export function toWkt(geometry: Geometry): string {
  const ring = (positions: Position[]): string =>
    `(${positions.map(([x, y]) => `${String(x)} ${String(y)}`).join(',')})`;
  const polygon = (rings: Position[][]): string => `(${rings.map(ring).join(',')})`;
  return geometry.type === 'Polygon'
    ? `POLYGON${polygon(geometry.coordinates)}`
    : `MULTIPOLYGON(${geometry.coordinates.map(polygon).join(',')})`;
}
