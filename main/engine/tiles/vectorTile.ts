import { fromGeojsonVt } from '@maplibre/vt-pbf';
import type { LineString, Polygon } from 'geojson';
import { clipLine } from './clipLine';
import type { TileFeature } from './resultIndex';
import { toUnit, type TileAddress } from './mercator';

/** The name that the service's tiles give to their one layer. */
export const layerName = 'vector_layer';
export const extent = 4096;
/** Units of the extent that geometry reaches over the border, so that outlines do not end in view. */
export const buffer = 64;

type Ring = [number, number][];

/** As the encoder takes it. */
interface CutFeature {
  readonly id?: number;
  /** 2 lines, 3 polygons */
  readonly type: 2 | 3;
  readonly geometry: Ring[];
  readonly tags: Readonly<Record<string, string | number | boolean>>;
}

/** Polygons and lines cut to a tile, as a Mapbox Vector Tile. */
export function encodeVectorTile(features: Iterable<TileFeature>, tile: TileAddress): Uint8Array {
  const cut: CutFeature[] = [];
  for (const feature of features) {
    const { geometry: whole } = feature;
    const geometry = whole.type === 'LineString' ? linesOf(whole, tile) : ringsOf(whole, tile);
    if (geometry.length === 0) continue;
    const id = Number(feature.properties?.id);
    cut.push({
      ...(Number.isInteger(id) ? { id } : {}),
      type: whole.type === 'LineString' ? 2 : 3,
      geometry,
      tags: feature.properties ?? {},
    });
  }
  // The encoder reads no more of geojson-vt's tile than its features.
  const layers = { [layerName]: { features: cut } } as unknown as Parameters<typeof fromGeojsonVt>[0];
  return fromGeojsonVt(layers, { version: 2, extent });
}

function ringsOf({ coordinates }: Polygon, tile: TileAddress): Ring[] {
  return coordinates.flatMap((ring, i): Ring[] => {
    const inTile = closed(cleaned(clip(ring.map((position) => toTile(position, tile)))));
    return inTile.length < 4 ? [] : [turned(inTile, i === 0)];
  });
}

function linesOf({ coordinates }: LineString, tile: TileAddress): Ring[] {
  const line = coordinates.map((position) => toTile(position, tile));
  return clipLine(line, -buffer, extent + buffer)
    .map(cleaned)
    .filter((part) => part.length > 1);
}

function toTile(
  [longitude = 0, latitude = 0]: readonly number[],
  { z, x, y }: TileAddress,
): [number, number] {
  const [unitX, unitY] = toUnit(longitude, latitude);
  const count = 2 ** z;
  return [(unitX * count - x) * extent, (unitY * count - y) * extent];
}

/** Sutherland and Hodgman's: one side of the square after another. */
function clip(ring: Ring): Ring {
  const low = -buffer;
  const high = extent + buffer;
  let result = ring;
  for (const [axis, limit, sign] of [
    [0, low, 1],
    [0, high, -1],
    [1, low, 1],
    [1, high, -1],
  ] as const) {
    const input = result;
    result = [];
    for (let i = 0; i < input.length; i++) {
      const from = input[(i + input.length - 1) % input.length];
      const to = input[i];
      if (!from || !to) continue;
      const fromInside = (from[axis] - limit) * sign >= 0;
      const toInside = (to[axis] - limit) * sign >= 0;
      if (fromInside !== toInside) {
        const t = (limit - from[axis]) / (to[axis] - from[axis]);
        result.push([from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t]);
      }
      if (toInside) result.push(to);
    }
  }
  return result;
}

/** Whole numbers, no point twice in a row. */
function cleaned(ring: Ring): Ring {
  const result: Ring = [];
  for (const [x, y] of ring) {
    const point: [number, number] = [Math.round(x), Math.round(y)];
    const last = result[result.length - 1];
    if (last?.[0] !== point[0] || last[1] !== point[1]) result.push(point);
  }
  return result;
}

function closed(ring: Ring): Ring {
  const first = ring[0];
  const last = ring[ring.length - 1];
  if (!first || !last || (first[0] === last[0] && first[1] === last[1])) return ring;
  return [...ring, [first[0], first[1]]];
}

/** The format's rule: exterior rings have a positive area with y down, holes a negative one. */
function turned(ring: Ring, exterior: boolean): Ring {
  let twice = 0;
  for (let i = 0; i + 1 < ring.length; i++) {
    const [x = 0, y = 0] = ring[i] ?? [];
    const [nextX = 0, nextY = 0] = ring[i + 1] ?? [];
    twice += x * nextY - nextX * y;
  }
  return twice > 0 === exterior ? ring : [...ring].reverse();
}
