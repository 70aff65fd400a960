/** The optional steps after the polygons: the merge with OpenStreetMap, heights, classes. */
import type { Geometry } from '@shared/api';
import Flatbush from 'flatbush';
import type { SourceImage } from '../imagery/mosaicSource';
import { readBuildings } from '../localData/extract';
import type { RasterAccess } from '../rasterAccess';
import type { OpenDatabase } from '../store';
import type { LonLat, ResultFeature } from '../vectorize/index';
import { classify, classOfTag } from './classify';
import { forestClass, openSurface } from './heights';
import { measureAll } from './measures';
import { mergeOsm } from './mergeOsm';
import { boxOf, type Box } from './plane';

/** What the steps draw on: decided when a processing starts, kept with its plan. */
export interface BlockSources {
  /** Paths of extracts of OpenStreetMap. */
  readonly extracts: readonly string[];
  /** Models of the surface, the best one first. */
  readonly surfaces: readonly SourceImage[];
}

export const noSources: BlockSources = { extracts: [], surfaces: [] };

export interface BlockTools {
  readonly rasters: RasterAccess;
  readonly openDatabase: OpenDatabase;
}

export interface BlockJob {
  /** Names of the steps that are switched on. */
  readonly blocks: readonly string[];
  readonly sources: BlockSources;
  /** The area that was asked for. */
  readonly within: Geometry;
  /** `object_type` of the model's things. */
  readonly objectType: string;
  readonly ringArea: (ring: readonly LonLat[]) => number;
  readonly signal?: AbortSignal;
}

const steps = ['OSM', 'Heights', 'Classification'];

/** Whether anything comes after the polygons; else they need not be held together. */
export function needsBlocks(blocks: readonly string[]): boolean {
  return steps.some((step) => blocks.includes(step));
}

/** The features after all steps that are switched on, numbered from 1. */
export async function applyBlocks(
  features: readonly ResultFeature[],
  job: BlockJob,
  tools: BlockTools,
): Promise<ResultFeature[]> {
  let now: readonly ResultFeature[] = features;
  if (job.blocks.includes('OSM')) now = await withOsm(now, job, tools);
  if (job.blocks.includes('Heights')) now = await withHeights(now, job, tools);
  if (job.blocks.includes('Classification')) now = classified(now);
  return now.map((feature, i) => ({ ...feature, properties: { ...feature.properties, id: i + 1 } }));
}

async function withOsm(
  features: readonly ResultFeature[],
  { sources, within, objectType, ringArea, signal }: BlockJob,
  { openDatabase }: BlockTools,
): Promise<readonly ResultFeature[]> {
  const box = boxAround(within);
  const buildings = [];
  for (const path of sources.extracts) {
    signal?.throwIfAborted();
    buildings.push(...(await readBuildings(path, openDatabase, box)));
  }
  return mergeOsm(features, buildings, { within, objectType, ringArea });
}

function boxAround(area: Geometry): Box {
  const polygons = area.type === 'Polygon' ? [area.coordinates] : area.coordinates;
  return boxOf(polygons.flat(2));
}

/** Where several models cover a thing, the first one that has something to say does. */
async function withHeights(
  features: readonly ResultFeature[],
  { sources, signal }: BlockJob,
  { rasters }: BlockTools,
): Promise<readonly ResultFeature[]> {
  if (features.length === 0) return features;
  const index = new Flatbush(features.length);
  for (const { geometry } of features) index.add(...boxOf(geometry.coordinates[0] ?? []));
  index.finish();
  const heights = new Map<number, number>();
  for (const image of sources.surfaces) {
    const surface = await openSurface(image, rasters);
    try {
      for (const [i, { geometry }] of features.entries()) {
        signal?.throwIfAborted();
        if (heights.has(i)) continue;
        const [west, south, east, north] = boxOf(geometry.coordinates[0] ?? []);
        const about = index
          .search(west - reach, south - reach, east + reach, north + reach, (j) => j !== i)
          .map((j) => features[j]!.geometry.coordinates);
        const height = await surface.heightOf(geometry.coordinates, about, signal);
        if (height !== null) heights.set(i, height);
      }
    } finally {
      await surface.close();
    }
  }
  return features.map((feature, i) => withHeight(feature, heights.get(i)));
}

/** degrees; some thirty metres, as far as the ground around a footprint is looked for */
const reach = 3e-4;

function withHeight(feature: ResultFeature, height: number | undefined): ResultFeature {
  if (height === undefined) return feature;
  const { properties } = feature;
  const told =
    properties.object_type === 'forest'
      ? { max_height: height, class_id: forestClass(height) }
      : { building_height: height };
  return { ...feature, properties: { ...properties, ...told } };
}

/** What mappers say of a building counts more than its shape. */
function classified(features: readonly ResultFeature[]): readonly ResultFeature[] {
  const measures = measureAll(
    features.map(({ geometry, properties }) => ({
      rings: geometry.coordinates,
      ...(properties.building_height === undefined ? {} : { height: properties.building_height }),
    })),
  );
  return features.map((feature, i): ResultFeature => {
    const mapped = classOfTag(feature.properties.osm_building ?? '');
    const { classId, confidence } = mapped ? { classId: mapped, confidence: 1 } : classify(measures[i]!);
    return {
      ...feature,
      properties: {
        ...feature.properties,
        class_id: classId,
        class_confidence: Math.round(confidence * 1000) / 1000,
      },
    };
  });
}
