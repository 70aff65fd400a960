import { z } from 'zod';
import { parseWkt } from './wkt';

/** [longitude, latitude] in degrees of WGS 84; further numbers (height) are allowed and ignored. */
export const PositionSchema = z.array(z.number()).min(2).max(4);
export const PolygonSchema = z.object({
  type: z.literal('Polygon'),
  coordinates: z.array(z.array(PositionSchema)),
});
export const MultiPolygonSchema = z.object({
  type: z.literal('MultiPolygon'),
  coordinates: z.array(z.array(z.array(PositionSchema))),
});

/** An area on the ground (RFC 7946), in WGS 84. */
export const GeometrySchema = z
  .discriminatedUnion('type', [PolygonSchema, MultiPolygonSchema])
  .meta({ id: 'Geometry' });

export type Position = number[];
export type Polygon = z.infer<typeof PolygonSchema>;
export type MultiPolygon = z.infer<typeof MultiPolygonSchema>;
export type Geometry = z.infer<typeof GeometrySchema>;

/** A footprint as it comes: GeoJSON from the imagery catalogue, WKT from the data catalogue; null when unreadable. */
export const footprint = z
  .union([GeometrySchema, z.string()])
  .nullish()
  .catch(null)
  .transform((value): Geometry | null => {
    if (value === null || value === undefined) return null;
    return typeof value === 'string' ? parseWkt(value) : value;
  });

/** The polygons of an area, whichever form it has. */
export function polygonsOf(geometry: Geometry): readonly Position[][][] {
  return geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
}

export interface Bounds {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

/** The bounding box in degrees; null for an area without positions. */
export function boundsOf(geometry: Geometry): Bounds | null {
  let west = Infinity;
  let south = Infinity;
  let east = -Infinity;
  let north = -Infinity;
  for (const polygon of polygonsOf(geometry)) {
    for (const ring of polygon) {
      for (const [x = NaN, y = NaN] of ring) {
        if (x < west) west = x;
        if (x > east) east = x;
        if (y < south) south = y;
        if (y > north) north = y;
      }
    }
  }
  return west <= east && south <= north ? { west, south, east, north } : null;
}
