/** The optional steps after the polygons: the merge with OpenStreetMap, heights, classes. */
import type { Geometry } from '@shared/api';
import Flatbush from 'flatbush';
import type { SourceImage } from '../imagery/mosaicSource';
import { readBuildings } from '../localData/extract';
import type { RasterAccess } from '../rasterAccess';
import type { OpenDatabase } from '../store';
import type { LonLat, ResultFeature } from '../vectorize/index';
import { classify, classOfTag } from './classify';
import { forestClass, openSurface, type HeightModel } from './heights';
import { measureAll } from './measures';
import { mergeOsm } from './mergeOsm';
import { boxOf, type Box } from './plane';
import { shadowHeights, type ShadowImagery } from './shadows';

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
  /** Imagery whose shadows tell the heights of what no surface model covers; absent where no sun is known. */
  readonly shadows?: ShadowImagery;
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

type HeightSource = 'surface' | 'shadow';
type Height = readonly [metres: number, source: HeightSource];

/** Where several models cover a thing, the first one that has something to say does; shadows are asked last, after mappers. */
async function withHeights(
  features: readonly ResultFeature[],
  { sources, shadows, signal }: BlockJob,
  { rasters }: BlockTools,
): Promise<readonly ResultFeature[]> {
  if (features.length === 0) return features;
  const index = new Flatbush(features.length);
  for (const { geometry } of features) index.add(...boxOf(geometry.coordinates[0] ?? []));
  index.finish();
  const heights = new Map<number, Height>();
  const ask = async (model: Pick<HeightModel, 'heightOf'>, source: HeightSource): Promise<void> => {
    for (const [i, { geometry, properties }] of features.entries()) {
      signal?.throwIfAborted();
      const mapped = source === 'shadow' && properties.building_height !== undefined;
      if (mapped || heights.has(i)) continue;
      const [west, south, east, north] = boxOf(geometry.coordinates[0] ?? []);
      const far = reach[source];
      const about = index
        .search(west - far, south - far, east + far, north + far, (j) => j !== i)
        .map((j) => features[j]!.geometry.coordinates);
      const height = await model.heightOf(geometry.coordinates, about, signal);
      if (height !== null) heights.set(i, [height, source]);
    }
  };
  for (const image of sources.surfaces) {
    const surface = await openSurface(image, rasters);
    await ask(surface, 'surface').finally(() => surface.close());
  }
  if (shadows) await ask(shadowHeights(shadows), 'shadow');
  return features.map((feature, i) => withHeight(feature, heights.get(i)));
}

/** degrees; some thirty metres, as far as the ground around a footprint is looked for, and as far as shadows reach */
const reach = { surface: 3e-4, shadow: 7e-4 };

function withHeight(feature: ResultFeature, height: Height | undefined): ResultFeature {
  if (height === undefined) return feature;
  const { properties } = feature;
  const [metres, source] = height;
  const told =
    properties.object_type === 'forest'
      ? { max_height: metres, class_id: forestClass(metres) }
      : { building_height: metres, height_source: source };
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
