import { z } from 'zod';
import { label, number, text, texts } from './wire';

/** What a TileJSON document says of a layer of tiles. */
export interface TileJson {
  readonly name: string;
  /** Templates with `{z}`, `{x}` and `{y}` (or `{-y}`). */
  readonly tiles: readonly string[];
  /** `tms` counts rows from the south. */
  readonly scheme: 'xyz' | 'tms';
  readonly minzoom: number | null;
  readonly maxzoom: number | null;
  /** West, south, east, north in degrees; null where the document does not say. */
  readonly bounds: readonly number[] | null;
  /** Names of the layers of vector tiles; empty for pictures. */
  readonly vectorLayers: readonly string[];
}

/** TileJSON 2.0 to 3.0. */
export const TileJsonResponse = z
  .looseObject({
    name: label,
    tiles: texts,
    scheme: text,
    minzoom: number,
    maxzoom: number,
    bounds: z.array(z.number()).length(4).nullish().catch(null),
    vector_layers: z
      .array(z.looseObject({ id: z.string() }))
      .nullish()
      .catch(null),
  })
  .refine(({ tiles }) => tiles.length > 0, { error: 'no tiles are named' })
  .transform((wire): TileJson => ({
    name: wire.name,
    tiles: wire.tiles,
    scheme: wire.scheme?.toLowerCase() === 'tms' ? 'tms' : 'xyz',
    minzoom: wire.minzoom,
    maxzoom: wire.maxzoom,
    bounds: wire.bounds ?? null,
    vectorLayers: (wire.vector_layers ?? []).map(({ id }) => id),
  }));

export interface TileAddress {
  readonly z: number;
  readonly x: number;
  /** Counted from the north. */
  readonly y: number;
}

/** The address of a tile by its template: `{y}` or `{-y}` by rows from the north, all rows from the south for `tms`. */
export function tileUrlOf(template: string, { z, x, y }: TileAddress, scheme: 'xyz' | 'tms' = 'xyz'): string {
  const flipped = 2 ** z - 1 - y;
  const values: Readonly<Record<string, number>> = {
    z,
    x,
    y: scheme === 'tms' ? flipped : y,
    '-y': scheme === 'tms' ? y : flipped,
  };
  return template.replace(/\{(-?\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}
