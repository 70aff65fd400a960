import { basename } from 'node:path';
import { Geodesic } from 'geographiclib-geodesic';
import type { Polygon } from 'geojson';
import type { LonLatBox, RasterInfo } from '@shared/ipc/types';
import { projectionFor, type Projection } from '@shared/geo/crs';
import type { Geotransform, RasterDescription } from '@shared/tiff/types';

type LonLat = readonly [lon: number, lat: number];

/** Points along each edge of the outline, so that a projected edge stays on its curve. */
const pointsPerEdge = 8;

/** What the window is told of an opened raster: the description, and where on earth it lies. */
export function describeRaster(id: string, path: string, description: RasterDescription): RasterInfo {
  const place = placeOf(description);
  const ring = place && outline(place, description.width, description.height);
  return {
    id,
    path,
    name: basename(path),
    description,
    footprint:
      ring && ({ type: 'Polygon', coordinates: [ring.map(([lon, lat]) => [lon, lat])] } satisfies Polygon),
    bbox: ring && boxOf(ring),
    gsd: place && groundSampleDistance(place, description.width / 2, description.height / 2),
  };
}

interface Place {
  readonly geotransform: Geotransform;
  readonly projection: Projection;
}

function placeOf({ georeference: { crs, geotransform } }: RasterDescription): Place | null {
  const projection = crs && projectionFor(crs);
  return projection && geotransform ? { projection, geotransform } : null;
}

function toLonLat({ geotransform: g, projection }: Place, column: number, row: number): LonLat {
  const x = g[0] + column * g[1] + row * g[2];
  const y = g[3] + column * g[4] + row * g[5];
  return projection.toLonLat([x, y]);
}

/** Anticlockwise on the ground where the raster is north up (RFC 7946), closed; null when part of it is nowhere on earth. */
function outline(place: Place, width: number, height: number): LonLat[] | null {
  const corners = [
    [0, 0],
    [0, height],
    [width, height],
    [width, 0],
  ] as const;
  const ring = corners.flatMap(([x0, y0], edge) => {
    const [x1, y1] = corners[(edge + 1) % 4] ?? [x0, y0];
    return Array.from({ length: pointsPerEdge }, (_, i) => {
      const t = i / pointsPerEdge;
      return toLonLat(place, x0 + (x1 - x0) * t, y0 + (y1 - y0) * t);
    });
  });
  const [first] = ring;
  if (!first || !ring.every(([lon, lat]) => Math.abs(lon) <= 360 && Math.abs(lat) <= 90)) return null;
  return [...ring, first];
}

function boxOf(ring: readonly LonLat[]): LonLatBox {
  const lons = ring.map(([lon]) => lon);
  const lats = ring.map(([, lat]) => lat);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

/** Metres a pixel, the geometric mean of both directions; null where it cannot be told. */
function groundSampleDistance(place: Place, column: number, row: number): number | null {
  const here = toLonLat(place, column, row);
  const across = distance(here, toLonLat(place, column + 1, row));
  const down = distance(here, toLonLat(place, column, row + 1));
  const size = Math.sqrt(across * down);
  return Number.isFinite(size) && size > 0 ? size : null;
}

function distance([lonA, latA]: LonLat, [lonB, latB]: LonLat): number {
  if (![lonA, latA, lonB, latB].every(Number.isFinite)) return NaN;
  return Geodesic.WGS84.Inverse(latA, lonA, latB, lonB).s12 ?? NaN;
}
