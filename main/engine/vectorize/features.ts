import type { Feature, Polygon } from 'geojson';
import type { MaskBand, MaskClass, ObjectRules, PolygonRules } from '../models/types';
import type { Ring } from './chains';
import { objectsOf } from './instances';
import { rightAngled } from './rightAngles';
import { simplify } from './simplify';
import { MaskTracer, type TracedPolygon } from './trace';
import { ringsAreValid, type FlatRing } from './validity';

export type LonLat = readonly [longitude: number, latitude: number];

export interface ResultProperties {
  /** Counts up from 1 in the order of the features. */
  readonly id: number;
  readonly object_type: string;
  readonly class_id: string;
  /** m² on the ellipsoid, holes taken off; of a line its length times its width */
  readonly area: number;
  /** 0–1: how sure a learned model is, over all of the object. */
  readonly confidence?: number;
  /**
   * What the outline is, where right angles were asked for: RECTANGLE, L-SHAPE, RIGHT-ANGLED, or COMPLEX without them. What a line
   * is to its network: LINK between crossings, DEAD-END, ALONE, LOOP.
   */
  readonly shape_type?: string;
  /** m, of a line of a network: the median of what it is the middle of */
  readonly width_m?: number;
  /** m along a line */
  readonly length_m?: number;
  /** m of a line that bridge gaps in what was seen */
  readonly bridged_m?: number;
  /** 0–1: how much the right-angled outline and the one that was found have in common. */
  readonly simplification_confidence_score?: number;
  /** m, where a surface model is at hand or a shadow tells it */
  readonly building_height?: number;
  /** What `building_height` was measured by; absent where mappers told it. */
  readonly height_source?: 'surface' | 'shadow';
  /** m, of a forest */
  readonly max_height?: number;
  /** 0–1: how clearly size, shape and context tell `class_id`; 1 where mappers have told it. */
  readonly class_confidence?: number;
  /** What the merge with OpenStreetMap found: matched, osm_only or detected_only. */
  readonly osm_match?: string;
  /** `way/123` */
  readonly osm_id?: string;
  /** `building=*` as mapped */
  readonly osm_building?: string;
  readonly osm_name?: string;
}

export type ResultFeature = Feature<Polygon, ResultProperties>;

export interface VectorizeJob {
  /** px of the working grid */
  readonly width: number;
  /** metres per pixel of the working grid */
  readonly gsd: number;
  readonly classes: readonly MaskClass[];
  readonly rules: PolygonRules;
  /** Whether outlines become right-angled where the evidence supports it. */
  readonly rightAngles?: boolean;
  /** Longitude and latitude (degrees, WGS 84) of a point of the working grid; (0, 0) is its top left corner. */
  readonly toLonLat: (x: number, y: number) => LonLat;
  /** m², unsigned, of a ring on the ellipsoid; its first point is not repeated. */
  readonly ringArea: (ring: readonly LonLat[]) => number;
}

/**
 * The polygons of a mask that arrives in bands from the top down, as GeoJSON features (RFC 7946) in the order in which they
 * end. Every polygon is valid; polygons of one class do not overlap. Memory follows the polygons that are open.
 */
export async function* vectorize(
  bands: AsyncIterable<MaskBand> | Iterable<MaskBand>,
  job: VectorizeJob,
): AsyncGenerator<ResultFeature> {
  const pixel = job.gsd * job.gsd;
  const tracer = new MaskTracer(job.width, {
    minPixels: job.rules.minArea / pixel,
    minHolePixels: job.rules.minHole / pixel,
  });
  const toFeature = featureMaker(job);
  for await (const band of bands) {
    for (const polygon of tracer.push(band)) yield* toFeature(polygon);
  }
  for (const polygon of tracer.finish()) yield* toFeature(polygon);
}

/**
 * The polygons of packed probabilities, each an object of its own with its `confidence`. `open` gives the bands from the top
 * down; it is called twice.
 */
export async function* vectorizeObjects(
  open: () => AsyncIterable<MaskBand> | Iterable<MaskBand>,
  job: VectorizeJob & { readonly objects: ObjectRules },
): AsyncGenerator<ResultFeature> {
  const pixel = job.gsd * job.gsd;
  const tracer = new MaskTracer(job.width, {
    minPixels: job.rules.minArea / pixel,
    minHolePixels: job.rules.minHole / pixel,
  });
  const least = { core: job.objects.leastCore / pixel, part: job.objects.leastPart / pixel };
  const { bands, confidence } = await objectsOf(open, job.width, job.objects, least);
  const [only] = job.classes;
  const toFeature = featureMaker(job, only && { entry: only, confidence });
  for await (const band of bands) {
    for (const polygon of tracer.push(band)) yield* toFeature(polygon);
  }
  for (const polygon of tracer.finish()) yield* toFeature(polygon);
}

/** Objects that have numbers of their own, all of one class. */
interface Numbered {
  readonly entry: MaskClass;
  readonly confidence: (number: number) => number;
}

function featureMaker(job: VectorizeJob, numbered?: Numbered): (polygon: TracedPolygon) => ResultFeature[] {
  const classes = new Map(job.classes.map((entry) => [entry.value, entry]));
  let count = 0;
  return (polygon) => {
    const entry = numbered?.entry ?? classes.get(polygon.value);
    const shape = entry && shapeOf(polygon, job);
    if (!shape) return [];
    const { rings, properties } = shape;
    const [exterior, ...holes] = rings;
    const area = holes.reduce((sum, hole) => sum - job.ringArea(hole), job.ringArea(exterior!));
    if (area <= 0) return [];
    count++;
    return [
      {
        type: 'Feature',
        geometry: { type: 'Polygon', coordinates: rings.map(closed) },
        properties: {
          id: count,
          object_type: entry.objectType,
          class_id: entry.classId,
          area: Math.round(area * 100) / 100,
          ...(numbered ? { confidence: rounded(numbered.confidence(polygon.value)) } : {}),
          ...properties,
        },
      },
    ];
  };
}

/**
 * Decimals of a degree. RFC 7946 suggests 6 to 7; 7 are a centimetre, so finer pixels get more, or their corners would fall
 * together.
 */
function decimalsFor(gsd: number): number {
  return Math.max(7, Math.ceil(6 - Math.log10(gsd)));
}

const rounded = (share: number): number => Math.round(share * 1000) / 1000;

interface Shape {
  readonly rings: LonLat[][];
  readonly properties: Partial<ResultProperties>;
}

/** Walls shorter than this are not told from wobbles: m, and px of the working grid. */
const SHORTEST_WALL = { metres: 0.8, pixels: 3 };
/** A right-angled corner as far as this from the outline that was found is none: m, and px of the working grid. */
const FARTHEST_CORNER = { metres: 1.5, pixels: 5 };
/** Where right angles are asked for and not supported, wobbles are taken out as far as this: m, and px of the working grid. */
const WOBBLE = { metres: 0.5, pixels: 2 };

/** The outline, with right angles where they are wanted and supported. */
function shapeOf(polygon: TracedPolygon, job: VectorizeJob): Shape | null {
  if (job.rightAngles) {
    const right = rightShape(polygon, job);
    if (right) return right;
  }
  const rings = geographic(polygon, job);
  return rings && { rings, properties: job.rightAngles ? { shape_type: 'COMPLEX' } : {} };
}

/** All rings have to be right-angled, and to make a valid polygon together. */
function rightShape(polygon: TracedPolygon, job: VectorizeJob): Shape | null {
  const scale = 10 ** decimalsFor(job.gsd);
  const shortest = Math.max(SHORTEST_WALL.metres / job.gsd, SHORTEST_WALL.pixels);
  const farthest = Math.max(FARTHEST_CORNER.metres / job.gsd, FARTHEST_CORNER.pixels);
  const outlines: FlatRing[] = [];
  let agreement = 1;
  for (const ring of [polygon.exterior, ...polygon.holes]) {
    const right = rightAngled(ring, { shortest, farthest });
    if (!right) return null;
    outlines.push(inDegrees(right.corners, scale, job.toLonLat));
    agreement = Math.min(agreement, right.agreement);
  }
  if (!ringsAreValid(outlines)) return null;
  const corners = polygon.holes.length > 0 ? 0 : outlines[0]!.length / 2;
  const shape = corners === 4 ? 'RECTANGLE' : corners === 6 ? 'L-SHAPE' : 'RIGHT-ANGLED';
  return {
    rings: outlines.map((outline, i) => oriented(outline, i === 0, scale)),
    properties: { shape_type: shape, simplification_confidence_score: rounded(agreement) },
  };
}

/**
 * The rings in degrees, exterior first and counter-clockwise, holes clockwise. An outline that became invalid by
 * simplification is simplified less, or not at all. Null where even the pixels' own corners fall together.
 */
function geographic(polygon: TracedPolygon, job: VectorizeJob): LonLat[][] | null {
  const scale = 10 ** decimalsFor(job.gsd);
  const rings = [polygon.exterior, ...polygon.holes];
  const { tolerance: own } = job.rules;
  const plain = job.rightAngles ? [Math.max(WOBBLE.metres / job.gsd, WOBBLE.pixels)] : [];
  for (const tolerance of [...plain, own, own / 2, 0]) {
    const outlines = rings.map((ring) => toDegrees(ring, tolerance, scale, job.toLonLat));
    if (ringsAreValid(outlines)) {
      return outlines.map((outline, i) => oriented(outline, i === 0, scale));
    }
  }
  return null;
}

/** Degrees times `scale`, as whole numbers, without points that fall together. */
function toDegrees(
  ring: Ring,
  tolerance: number,
  scale: number,
  toLonLat: VectorizeJob['toLonLat'],
): FlatRing {
  return inDegrees(simplify(ring, tolerance), scale, toLonLat);
}

function inDegrees(corners: Float64Array, scale: number, toLonLat: VectorizeJob['toLonLat']): FlatRing {
  const points: number[] = [];
  for (let i = 0; i < corners.length; i += 2) {
    const [longitude, latitude] = toLonLat(corners[i]!, corners[i + 1]!);
    const x = Math.round(longitude * scale);
    const y = Math.round(latitude * scale);
    if (x !== points.at(-2) || y !== points.at(-1)) points.push(x, y);
  }
  if (points.length > 2 && points[0] === points.at(-2) && points[1] === points.at(-1)) points.length -= 2;
  return Float64Array.from(points);
}

function oriented(outline: FlatRing, exterior: boolean, scale: number): LonLat[] {
  const points: LonLat[] = [];
  let twice = 0;
  const [originX, originY] = [outline[0]!, outline[1]!];
  for (let i = 0; i < outline.length; i += 2) {
    const next = (i + 2) % outline.length;
    const [x, y] = [outline[i]! - originX, outline[i + 1]! - originY];
    twice += x * (outline[next + 1]! - originY) - (outline[next]! - originX) * y;
    points.push([outline[i]! / scale, outline[i + 1]! / scale]);
  }
  const counterClockwise = twice > 0;
  return counterClockwise === exterior ? points : points.reverse();
}

function closed(ring: LonLat[]): number[][] {
  return [...ring, ring[0]!].map(([longitude, latitude]) => [longitude, latitude]);
}
