/**
 * Detected footprints merged with mapped ones, building by building. Where the two show the same building the mapped outline and
 * its tags stay, with the detection's confidence; what only one of them has is kept and marked. Nothing in the outcome overlaps
 * but what overlapped in the extract itself.
 */
import Flatbush from 'flatbush';
import { difference, intersection, union, type Geom } from 'polyclip-ts';
import { polygonsOf, type Geometry } from '@shared/api';
import type { OsmBuilding } from '../localData/extract';
import type { LonLat, ResultFeature, ResultProperties } from '../vectorize/index';
import { classOfTag } from './classify';
import { areaOfRing, boxOf, isInside, type Position } from './plane';

/** A share of the smaller footprint in the larger from which on both are one building, or parts of one. */
const leastShared = 0.5;
/** The least intersection over union of all that hangs together, detected and mapped, to be the same. */
const leastAgreement = 0.4;
/** A smaller part that is left of a footprint, of what it was, is a sliver. */
const leastLeft = 0.3;

type Polygon = [number, number][][];
type Area = Polygon[];

const areaOfPolygon = ([outer = [], ...holes]: readonly (readonly Position[])[]): number =>
  holes.reduce((sum, hole) => sum - areaOfRing(hole), areaOfRing(outer));
const areaOf = (area: Area): number => area.reduce((sum, polygon) => sum + areaOfPolygon(polygon), 0);

/** Clipping fails on some degenerate input; then there is nothing in common. */
function clip(act: (first: Geom, ...more: Geom[]) => Area, first: Geom, ...more: Geom[]): Area | null {
  try {
    return act(first, ...more);
  } catch {
    return null;
  }
}

const both = intersection;
const all = union;
const without = difference;

interface Mapped {
  readonly building: OsmBuilding;
  /** Within the area that was asked for. */
  readonly polygon: Polygon;
  readonly area: number;
}

export interface MergeOptions {
  /** What was asked for; mapped buildings are cut at its border, as detected ones are. */
  readonly within: Geometry;
  /** m², unsigned, of a ring on the ellipsoid. */
  readonly ringArea: (ring: readonly LonLat[]) => number;
  /** `object_type` of buildings that were not detected. */
  readonly objectType: string;
}

/** What came of a footprint, as the attribute `osm_match` says it. */
type Match = 'matched' | 'osm_only' | 'detected_only';

export function mergeOsm(
  detected: readonly ResultFeature[],
  buildings: readonly OsmBuilding[],
  options: MergeOptions,
): ResultFeature[] {
  const mapped = unique(buildings).flatMap((building) => mappedOf(building, options.within));
  const found = detected.map(({ geometry }) => geometry.coordinates as Polygon);
  const groups = groupsOf(found, mapped);
  const merged: ResultFeature[] = [];
  for (const { detections, buildings: members, shared } of groups) {
    const features = detections.map((i) => detected[i]!);
    const maps = members.map((j) => mapped[j]!);
    if (maps.length === 0) merged.push(...features.map((feature) => marked(feature, 'detected_only')));
    else if (features.length === 0) merged.push(...maps.map((map) => ofMap(map, options, 'osm_only')));
    else if (agreement(detections, maps, found, shared) >= leastAgreement) {
      merged.push(...maps.map((map) => ofMap(map, options, 'matched', features)));
    } else {
      // They differ too much to be the same: what was mapped stands, and what was detected beside it.
      merged.push(...maps.map((map) => ofMap(map, options, 'osm_only')));
      merged.push(...features.map((feature) => marked(feature, 'detected_only')));
    }
  }
  return apart(merged, options);
}

/** Extracts that overlap name a building twice. */
function unique(buildings: readonly OsmBuilding[]): readonly OsmBuilding[] {
  const seen = new Set<string>();
  return buildings.filter(({ osmId, rings }) => {
    const key = `${osmId} ${String(rings[0]?.[0])} ${String(rings[0]?.length)}`;
    return !seen.has(key) && seen.add(key);
  });
}

function mappedOf(building: OsmBuilding, within: Geometry): Mapped[] {
  const [outer = []] = building.rings;
  const polygons = polygonsOf(within);
  const contained = polygons.some((rings) => outer.every((point) => isInside(point, rings)));
  const parts = contained ? [building.rings] : (clip(both, building.rings, within.coordinates as Geom) ?? []);
  return parts
    .map((polygon) => ({ building, polygon, area: areaOfPolygon(polygon) }))
    .filter(({ area }) => area > 0);
}

interface Group {
  readonly detections: number[];
  readonly buildings: number[];
  /** degrees² that each pair has in common */
  shared: number;
}

/** Footprints that share most of one of them hang together: a row of houses that was detected as one is one group. */
function groupsOf(found: readonly Polygon[], mapped: readonly Mapped[]): Group[] {
  const parent = Array.from({ length: found.length + mapped.length }, (_, i) => i);
  const root = (i: number): number => {
    while (parent[i] !== i) {
      parent[i] = parent[parent[i]!]!;
      i = parent[i]!;
    }
    return i;
  };
  const pairs: { readonly at: number; readonly shared: number }[] = [];
  const near = nearness(mapped.map(({ polygon }) => polygon));
  found.forEach((polygon, i) => {
    const own = areaOfPolygon(polygon);
    for (const j of near(polygon)) {
      const shared = areaOf(clip(both, polygon, mapped[j]!.polygon) ?? []);
      if (shared < leastShared * Math.min(own, mapped[j]!.area)) continue;
      parent[root(i)] = root(found.length + j);
      pairs.push({ at: i, shared });
    }
  });
  const groups = new Map<number, Group>();
  for (let i = 0; i < parent.length; i++) {
    const group = groups.get(root(i)) ?? { detections: [], buildings: [], shared: 0 };
    if (i < found.length) group.detections.push(i);
    else group.buildings.push(i - found.length);
    groups.set(root(i), group);
  }
  for (const { at, shared } of pairs) groups.get(root(at))!.shared += shared;
  return [...groups.values()];
}

function nearness(polygons: readonly Polygon[]): (polygon: Polygon) => number[] {
  if (polygons.length === 0) return () => [];
  const index = new Flatbush(polygons.length);
  for (const [outer = []] of polygons) index.add(...boxOf(outer));
  index.finish();
  return ([outer = []]) => index.search(...boxOf(outer));
}

/** Intersection over union of all detections of a group with all its mapped buildings. */
function agreement(
  detections: readonly number[],
  maps: readonly Mapped[],
  found: readonly Polygon[],
  shared: number,
): number {
  const one = detections.reduce((sum, i) => sum + areaOfPolygon(found[i]!), 0);
  const [first, ...more] = maps.map(({ polygon }) => polygon);
  const covered = clip(all, first as Geom, ...(more as Geom[]));
  const other = covered ? areaOf(covered) : maps.reduce((sum, { area }) => sum + area, 0);
  return shared / (one + other - shared);
}

function marked(feature: ResultFeature, match: Match): ResultFeature {
  return { ...feature, properties: { ...feature.properties, osm_match: match } };
}

function ofMap(
  { building, polygon }: Mapped,
  { ringArea, objectType }: MergeOptions,
  match: Match,
  from: readonly ResultFeature[] = [],
): ResultFeature {
  const [outer = [], ...holes] = polygon.map((ring) => ring.slice(0, -1));
  const area = holes.reduce((sum, hole) => sum - ringArea(hole), ringArea(outer));
  const known = from.filter(({ properties }) => properties.confidence !== undefined);
  const weight = known.reduce((sum, { properties }) => sum + properties.area, 0);
  const confidence =
    known.reduce((sum, { properties }) => sum + properties.area * properties.confidence!, 0) / weight;
  const [like] = from;
  const classId = classOfTag(building.building);
  const properties: ResultProperties = {
    id: 0,
    object_type: like?.properties.object_type ?? objectType,
    class_id: classId ?? like?.properties.class_id ?? objectType,
    area: Math.round(area * 100) / 100,
    ...(weight > 0 ? { confidence: Math.round(confidence * 1000) / 1000 } : {}),
    osm_match: match,
    ...(building.osmId === '' ? {} : { osm_id: building.osmId }),
    osm_building: building.building,
    ...(building.name === '' ? {} : { osm_name: building.name }),
    ...(building.height === null ? {} : { building_height: building.height }),
  };
  return {
    type: 'Feature',
    geometry: { type: 'Polygon', coordinates: polygon.map((ring, i) => oriented(ring, i === 0)) },
    properties,
  };
}

/** RFC 7946: outer rings counter-clockwise, holes clockwise. */
function oriented(ring: readonly [number, number][], exterior: boolean): [number, number][] {
  const [originX = 0, originY = 0] = ring[0] ?? [];
  let twice = 0;
  ring.forEach(([x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length]!;
    twice += (x - originX) * (nextY - originY) - (nextX - originX) * (y - originY);
  });
  return twice > 0 === exterior ? [...ring] : [...ring].reverse();
}

/** Detected footprints less what mapped ones cover of them; what is then a sliver goes. */
function apart(features: readonly ResultFeature[], options: MergeOptions): ResultFeature[] {
  const mapped = features.filter(({ properties }) => properties.osm_match !== 'detected_only');
  const near = nearness(mapped.map(({ geometry }) => geometry.coordinates as Polygon));
  return features.flatMap((feature) => {
    if (feature.properties.osm_match !== 'detected_only') return [feature];
    const polygon = feature.geometry.coordinates as Polygon;
    const others = near(polygon).map((j) => mapped[j]!.geometry.coordinates as Polygon);
    const overlapping = others.filter((other) => (clip(both, polygon, other)?.length ?? 0) > 0);
    if (overlapping.length === 0) return [feature];
    const left = clip(without, polygon, ...overlapping) ?? [];
    const largest = left.reduce<Polygon>(
      (one, other) => (areaOfPolygon(other) > areaOfPolygon(one) ? other : one),
      [],
    );
    if (areaOfPolygon(largest) < leastLeft * areaOfPolygon(polygon)) return [];
    const [outer = [], ...holes] = largest.map((ring) => ring.slice(0, -1));
    const area = holes.reduce((sum, hole) => sum - options.ringArea(hole), options.ringArea(outer));
    return [
      {
        ...feature,
        geometry: { type: 'Polygon', coordinates: largest.map((ring, i) => oriented(ring, i === 0)) },
        properties: { ...feature.properties, area: Math.round(area * 100) / 100 },
      },
    ];
  });
}
