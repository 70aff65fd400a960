import type { LonLatBox } from '@shared/ipc/types';
import MVT from 'ol/format/MVT';
import { getTransform, transformExtent } from 'ol/proj';
import type Projection from 'ol/proj/Projection';
import RenderFeature from 'ol/render/Feature';
import VectorTileSource from 'ol/source/VectorTile';
import TileGrid from 'ol/tilegrid/TileGrid';
import type VectorTile from 'ol/VectorTile';
import { clipOutlines, clipRings, insideUnitSquare, type FlatRings } from './clipTile';

/** Reads one Web Mercator vector tile; null where it is empty. */
export type TileReader = (z: number, x: number, y: number) => Promise<Uint8Array | null>;

/** Says which part of a cut polygon a feature is, its area or its outline, or that it is a line of its own. */
export const partKey = ' part';

const worldHalf = 20_037_508.342789244;
/** At this step a unit of a tile is under a centimetre. */
const finestZoom = 20;
const unitSquare = [0, 0, 1, 1];

function gridFor(box: LonLatBox | null): TileGrid {
  const resolutions = Array.from({ length: finestZoom + 1 }, (_, z) => (2 * worldHalf) / 512 / 2 ** z);
  const extent = box ? transformExtent([...box], 'EPSG:4326', 'EPSG:3857') : undefined;
  return new TileGrid({
    origin: [-worldHalf, worldHalf],
    resolutions,
    tileSize: 512,
    ...(extent ? { extent } : {}),
  });
}

/**
 * A result's vector tiles in any view. The tiles are squares of Web Mercator; in another projection these squares lie
 * askew, so each polygon is cut exactly at its tile's sides before it is transformed: what overlapped in the tiles' margins
 * would be drawn twice. The transform is done once, when a tile arrives.
 */
export function resultSource(
  read: TileReader,
  box: LonLatBox | null,
  view: Projection,
  onerror: (error: unknown) => void,
): VectorTileSource<RenderFeature> {
  return new VectorTileSource<RenderFeature>({
    projection: 'EPSG:3857',
    tileGrid: gridFor(box),
    format,
    wrapX: false,
    transition: 0,
    tileUrlFunction: (coordinate) => (coordinate ?? []).join('/'),
    tileLoadFunction: (loaded) => {
      const tile = loaded as VectorTile<RenderFeature>;
      const [z = 0, x = 0, y = 0] = tile.getTileCoord();
      tile.setLoader((extent) => {
        read(z, x, y).then(
          (bytes) => {
            const features = bytes === null ? [] : readTile(bytes, extent, view);
            // Said before the features are there: they need no further transform.
            tile.projection = view;
            tile.setFeatures(features);
          },
          (error: unknown) => {
            tile.onError();
            onerror(error);
          },
        );
      });
    },
  });
}

const format = new MVT<RenderFeature>({ featureClass: RenderFeature });

/** What a tile of an extent in Web Mercator holds, cut at its sides, in the view's coordinates. */
export function readTile(bytes: Uint8Array, extent: readonly number[], view: Projection): RenderFeature[] {
  const toView = placeInView(extent, view);
  return format
    .readFeatures(new Uint8Array(bytes).buffer, { extent: unitSquare })
    .flatMap((feature) => cut(feature).map((part) => placed(part, toView)));
}

interface Part {
  readonly type: 'Polygon' | 'MultiLineString' | 'Point';
  readonly rings: FlatRings;
  readonly properties: Record<string, unknown>;
  readonly id: number | string | undefined;
}

/** A polygon within its tile stays whole; one that crosses a side becomes its area and, apart, its outline. */
function cut(feature: RenderFeature): readonly Part[] {
  const rings: FlatRings = { coordinates: feature.getFlatCoordinates(), ends: feature.getEnds() ?? [] };
  const properties = feature.getProperties();
  const id = feature.getId();
  const type = feature.getType();
  if (type === 'LineString' || type === 'MultiLineString') {
    // One line has no ends of its own in the format's reader.
    const line = { ...rings, ends: rings.ends.length > 0 ? rings.ends : [rings.coordinates.length] };
    const inside = clipOutlines(line);
    return inside.ends.length > 0
      ? [{ type: 'MultiLineString', rings: inside, properties: { ...properties, [partKey]: 'line' }, id }]
      : [];
  }
  if (type !== 'Polygon') {
    return insideUnitSquare(rings) && type === 'Point' ? [{ type: 'Point', rings, properties, id }] : [];
  }
  if (insideUnitSquare(rings)) return [{ type: 'Polygon', rings, properties, id }];
  const area = clipRings(rings);
  if (area.ends.length === 0) return [];
  const outline = clipOutlines(rings);
  const parts: Part[] = [
    { type: 'Polygon', rings: area, properties: { ...properties, [partKey]: 'area' }, id },
  ];
  if (outline.ends.length > 0) {
    parts.push({
      type: 'MultiLineString',
      rings: outline,
      properties: { ...properties, [partKey]: 'outline' },
      id,
    });
  }
  return parts;
}

type Place = (coordinates: readonly number[]) => number[];

/** From the unit square of a tile to the view. */
function placeInView([left = 0, bottom = 0, right = 0, top = 0]: readonly number[], view: Projection): Place {
  const transform = getTransform('EPSG:3857', view);
  if (!transform) throw new Error(`no way from Web Mercator to ${view.getCode()}`);
  return (coordinates) => {
    const mercator = coordinates.map((value, index) =>
      index % 2 === 0 ? left + value * (right - left) : bottom + value * (top - bottom),
    );
    return transform(mercator, undefined, 2);
  };
}

function placed({ type, rings, properties, id }: Part, toView: Place): RenderFeature {
  return new RenderFeature(type, toView(rings.coordinates), [...rings.ends], 2, properties, id);
}
