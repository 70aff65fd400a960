/**
 * Buildings of an extract of OpenStreetMap, in the forms that its tools write: GeoJSON (osmtogeojson, QuickOSM, the HOT export),
 * GeoJSON a feature a line, GeoPackage (ogr2ogr's osm driver, the HOT export, QuickOSM).
 */
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { AppError } from '@shared/errors';
import { boxesMeet, boxOf, type Box } from '../blocks/plane';
import type { OpenDatabase } from '../store';
import { readGeoPackage } from './geoPackage';

type Ring = [number, number][];

/** A footprint as mappers drew it. */
export interface OsmBuilding {
  /** `way/123`; the file's own number where it does not say of what; empty without one */
  readonly osmId: string;
  /** The value of `building=*`; `yes` where the file keeps none. */
  readonly building: string;
  readonly name: string;
  /** `height=*` in m, else storeys times three; null where neither is told. */
  readonly height: number | null;
  /** Rings in longitude and latitude, the first point of each repeated at its end, the outer one first. */
  readonly rings: Ring[];
}

/** What a file holds, whatever its form. */
export interface RawFeature {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly id?: unknown;
  readonly polygons: readonly (readonly (readonly (readonly number[])[])[])[];
}

/** bytes of a GeoJSON that is read in one piece; larger ones are better GeoPackages */
const largestJson = 400 * 1024 ** 2;

/** The buildings whose boxes meet `box`; all without one. Throws `local_data.*`. */
export async function readBuildings(
  path: string,
  openDatabase: OpenDatabase,
  box?: Box,
): Promise<readonly OsmBuilding[]> {
  const features: RawFeature[] = [];
  const add = (feature: RawFeature): void => {
    const met = feature.polygons.filter(([outer = []]) => box === undefined || boxesMeet(boxOf(outer), box));
    if (met.length > 0) features.push({ ...feature, polygons: met });
  };
  if (/\.gpkg$/i.test(path)) await readGeoPackage(path, openDatabase, box, add);
  else if (/\.(?:geojsonl|geojsons|ndjson)$/i.test(path)) await readLines(path, add);
  else await readJson(path, add);
  // A layer of buildings alone need not say of each that it is one.
  const tagged = features.some(({ properties }) => tagOf(properties, 'building') !== null);
  return features.flatMap((feature) => buildingsOf(feature, tagged));
}

function buildingsOf({ properties, id, polygons }: RawFeature, tagged: boolean): OsmBuilding[] {
  const building = tagOf(properties, 'building');
  if (tagged && (building === null || building === 'no')) return [];
  const identity = {
    osmId: osmIdOf(properties, id),
    building: building ?? 'yes',
    name: tagOf(properties, 'name') ?? '',
    height: heightOf(properties),
  };
  return polygons.flatMap((polygon) => {
    const rings = polygon.map(closed).filter((ring) => ring.length >= 4);
    return rings.length > 0 ? [{ ...identity, rings }] : [];
  });
}

function closed(ring: readonly (readonly number[])[]): Ring {
  const points = ring.map(([x = NaN, y = NaN]): [number, number] => [x, y]);
  if (points.some(([x, y]) => !(Math.abs(x) <= 180 && Math.abs(y) <= 90))) return [];
  const [first] = points;
  const last = points.at(-1);
  if (first && last && (first[0] !== last[0] || first[1] !== last[1])) points.push([first[0], first[1]]);
  return points;
}

/** A tag: a column of its own, or one of those that ogr2ogr keeps together as `"key"=>"value"`. */
function tagOf(properties: Readonly<Record<string, unknown>>, key: string): string | null {
  const own = properties[key];
  if (typeof own === 'string' && own !== '') return own;
  if (typeof own === 'number') return String(own);
  const tags = properties['tags'];
  if (typeof tags === 'object' && tags !== null) return tagOf(tags as Record<string, unknown>, key);
  const others = properties['other_tags'];
  if (typeof others !== 'string') return null;
  return new RegExp(`"${key.replace(/\W/g, '\\$&')}"=>"((?:[^"\\\\]|\\\\.)*)"`).exec(others)?.[1] ?? null;
}

const kinds: Readonly<Record<string, string>> = { n: 'node', w: 'way', r: 'relation' };

function osmIdOf(properties: Readonly<Record<string, unknown>>, id: unknown): string {
  const text = (value: unknown): string =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  for (const value of [properties['@id'], properties['full_id'], id].map(text)) {
    const whole = /^(node|way|relation)\/(\d+)$/.exec(value);
    if (whole) return value;
    const short = /^([nwr])(\d+)$/.exec(value);
    if (short) return `${String(kinds[short[1]!])}/${String(short[2])}`;
  }
  const way = text(properties['osm_way_id']);
  if (way !== '') return `way/${way}`;
  const own = text(properties['osm_id']);
  const kind = text(properties['osm_type']).replace(/s?_poly$|s$/, '');
  if (own !== '' && /^(?:way|relation)$/.test(kind)) return `${kind}/${own}`;
  if (own !== '') return own;
  return text(id);
}

/** m to a storey */
const storey = 3;

function heightOf(properties: Readonly<Record<string, unknown>>): number | null {
  const metres = /^\d+(?:\.\d+)?(?= ?m?$)/.exec(tagOf(properties, 'height') ?? '');
  if (metres) return Number(metres[0]);
  const storeys = Number(tagOf(properties, 'building:levels') ?? NaN);
  return storeys > 0 ? storeys * storey : null;
}

interface Json {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly properties?: Readonly<Record<string, unknown>> | null;
  readonly geometry?: { readonly type?: unknown; readonly coordinates?: unknown } | null;
  readonly features?: readonly Json[];
}

function addJson(json: Json | null, add: (feature: RawFeature) => void): void {
  if (json === null || typeof json !== 'object') return;
  const { geometry, properties, id } = json;
  const coordinates = geometry?.coordinates;
  if (!Array.isArray(coordinates)) return;
  const polygons =
    geometry?.type === 'Polygon' ? [coordinates] : geometry?.type === 'MultiPolygon' ? coordinates : [];
  if (polygons.length === 0) return;
  add({ properties: properties ?? {}, id, polygons: polygons as RawFeature['polygons'] });
}

async function readJson(path: string, add: (feature: RawFeature) => void): Promise<void> {
  const { size } = await stat(path);
  if (size > largestJson) {
    throw new AppError('local_data.json_too_large', { path, most: largestJson / 1024 ** 2 });
  }
  const text = await readFile(path, 'utf8');
  let json: Json;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, '')) as Json;
  } catch (cause) {
    throw new AppError('local_data.not_an_extract', { path }, { cause });
  }
  if (json === null || typeof json !== 'object' || !Array.isArray(json.features)) {
    throw new AppError('local_data.not_an_extract', { path });
  }
  for (const feature of json.features as readonly (Json | null)[]) addJson(feature, add);
}

async function readLines(path: string, add: (feature: RawFeature) => void): Promise<void> {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const text = line.replace(/^\u001E/, '').trim();
    if (text === '') continue;
    try {
      addJson(JSON.parse(text) as Json | null, add);
    } catch (cause) {
      throw new AppError('local_data.not_an_extract', { path }, { cause });
    }
  }
}
